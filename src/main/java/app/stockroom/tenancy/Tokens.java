package app.stockroom.tenancy;

import java.time.InstantSource;
import java.util.Objects;
import java.util.Set;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;

/**
 * Verifies tokens: signature, algorithm, and the claims exp, nbf, sub, and iss and aud
 * where they are configured.
 */
final class Tokens {

	/** How far the clocks of issuer and service may differ. */
	static final int LEEWAY_SECONDS = 5;

	// RFC 9068 calls access tokens at+jwt; many issuers say JWT or nothing.
	private static final DefaultJOSEObjectTypeVerifier<SecurityContext> TYPES = new DefaultJOSEObjectTypeVerifier<>(
			new JOSEObjectType("at+jwt"), JOSEObjectType.JWT, null);

	private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

	private final boolean remote;

	private Tokens(TokenKeys keys, SecuritySettings settings) {
		this.remote = keys.remote() != null;
		this.processor.setJWSTypeVerifier(TYPES);
		this.processor.setJWSKeySelector(keys.selector());
		// A claim that is set to null would be required all the same.
		JWTClaimsSet exact = (settings.issuer() != null) ? new JWTClaimsSet.Builder().issuer(settings.issuer()).build()
				: new JWTClaimsSet.Builder().build();
		DefaultJWTClaimsVerifier<SecurityContext> claims = new DefaultJWTClaimsVerifier<>(settings.audience(), exact,
				Set.of("sub", "exp"));
		claims.setMaxClockSkew(LEEWAY_SECONDS);
		this.processor.setJWTClaimsSetVerifier(claims);
	}

	static VerifiedTokens decoder(TokenKeys keys, SecuritySettings settings) {
		return new VerifiedTokens(verifier(keys, settings), InstantSource.system());
	}

	/** Verifies every token every time. */
	static ReactiveJwtDecoder verifier(TokenKeys keys, SecuritySettings settings) {
		Tokens tokens = new Tokens(keys, settings);
		NimbusReactiveJwtDecoder decoder = new NimbusReactiveJwtDecoder(tokens::verify);
		// Nimbus has checked the claims, with our leeway; Spring's default has another.
		decoder.setJwtValidator((_) -> OAuth2TokenValidatorResult.success());
		return decoder;
	}

	private Mono<JWTClaimsSet> verify(JWT token) {
		Mono<JWTClaimsSet> claims = Mono.fromCallable(() -> verifyNow(token));
		// Fetching keys blocks, and an event loop must not.
		return this.remote ? claims.subscribeOn(Schedulers.boundedElastic()) : claims;
	}

	private JWTClaimsSet verifyNow(JWT token) throws KeySourceException {
		try {
			JWTClaimsSet claims = this.processor.process(token, null);
			if (Objects.requireNonNullElse(claims.getSubject(), "").isBlank()) {
				throw new BadJwtException("The token's sub is empty");
			}
			return claims;
		}
		catch (RateLimitReachedException unknownKey) {
			// The key is not among those we have, and it is too early to ask again.
			throw new BadJwtException("The token's key is unknown", unknownKey);
		}
		catch (KeySourceException outage) {
			// Not the token's fault: the caller may try again.
			throw outage;
		}
		catch (BadJOSEException | JOSEException bad) {
			throw new BadJwtException(Objects.requireNonNullElse(bad.getMessage(), "The token is not valid"), bad);
		}
	}

}
