package app.stockroom.tenancy;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.StringUtils;

/**
 * How people sign in to the dashboard: with OpenID Connect at
 * {@code stockroom.security.issuer} if the dashboard is a client there, else with a token
 * that they have got elsewhere.
 *
 * @param clientId the public client that the issuer knows the dashboard as
 * @param scope what the dashboard asks the issuer for
 */
@ConfigurationProperties("stockroom.dashboard")
record SignInSettings(@Nullable String clientId, @DefaultValue("openid offline_access") String scope) {

	SignInSettings {
		// An empty setting is how Compose and Kubernetes files leave one out.
		clientId = StringUtils.hasText(clientId) ? clientId : null;
	}

}
