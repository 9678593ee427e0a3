package app.stockroom.inventory;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import app.stockroom.Invariants;
import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.ledger.EntryType;
import app.stockroom.platform.Limits;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a page of movements costs: as much as it shows, and not as much as there is, also
 * where a value stands at the far end of the ledger.
 */
@StockroomTest
class MovementPagesTests {

	/** Behind what the ledger itself has written. */
	private static final int FIRST = 101;

	private static final int ENTRIES = 40_000;

	private static final int MOST_BUFFERS = 1000;

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@Autowired
	Environment environment;

	TenantClient client;

	@BeforeEach
	void openTenant() {
		this.client = TenantClient.open(this.web, this.tenants);
	}

	/** What was filled in stands for no stock, and others look at the whole database. */
	@AfterEach
	void takeAwayWhatWasFilledIn() throws SQLException {
		try (Connection owner = Invariants.owner(this.environment); Statement statement = owner.createStatement()) {
			statement.execute("delete from movement where sequence >= %d and tenant_id = '%s'".formatted(FIRST,
					this.client.tenant()));
		}
	}

	@Test
	void everyFilterReadsFewBuffers() throws SQLException {
		TenantClient client = this.client;
		UUID product = UUID.fromString(client.product("A"));
		UUID inventory = UUID.fromString(client.stock(product.toString()).get("id").asString());
		UUID warehouse = UUID.fromString(client.stock(product.toString()).get("warehouseId").asString());
		fill(client, product, inventory, warehouse);
		List<String> tried = new ArrayList<>();
		try (Connection connection = asApplication(client)) {
			for (Long to : new Long[] { null, ENTRIES / 2L }) {
				for (MovementFilter filter : List.of(filter(null, null, null, Set.of(), null, to),
						filter(product, null, null, Set.of(), null, to), filter(null, "A", null, Set.of(), null, to),
						filter(null, null, warehouse, Set.of(), null, to),
						filter(null, null, UUID.randomUUID(), Set.of(), null, to),
						filter(null, null, null, Set.of(EntryType.ADJUSTMENT), null, to),
						filter(null, null, null, Set.of(EntryType.IN, EntryType.ADJUSTMENT), null, to),
						filter(null, null, null, Set.of(EntryType.CATALOG, EntryType.IN), null, to),
						filter(null, null, warehouse, Set.of(EntryType.ADJUSTMENT), null, to),
						filter(product, null, null, Set.of(EntryType.ADJUSTMENT), null, to),
						filter(null, null, warehouse, Set.of(EntryType.REVERSAL), null, to),
						filter(null, null, null, Set.of(EntryType.ADJUSTMENT), "rare", to),
						filter(null, null, null, Set.of(EntryType.ADJUSTMENT), "common", to),
						filter(product, null, null, Set.of(EntryType.IN), "rare", to),
						filter(null, null, null, Set.of(), "rare", to),
						filter(null, null, null, Set.of(), "common", to))) {
					for (boolean descending : new boolean[] { true, false }) {
						MovementSearch page = new MovementSearch(filter, descending);
						MovementSearch count = new MovementSearch(filter, descending);
						for (long read : List.of(buffers(connection, client, page, page(page)),
								buffers(connection, client, count, count(count)))) {
							tried.add(read + " for " + filter + (descending ? " descending" : ""));
							assertThat(read).as(tried.getLast()).isBetween(1L, (long) MOST_BUFFERS);
						}
					}
				}
			}
		}
		assertThat(tried).hasSize(128);
	}

	private static String page(MovementSearch search) {
		return search.isSifted() ? search.sift(Limits.SEARCHED_ENTRIES, 51, 51, 0) : search.page(51, 0);
	}

	private static String count(MovementSearch search) {
		return search.isSifted() ? search.sift(Limits.SEARCHED_ENTRIES, Limits.PAGED_ITEMS + 1, 51, 0) : search.count();
	}

	/** An export of one value, and of all, begins at once: nothing is sorted before. */
	@Test
	void theWholeIsReadInTheOrderOfAnIndex() throws SQLException {
		UUID product = UUID.randomUUID();
		UUID inventory = UUID.randomUUID();
		UUID warehouse = UUID.randomUUID();
		fill(this.client, product, inventory, warehouse);
		try (Connection connection = asApplication(this.client)) {
			for (MovementFilter filter : List.of(filter(null, null, null, Set.of(), null, null),
					filter(null, null, null, Set.of(), null, ENTRIES / 2L),
					filter(null, null, null, Set.of(), "rare", null), MovementFilter.ofRecord(inventory))) {
				for (boolean descending : new boolean[] { true, false }) {
					assertThat(plan(connection, this.client, new MovementSearch(filter, descending)))
						.as(filter + (descending ? " descending" : ""))
						.contains("Index Scan")
						.doesNotContain("Sort");
				}
			}
		}
	}

