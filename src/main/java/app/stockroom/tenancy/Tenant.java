package app.stockroom.tenancy;

import java.time.Instant;
import java.util.UUID;

import app.stockroom.platform.Versioned;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * An isolated customer.
 *
 * @param id the tenant's id, as tokens name it
 * @param name for people
 * @param defaultMinStock the minimum of a new record, in pieces
 * @param defaultMaxStock the maximum of a new record, in pieces
 * @param rateLimit requests per second, or null for the service's own
 * @param version counts the changes, from 1
 * @param createdAt when it was opened
 * @param updatedAt when it last changed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Tenant(UUID id, String name, long defaultMinStock, long defaultMaxStock, @Nullable Integer rateLimit,
		long version, Instant createdAt, Instant updatedAt) implements Versioned {
}
