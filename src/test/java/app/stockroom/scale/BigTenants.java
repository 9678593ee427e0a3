package app.stockroom.scale;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

import org.springframework.core.io.ClassPathResource;

/**
 * Tenants with more stock than anybody could post in a test, filled by SQL, and valid.
 *
 * @param products products, each in each warehouse
 * @param warehouses warehouses
 * @param cycles how often the ten movements of a cycle happened to each record
 * @param hotCycles how often to the first record
 */
record BigTenants(int products, int warehouses, int cycles, int hotCycles) {

	/** 5 million movements of 102,000 records. */
	static final BigTenants FULL = new BigTenants(5100, 20, 5, 9000);

	/** A fiftieth, which still shows what reads more than it should. */
	static final BigTenants SHORT = new BigTenants(200, 10, 5, 1000);

	/** The second tenant: the same ids, other rows. */
	static final BigTenants OTHER = new BigTenants(60, 10, 5, 100);

	/** Many warehouses, and nothing happened yet. */
	static final BigTenants NEW = new BigTenants(50, 100, 0, 0);

	/** What the ids of every such tenant begin with. */
	static String id(String group, long number) {
		return "01900000-0000-7000-%s-%012x".formatted(group, number);
	}

	static String record(long number) {
		return id("b000", number);
	}

	static String product(long number) {
		return id("a000", number);
	}

	static String warehouse(long number) {
		return id("9000", number);
	}

	void fill(Connection owner, UUID tenant) throws SQLException, IOException {
		String sql = new ClassPathResource("scale/fill.sql").getContentAsString(StandardCharsets.UTF_8);
		try (Statement statement = owner.createStatement()) {
			statement.execute("set work_mem = '512MB'; set maintenance_work_mem = '512MB'");
			statement.execute("select open_tenant_1('%s', 'Big', 10, 1000, '%s')".formatted(tenant, warehouse(1)));
			statement.execute(
					"create temp table size as select '%s'::uuid as tenant, %d as products, %d as warehouses, %d as cycles, %d as hot_cycles"
						.formatted(tenant, this.products, this.warehouses, this.cycles, this.hotCycles));
			statement.execute(sql);
			statement.execute("discard temp");
		}
	}

	/** Adds as many products and warehouses without any stock. */
	static void addUnstocked(Connection owner, UUID tenant, int number) throws SQLException {
		try (Statement statement = owner.createStatement()) {
			statement.execute(
					"""
							insert into product (tenant_id, id, sku, name, status, version, created_at, updated_at)
							select '%1$s', gen_random_uuid(), 'NONE-' || n, 'None', 'ACTIVE', 1, now(), now() from generate_series(1, %2$d) n;
							insert into warehouse (tenant_id, id, name, status, version, created_at, updated_at)
							select '%1$s', gen_random_uuid(), 'None ' || n, 'ACTIVE', 1, now(), now() from generate_series(1, %2$d) n;
							"""
						.formatted(tenant, number));
		}
	}

}
