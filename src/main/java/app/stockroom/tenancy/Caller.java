package app.stockroom.tenancy;

import java.time.Instant;
import java.util.Set;

/**
 * Who calls, for which tenant: proven by the token and the X-Tenant-Id header before a
 * handler runs.
 *
 * @param tenant the tenant this request acts for
 * @param subject the token's subject, kept as the actor of what the caller changes
 * @param scopes what the token allows
 * @param expiresAt when the token expires; a stream must not outlive it
 */
public record Caller(TenantId tenant, String subject, Set<Scope> scopes, Instant expiresAt) {
}
