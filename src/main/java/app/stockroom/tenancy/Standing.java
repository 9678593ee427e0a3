package app.stockroom.tenancy;

import org.jspecify.annotations.Nullable;

/**
 * What every request wants to know of its tenant.
 *
 * @param open whether the tenant is there and not deleted
 * @param rateLimit its own limit in requests a second, or null for the service's
 */
record Standing(boolean open, @Nullable Integer rateLimit) {

	static final Standing GONE = new Standing(false, null);

	static Standing of(Tenant tenant) {
		return new Standing(true, tenant.rateLimit());
	}

}
