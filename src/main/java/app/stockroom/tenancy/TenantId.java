package app.stockroom.tenancy;

import java.util.UUID;

/**
 * Identifies a tenant: the first parameter of everything below the HTTP edge.
 */
public record TenantId(UUID value) {

	@Override
	public String toString() {
		return this.value.toString();
	}

}
