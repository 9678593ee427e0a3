package app.stockroom.tenancy;

import java.net.URI;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.StringUtils;

/**
 * Whose tokens are believed. Exactly one of the three keys is set, or none in embedded
 * mode.
 *
 * @param jwksUrl where the issuer publishes its keys
 * @param publicKey the issuer's public key (RSA or EC) in PEM, or where it lies
 * ({@code file:...})
 * @param secret a secret shared with the issuer, at least 32 bytes in UTF-8
 * @param issuer what {@code iss} must be, if set
 * @param audience what {@code aud} must contain, if set
 * @param devToken tokens for the asking
 */
@ConfigurationProperties("stockroom.security")
record SecuritySettings(@Nullable URI jwksUrl, @Nullable String publicKey, @Nullable String secret,
		@Nullable String issuer, @Nullable String audience, @DefaultValue DevToken devToken) {

	SecuritySettings {
		// An empty setting is how Compose and Kubernetes files leave one out.
		jwksUrl = (jwksUrl != null && StringUtils.hasText(jwksUrl.toString())) ? jwksUrl : null;
		publicKey = StringUtils.hasText(publicKey) ? publicKey : null;
		secret = StringUtils.hasText(secret) ? secret : null;
		issuer = StringUtils.hasText(issuer) ? issuer : null;
		audience = StringUtils.hasText(audience) ? audience : null;
	}

	/**
	 * Tokens for whoever asks.
	 *
	 * @param enabled whether to hand them out; embedded mode always does
	 */
	record DevToken(@DefaultValue("false") boolean enabled) {
	}

}
