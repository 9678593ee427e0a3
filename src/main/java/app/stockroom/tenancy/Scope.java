package app.stockroom.tenancy;

/**
 * What a token may allow.
 */
public enum Scope {

	INVENTORY_READ("inventory:read"),

	INVENTORY_WRITE("inventory:write"),

	CATALOG_WRITE("catalog:write"),

	TENANT_ADMIN("tenant:admin"),

	PLATFORM_ADMIN("platform:admin");

	private final String claim;

	Scope(String claim) {
		this.claim = claim;
	}

	/**
	 * The scope as it stands in the token's {@code scope} claim.
	 */
	public String claim() {
		return this.claim;
	}

}
