package app.stockroom.tenancy;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

import app.stockroom.platform.Ids;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.jwt.Jwt;

/**
 * What a token says of its bearer, read from its claims once and not with every request.
 *
 * @param subject the token's subject
 * @param scopes what it allows
 * @param expiresAt when it expires
 * @param tenants whom it is for; none where that is not said well
 * @param flaw why there are no tenants, or null
 */
record Grant(String subject, Set<Scope> scopes, Instant expiresAt, Set<TenantId> tenants, @Nullable String flaw) {

	static Grant of(Jwt token) {
		Set<TenantId> tenants = new HashSet<>();
		String flaw = readTenants(token, tenants);
		return new Grant(Objects.requireNonNull(token.getSubject(), "tokens without sub are refused when decoded"),
				scopes(token), Objects.requireNonNullElse(token.getExpiresAt(), Instant.MAX),
				(flaw != null) ? Set.of() : Set.copyOf(tenants), flaw);
	}

	private static Set<Scope> scopes(Jwt token) {
		Set<Scope> scopes = EnumSet.noneOf(Scope.class);
		String claim = Objects.requireNonNullElse(token.getClaimAsString("scope"), "");
		List<String> named = List.of(claim.split(" "));
		for (Scope scope : Scope.values()) {
			if (named.contains(scope.claim())) {
				scopes.add(scope);
			}
		}
		return Collections.unmodifiableSet(scopes);
	}

	/** Adds them, or tells why not. */
	private static @Nullable String readTenants(Jwt token, Set<TenantId> tenants) {
		Object one = token.getClaim("tenant_id");
		Object several = token.getClaim("tenant_ids");
		if ((one == null) == (several == null)) {
			return "The token must name its tenant in either tenant_id or tenant_ids.";
		}
		for (Object value : (several instanceof List<?> list) ? list : List.of((one != null) ? one : several)) {
			UUID id = (value instanceof String text) ? Ids.parse(text) : null;
			if (id == null) {
				return "The token names a tenant that is no UUID.";
			}
			tenants.add(new TenantId(id));
		}
		return tenants.isEmpty() ? "The token names no tenant." : null;
	}

	/**
	 * Wants a scope.
	 * @throws Refusal 403 where the token lacks it
	 */
	void require(Scope scope) {
		if (!this.scopes.contains(scope)) {
			throw Problem.FORBIDDEN.because("The token lacks a scope.").with("required", scope.claim());
		}
	}

	/**
	 * Wants tenants.
	 * @throws Refusal 403 where the token does not name them well
	 */
	void requireTenants() {
		if (this.flaw != null) {
			throw Problem.FORBIDDEN.because(this.flaw);
		}
	}

}
