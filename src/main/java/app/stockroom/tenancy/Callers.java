package app.stockroom.tenancy;

import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

import app.stockroom.platform.Ids;
import app.stockroom.platform.LogDetails;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal.FieldError;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * Finds out who calls, for which tenant, and whether they may: from the token that
 * security has verified, and the X-Tenant-Id header.
 */
@Component
class Callers {

	static final String TENANT_HEADER = "X-Tenant-Id";

	private final Tenants tenants;

	private final RateLimits limits;

	Callers(Tenants tenants, RateLimits limits) {
		this.tenants = tenants;
		this.limits = limits;
	}

	/**
	 * The caller of a tenant's route. Refuses in this order: no token, scope, tenant
	 * named wrongly, tenant foreign, tenant gone, too many requests.
	 */
	Mono<Caller> caller(ServerRequest request, Scope required) {
		return token(request).flatMap((token) -> {
			Set<Scope> scopes = allow(token, required);
			TenantId tenant = tenant(request, tenants(token));
			LogDetails.tenant(request.exchange(), tenant);
			Caller caller = new Caller(tenant, subject(token), scopes,
					Objects.requireNonNullElse(token.getExpiresAt(), Instant.MAX));
			return this.tenants.standing(tenant).flatMap((standing) -> admit(request, caller, standing));
		});
	}

	/**
	 * Refuses for a tenant that is gone, or makes too many requests. The latter is told
	 * before anything of the request is read, and so before its idempotency key.
	 */
	private Mono<Caller> admit(ServerRequest request, Caller caller, Standing standing) {
		if (!standing.open()) {
			return Mono.error(Problem.FORBIDDEN.because("The tenant does not exist any more."));
		}
		return this.limits.admit(caller.tenant(), standing.rateLimit()).map((admission) -> {
			admission.tell(request.exchange().getResponse().getHeaders());
			if (!admission.granted()) {
				throw admission.refusal();
			}
			return caller;
		}).defaultIfEmpty(caller);
	}

	/**
	 * The token's subject, for routes without a tenant.
	 */
	Mono<String> subject(ServerRequest request, Scope required) {
		return token(request).map((token) -> {
			allow(token, required);
			return subject(token);
		});
	}

	private static Mono<Jwt> token(ServerRequest request) {
		Jwt known = KnownTokens.of(request.exchange());
		return (known != null) ? Mono.just(known)
				: ReactiveSecurityContextHolder.getContext()
					.flatMap((context) -> Mono.justOrEmpty(token(context)))
					.switchIfEmpty(Mono.error(() -> Problem.UNAUTHENTICATED.because("Send a bearer token.")));
	}

	private static @Nullable Jwt token(SecurityContext context) {
		Authentication authentication = context.getAuthentication();
		return (authentication != null && authentication.getPrincipal() instanceof Jwt token) ? token : null;
	}

	private static String subject(Jwt token) {
		return Objects.requireNonNull(token.getSubject(), "tokens without sub are refused when they are decoded");
	}

	private static Set<Scope> allow(Jwt token, Scope required) {
		Set<Scope> scopes = EnumSet.noneOf(Scope.class);
		String claim = Objects.requireNonNullElse(token.getClaimAsString("scope"), "");
		List<String> named = List.of(claim.split(" "));
		for (Scope scope : Scope.values()) {
			if (named.contains(scope.claim())) {
				scopes.add(scope);
			}
		}
		if (!scopes.contains(required)) {
			throw Problem.FORBIDDEN.because("The token lacks a scope.").with("required", required.claim());
		}
		return scopes;
	}

	private static Set<TenantId> tenants(Jwt token) {
		Object one = token.getClaim("tenant_id");
		Object several = token.getClaim("tenant_ids");
		if ((one == null) == (several == null)) {
			throw Problem.FORBIDDEN.because("The token must name its tenant in either tenant_id or tenant_ids.");
		}
		Set<TenantId> tenants = new HashSet<>();
		for (Object value : (several instanceof List<?> list) ? list : List.of((one != null) ? one : several)) {
			UUID id = (value instanceof String text) ? Ids.parse(text) : null;
			if (id == null) {
				throw Problem.FORBIDDEN.because("The token names a tenant that is no UUID.");
			}
			tenants.add(new TenantId(id));
		}
		if (tenants.isEmpty()) {
			throw Problem.FORBIDDEN.because("The token names no tenant.");
		}
		return tenants;
	}

	private static TenantId tenant(ServerRequest request, Set<TenantId> allowed) {
		List<String> header = request.headers().header(TENANT_HEADER);
		if (header.isEmpty() && allowed.size() == 1) {
			return allowed.iterator().next();
		}
		UUID id = (header.size() == 1) ? Ids.parse(header.getFirst()) : null;
		if (id == null) {
			throw Problem.INVALID_REQUEST
				.because("Name one of the token's tenants by its UUID in the header " + TENANT_HEADER + ".")
				.with(new FieldError(TENANT_HEADER, header.isEmpty() ? "required" : "malformed", "must be one UUID"));
		}
		TenantId tenant = new TenantId(id);
		if (!allowed.contains(tenant)) {
			throw Problem.FORBIDDEN.because("The token does not name this tenant.");
		}
		return tenant;
	}

}
