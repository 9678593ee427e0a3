package app.stockroom.tenancy;

import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

import app.stockroom.platform.Bodies;
import app.stockroom.platform.Ids;
import app.stockroom.platform.Limits;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import app.stockroom.platform.Refusal.FieldError;
import app.stockroom.tenancy.TokenKeys.Signing;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.CacheControl;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * Development tokens without authentication, so that one curl gets a newcomer going: in
 * embedded mode, which listens on loopback only, and where they are switched on.
 */
@Configuration(proxyBeanMethods = false)
class DevTokenRoutes {

	static final String PATH = "/api/auth/dev-token";

	private static final UUID DEMO = UUID.fromString("00000000-0000-7000-8000-00000000d3e0");

	private static final long DEFAULT_SECONDS = 60 * 60;

	private final @Nullable Signing signing;

	private final SecuritySettings settings;

	private final Bodies bodies;

	DevTokenRoutes(TokenKeys keys, SecuritySettings settings, Bodies bodies,
			@Value("${stockroom.embedded.active:false}") boolean embedded) {
		this.signing = (embedded || settings.devToken().enabled()) ? keys.signing() : null;
		this.settings = settings;
		this.bodies = bodies;
	}

	@Bean
	RouteTable devTokenTable(Api api) {
		return (this.signing != null) ? api.open(PATH, this::issue) : new RouteTable();
	}

	/** Whether there are such tokens here. */
	boolean issues() {
		return this.signing != null;
	}

	private Mono<ServerResponse> issue(ServerRequest request) {
		return this.bodies.readOptional(request, Wish.class)
			.map(this::token)
			.flatMap((token) -> ServerResponse.ok().cacheControl(CacheControl.noStore()).bodyValue(token));
	}

	private Token token(Wish wish) {
		long seconds = Objects.requireNonNullElse(wish.ttlSeconds(), DEFAULT_SECONDS);
		Signing key = Objects.requireNonNull(this.signing);
		SignedJWT token = new SignedJWT(new JWSHeader(key.algorithm()), claims(wish, seconds));
		try {
			token.sign(key.signer());
		}
		catch (JOSEException ex) {
			throw new IllegalStateException("The key belongs to its algorithm", ex);
		}
		return new Token(token.serialize(), "Bearer", seconds);
	}

	private JWTClaimsSet claims(Wish wish, long seconds) {
		Instant now = Instant.now();
		JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder().jwtID(Ids.next().toString())
			.subject(Objects.requireNonNullElse(wish.subject(), "developer"))
			.claim("scope", wish.scopes())
			.issueTime(Date.from(now))
			.expirationTime(Date.from(now.plusSeconds(seconds)))
			.issuer(this.settings.issuer())
			.audience(this.settings.audience());
		if (wish.tenantId() != null && wish.tenantIds() != null) {
			throw Wish.invalid("tenantIds", "name tenantId or tenantIds, not both");
		}
		return ((wish.tenantIds() != null)
				? claims.claim("tenant_ids", wish.tenantIds().stream().map(UUID::toString).toList())
				: claims.claim("tenant_id", Objects.requireNonNullElse(wish.tenantId(), DEMO).toString()))
			.build();
	}

	/**
	 * What a token is to allow; everything may be left out.
	 */
	record Wish(@Nullable UUID tenantId,
			@Nullable @Size(min = 1, max = Limits.TOKEN_TENANTS) List<@NotNull UUID> tenantIds, @Nullable String scope,
			@Nullable @Size(max = Limits.TEXT_LENGTH) @Pattern(regexp = "\\S.*") String subject,
			@Nullable @Min(1) @Max(Limits.DEV_TOKEN_SECONDS) Long ttlSeconds) {

		String scopes() {
			Set<String> known = Arrays.stream(Scope.values()).map(Scope::claim).collect(Collectors.toSet());
			if (this.scope == null) {
				return Arrays.stream(Scope.values())
					.filter((scope) -> scope != Scope.PLATFORM_ADMIN)
					.map(Scope::claim)
					.collect(Collectors.joining(" "));
			}
			if (!known.containsAll(List.of(this.scope.split(" ")))) {
				throw invalid("scope", "has the scopes " + String.join(", ", known) + ", separated by single spaces");
			}
			return this.scope;
		}

		private static Refusal invalid(String field, String detail) {
			return Problem.INVALID_REQUEST.because("The body is not valid.")
				.with(new FieldError(field, "malformed", detail));
		}

	}

	/**
	 * The answer, as OAuth 2.0 writes it (RFC 6749, 5.1).
	 */
	record Token(String access_token, String token_type, long expires_in) {
	}

}
