package app.stockroom.tenancy;

import java.util.List;
import java.util.Set;
import java.util.UUID;

import app.stockroom.platform.Ids;
import app.stockroom.platform.LogDetails;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
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
	 * named wrongly, tenant foreign, tenant gone, too many requests. Where all of it is
	 * known, as it mostly is, the answer is there at once.
	 * @throws Refusal at once, or as an error of what is returned
	 */
	Mono<Caller> caller(ServerRequest request, Scope required) {
		Grant known = KnownTokens.of(request.exchange());
		return (known != null) ? caller(request, known, required)
				: presented().flatMap((grant) -> caller(request, grant, required));
	}

	private Mono<Caller> caller(ServerRequest request, Grant grant, Scope required) {
		grant.require(required);
		grant.requireTenants();
		TenantId tenant = tenant(request, grant.tenants());
		LogDetails.tenant(request.exchange(), tenant);
		Caller caller = new Caller(tenant, grant.subject(), grant.scopes(), grant.expiresAt());
		Standing known = this.tenants.known(tenant);
		return (known != null) ? admit(request, caller, known)
				: this.tenants.standing(tenant).flatMap((standing) -> admit(request, caller, standing));
	}

	/**
	 * Refuses for a tenant that is gone, or makes too many requests. The latter is told
	 * before anything of the request is read, and so before its idempotency key.
	 */
	private Mono<Caller> admit(ServerRequest request, Caller caller, Standing standing) {
		if (!standing.open()) {
			return Mono.error(Problem.FORBIDDEN.because("The tenant does not exist any more."));
		}
		int rate = this.limits.rate(standing.rateLimit());
		return (rate == RateLimits.UNLIMITED) ? Mono.just(caller)
				: this.limits.admit(caller.tenant(), rate).map((admission) -> {
					admission.tell(request.exchange().getResponse().getHeaders());
					if (!admission.granted()) {
						throw admission.refusal();
					}
					return caller;
				});
	}

	/**
	 * The token's subject, for routes without a tenant.
	 */
	Mono<String> subject(ServerRequest request, Scope required) {
		Grant known = KnownTokens.of(request.exchange());
		return ((known != null) ? Mono.just(known) : presented()).map((grant) -> {
			grant.require(required);
			return grant.subject();
		});
	}

	/** That of the token that Spring Security has verified for this request. */
	private static Mono<Grant> presented() {
		return ReactiveSecurityContextHolder.getContext()
			.flatMap((context) -> Mono.justOrEmpty(token(context)))
			.map(Grant::of)
			.switchIfEmpty(Mono.error(() -> Problem.UNAUTHENTICATED.because("Send a bearer token.")));
	}

	private static @Nullable Jwt token(SecurityContext context) {
		Authentication authentication = context.getAuthentication();
		return (authentication != null && authentication.getPrincipal() instanceof Jwt token) ? token : null;
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