	@Test
	void aTimeIsFoundWithinAFewBuffers() throws SQLException {
		TenantClient client = this.client;
		fill(client, UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());
		try (Connection connection = asApplication(client); Statement statement = connection.createStatement()) {
			String time = "select sequence_at_1('%s', '%s')".formatted(client.tenant(),
					Instant.parse("2020-01-01T00:00:00Z").plusSeconds(ENTRIES / 3));
			statement.execute(time);
			assertThat(read(statement, time)).isBetween(1L, 60L);
		}
	}

	private static MovementFilter filter(UUID product, String sku, UUID warehouse, Set<EntryType> types,
			String reference, Long to) {
		return new MovementFilter(product, sku, warehouse, null, types, reference, null, to, null, null);
	}

	/** The first entries are rare ones, all others alike. */
	private void fill(TenantClient client, UUID product, UUID inventory, UUID warehouse) throws SQLException {
		try (Connection owner = Invariants.owner(this.environment); Statement statement = owner.createStatement()) {
			statement.execute(
					"""
							insert into movement (tenant_id, sequence, created_at, inventory_id, product_id, warehouse_id, delta,
							  reserved_delta, quantity_after, reserved_after, min_stock, max_stock, version, type, actor, reference)
							select '%s', n, timestamptz '2020-01-01Z' + n * interval '1 second', '%s', '%s', '%s', 1, 0, n, 0, 10,
							  1000, n, case when n < 150 then 4 else 2 end, case when n < 150 then 'rare' else 'common' end,
							  case when n < 150 then 'rare' else 'common' end
							from generate_series(%d, %d) n
							"""
						.formatted(client.tenant(), inventory, product, warehouse, FIRST, ENTRIES));
			statement.execute("vacuum analyze movement");
		}
	}

	private Connection asApplication(TenantClient client) throws SQLException {
		String url = this.environment.getRequiredProperty("spring.flyway.url");
		Connection connection = DriverManager.getConnection(url,
				this.environment.getRequiredProperty("spring.r2dbc.username"),
				this.environment.getRequiredProperty("spring.r2dbc.password"));
		try (Statement statement = connection.createStatement()) {
			statement.execute("set app.tenant_id = '%s'".formatted(client.tenant()));
			// As a statement that is used often is planned: for any value.
			statement.execute("set plan_cache_mode = force_generic_plan");
		}
		return connection;
	}

	private static long buffers(Connection connection, TenantClient client, MovementSearch search, String sql)
			throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute("deallocate all");
			statement.execute("prepare page as " + sql);
			String execute = "execute page(" + arguments(client, search) + ")";
			// Once to warm the catalogue's caches, which are not the page's own.
			statement.execute(execute);
			return read(statement, execute);
		}
	}

	private static String plan(Connection connection, TenantClient client, MovementSearch search) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute("deallocate all");
			statement.execute("prepare whole as " + search.all());
			ResultSet lines = statement.executeQuery("explain execute whole(" + arguments(client, search) + ")");
			StringBuilder plan = new StringBuilder();
			while (lines.next()) {
				plan.append(lines.getString(1)).append('\n');
			}
			return plan.toString();
		}
	}

	private static String arguments(TenantClient client, MovementSearch search) {
		StringBuilder arguments = new StringBuilder("'" + client.tenant() + "'");
		for (Object value : search.values()) {
			arguments.append(", ");
			switch (value) {
				case Number number -> arguments.append(number);
				case Short[] codes -> arguments.append("'{").append(String.join(",", texts(codes))).append("}'");
				default -> arguments.append('\'').append(value).append('\'');
			}
		}
		return arguments.toString();
	}

	private static List<String> texts(Short[] codes) {
		return List.of(codes).stream().map(String::valueOf).toList();
	}

	private static long read(Statement statement, String sql) throws SQLException {
		ResultSet plan = statement.executeQuery("explain (analyze, buffers, format json) " + sql);
		plan.next();
		var root = new JsonMapper().readTree(plan.getString(1)).get(0).get("Plan");
		return root.get("Shared Hit Blocks").asLong() + root.get("Shared Read Blocks").asLong();
	}

}
