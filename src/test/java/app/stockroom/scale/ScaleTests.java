package app.stockroom.scale;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import app.stockroom.Invariants;
import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.TestServers;
import app.stockroom.embedded.PostgresCluster;
import app.stockroom.ledger.EntryType;
import app.stockroom.tenancy.RecordedReads;
import app.stockroom.tenancy.RecordedReads.Query;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What reads cost in a large ledger: the SQL of real requests, explained under the
 * application's role with row level security on, planned for these values and for any.
 * Five million movements with {@code ./mvnw -Pscale test}, else a fiftieth of them; what
 * was measured stands in docs/scale.md.
 */
@StockroomTest
@Import(RecordedReads.Configuration.class)
// What the service reads by itself once a minute is no part of a request.
@TestPropertySource(properties = "stockroom.invariants.interval=1d")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScaleTests {

	private static final boolean FULL = Boolean.getBoolean("stockroom.scale");

	private static final BigTenants SIZE = FULL ? BigTenants.FULL : BigTenants.SHORT;

	private static final int MOST_BUFFERS = 1000;

	private static final int MOST_BUFFERS_AS_OF = 100;

	private static final double MOST_MILLISECONDS = 200;

	/**
	 * What has no index: a sum of all, what stands in the lines of reservations, and the
	 * past of every record.
	 */
	private static final List<String> LOOKS_AT_ALL = List.of("/api/inventory/summary", "/api/reservations?productId",
			"/api/inventory?asOf");

	private static final double MOST_MILLISECONDS_OF_ALL = 2000;

	/** A record with its product and warehouse, and once more for the count. */
	private static final int MOST_BUFFERS_PER_RECORD = 25;

	/** What an export may keep, in bytes: it is nothing beside what it writes. */
	private static final long MOST_HEAP = 32 * 1024 * 1024;

	private static final JsonMapper JSON = new JsonMapper();

	private static final String MOVEMENTS = "/api/stock-movements?";

	/** A reference that a tenth of the ledger has, where others are for one order. */
	private static final String COMMON = "reference=POS";

	@Autowired
	WebTestClient web;

	@Autowired
	RecordedReads reads;

	@Autowired
	Environment environment;

	@LocalServerPort
	int port;

	private final UUID tenant = UUID.randomUUID();

	private final Map<String, String> filters = new LinkedHashMap<>();

	private final Map<String, Long> worst = new TreeMap<>();

	private TenantClient client;

	private long head;

	@BeforeAll
	void fill() throws Exception {
		try (Connection owner = Invariants.owner(this.environment)) {
			BigTenants.OTHER.fill(owner, UUID.randomUUID());
			SIZE.fill(owner, this.tenant);
			try (Statement statement = owner.createStatement()) {
				statement.execute("vacuum analyze");
			}
		}
		this.client = TenantClient.of(this.web, this.tenant);
		this.head = this.client.get(MOVEMENTS + "limit=1").expect(200).body().at("/items/0/sequence").asLong();
		say("%,d movements", this.head);
	}

	@Test
	void theDataIsValid() throws SQLException {
		Invariants.hold(this.environment);
	}

	@Test
	void everyFilterOfMovementsAndEveryTwoReadFewBuffers() throws SQLException {
		pages(List.copyOf(filters().keySet()), 2);
	}

	@Test
	void everyThreeFiltersThatHaveLittleInCommonReadFewBuffers() throws SQLException {
		pages(List.of("hot record", "hot product", "product", "warehouse", "rare warehouse", "type", "rare type",
				"five types", "common reference", "middle"), 3);
	}

	private void pages(List<String> names, int most) throws SQLException {
		try (Connection application = asApplication()) {
			pages(application, List.of(), names, most);
		}
		report("movements");
	}

	/**
	 * Adds each of some filters to those that are chosen, unless there is one like it.
	 */
	private void pages(Connection application, List<String> chosen, List<String> names, int most) throws SQLException {
		for (int i = 0; i < names.size() && chosen.size() < most; i++) {
			String name = names.get(i);
			if (chosen.stream().noneMatch((other) -> parameter(other).equals(parameter(name)))) {
				List<String> more = Stream.concat(chosen.stream(), Stream.of(name)).toList();
				page(application, String.join(" & ", more),
						more.stream().map(filters()::get).collect(Collectors.joining("&")));
				pages(application, more, names.subList(i + 1, names.size()), most);
			}
		}
	}

	/** A page with its count, from both ends, and one that a cursor leads to. */
	private void page(Connection application, String name, String filter) throws SQLException {
		for (String order : List.of("&sortBy=sequence&order=desc", "&sortBy=sequence&order=asc")) {
			String path = MOVEMENTS + filter + order;
			long buffers = buffers(application, path);
			// The last page that has a number leads to the deepest cursor.
			String deep = name.contains("&") ? path + "&limit=50" : path + "&page=200&limit=50";
			String cursor = this.client.get(deep).expect(200).text("nextCursor");
			if (!cursor.isEmpty()) {
				buffers = Math.max(buffers, buffers(application, path + "&limit=50&cursor=" + cursor));
			}
			this.worst.merge(name, buffers, Math::max);
			assertThat(buffers).as(path).isBetween(1L, (long) MOST_BUFFERS);
		}
	}

	/** Short pages lose nothing: cursors lead to all that an export has. */
	@Test
	void whatIsFoundRarelyIsFoundWhole() {
		for (String rarely : List.of("&type=REVERSAL", "&type=OUT&inventoryId=" + BigTenants.record(1),
				"&productId=" + BigTenants.product(9))) {
			String path = MOVEMENTS + COMMON + rarely + "&limit=200";
			List<Long> found = new ArrayList<>();
			int pages = 0;
			for (String cursor = ""; cursor != null; pages++) {
				JsonNode page = this.client.get(path + cursor).expect(200).body();
				page.get("items").forEach((entry) -> found.add(entry.get("sequence").asLong()));
				cursor = page.has("nextCursor") ? "&cursor=" + page.get("nextCursor").asString() : null;
			}
			List<Long> all = this.client.text(path.replace("&limit=200", ""), "application/x-ndjson")
				.body()
				.lines()
				.map((line) -> JSON.readTree(line).get("sequence").asLong())
				.toList();
			say("%d pages for the %,d of %s", pages, all.size(), path);
			assertThat(found).as(path).isEqualTo(all);
		}
	}

	@Test
	void anExportOfAllTakesNoMemory() throws Exception {
		HttpRequest export = HttpRequest
			.newBuilder(URI.create("http://127.0.0.1:%d/api/stock-movements".formatted(this.port)))
			.header("Authorization", "Bearer " + this.client.token())
			.header("Accept", "application/x-ndjson")
			.build();
		long before = heap();
		long most = 0;
		long rows = 0;
		long start = System.nanoTime();
		try (HttpClient http = HttpClient.newHttpClient();
				BufferedReader lines = new BufferedReader(new InputStreamReader(
						http.send(export, HttpResponse.BodyHandlers.ofInputStream()).body(), StandardCharsets.UTF_8))) {
			while (lines.readLine() != null) {
				if (++rows % Math.max(1, this.head / 10) == 0) {
					most = Math.max(most, heap());
				}
			}
		}
		say("%,d rows exported in %.1f s; heap %,d kB before, %,d kB at most", rows, (System.nanoTime() - start) / 1e9,
				before / 1024, most / 1024);
		assertThat(rows).isEqualTo(this.head);
		assertThat(most - before).isLessThan(MOST_HEAP);
	}

	/** What is in use, garbage left out. */
	private static long heap() {
		System.gc();
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
	}

	@Test
	void theStockOfARecordThenReadsFewBuffers() throws SQLException {
		try (Connection application = asApplication()) {
			for (long record : new long[] { 1, 2, SIZE.warehouses() * 3L + 1 }) {
				for (String then : List.of("" + this.head / 3, "" + this.head / 2, "" + this.head,
						time(this.head / 2))) {
					String path = "/api/inventory/" + BigTenants.record(record) + "?asOf=" + then;
					long buffers = explained(application, path).stream().mapToLong(Explained::buffers).sum();
					this.worst.merge("record " + record, buffers, Math::max);
					assertThat(buffers).as(path).isBetween(1L, (long) MOST_BUFFERS_AS_OF);
				}
			}
		}
		report("as of");
	}

	@Test
	void recordsAreSortedByAnyFieldInTime() throws SQLException {
		try (Connection application = asApplication()) {
			for (String field : List.of("sku", "productName", "warehouseName", "quantity", "reserved", "available",
					"createdAt", "updatedAt")) {
				for (String order : List.of("asc", "desc")) {
					String path = "/api/inventory?sortBy=%s&order=%s".formatted(field, order);
					double time = quickest(application, path).stream()
						.mapToDouble(Explained::milliseconds)
						.max()
						.orElse(0);
					say("%6.1f ms sorted by %s %s", time, field, order);
					// A short run is on a machine that does something else too.
					assertThat(time).as(path).isLessThan(FULL ? MOST_MILLISECONDS : 10 * MOST_MILLISECONDS);
				}
			}
		}
	}

	@Test
	void otherListsAndTheInquiriesAreReadInTime() throws SQLException {
		List<String> slow = new ArrayList<>();
		try (Connection application = asApplication()) {
			for (String path : List.of("/api/reservations?", "/api/reservations?status=HELD",
					"/api/reservations?status=COMMITTED", "/api/reservations?reference=ORDER-2-1-0",
					"/api/reservations?productId=" + BigTenants.product(2), "/api/transfers?",
					"/api/transfers?status=COMPLETED", "/api/transfers?status=IN_TRANSIT",
					"/api/transfers?reference=T-9", "/api/transfers?fromWarehouseId=" + BigTenants.warehouse(2),
					"/api/transfers?toWarehouseId=" + BigTenants.warehouse(3),
					"/api/transfers?productId=" + BigTenants.product(3), "/api/alerts?", "/api/alerts?state=OPEN",
					"/api/alerts?state=RESOLVED", "/api/alerts?kind=OUT_OF_STOCK",
					"/api/alerts?productId=" + BigTenants.product(1),
					"/api/alerts?warehouseId=" + BigTenants.warehouse(2), "/api/inventory?",
					"/api/inventory?status=LOW_STOCK", "/api/inventory?q=sku-99", "/api/inventory?sku=SKU-99",
					"/api/inventory?warehouseId=" + BigTenants.warehouse(2), "/api/products?name=99", "/api/products?",
					"/api/inventory?asOf=" + this.head / 2, "/api/inventory/summary")) {
				for (Explained read : quickest(application, path)) {
					say("%7d buffers %8.1f ms %s", read.buffers(), read.milliseconds(), path);
					double most = LOOKS_AT_ALL.stream().anyMatch(path::startsWith) ? MOST_MILLISECONDS_OF_ALL
							: MOST_MILLISECONDS;
					if (read.milliseconds() > (FULL ? most : 10 * most)) {
						slow.add(path + " took " + read.milliseconds());
					}
				}
			}
		}
		assertThat(slow).isEmpty();
	}

	/**
	 * In the first minute of a new database the server knows nothing of its tables and
	 * expects a row of each. What it then does must grow with the records, and not with
	 * products times warehouses.
	 */
	@Test
	void recordsAreReadOneByOneBeforeTablesAreFirstAnalyzed() throws Exception {
		BigTenants size = BigTenants.NEW;
		long most = (long) MOST_BUFFERS_PER_RECORD * size.products() * size.warehouses();
		String database = newDatabase();
		try (Connection owner = TestServers.postgres().connect(database, PostgresCluster.OWNER)) {
			size.fill(owner, this.tenant);
			BigTenants.addUnstocked(owner, this.tenant, 1000);
		}
		try (Connection application = asApplication(TestServers.postgres().jdbcUrl(database))) {
			for (String path : List.of("/api/inventory/summary", "/api/inventory?", "/api/inventory?sortBy=sku",
					"/api/inventory?sortBy=productName", "/api/inventory?sortBy=warehouseName",
					"/api/inventory?sortBy=quantity", "/api/inventory?status=LOW_STOCK", "/api/inventory?q=sku",
					"/api/inventory?sku=SKU-9", "/api/inventory?warehouseId=" + BigTenants.warehouse(2),
					"/api/inventory?productId=" + BigTenants.product(2), "/api/inventory?asOf=" + this.head)) {
				long buffers = buffers(application, path);
				say("%7d buffers before the first ANALYZE %s", buffers, path);
				assertThat(buffers).as(path).isBetween(1L, most);
			}
		}
	}

	/** Migrated, and never analyzed. */
	private static String newDatabase() throws SQLException {
		PostgresCluster cluster = TestServers.postgres();
		String database = TestServers.newDatabase();
		Flyway.configure()
			.dataSource(cluster.jdbcUrl(database), PostgresCluster.OWNER, cluster.password(PostgresCluster.OWNER))
			.placeholders(Map.of("applicationRole", PostgresCluster.APPLICATION))
			.load()
			.migrate();
		try (Connection owner = cluster.connect(database, PostgresCluster.OWNER);
				Statement statement = owner.createStatement()) {
			for (String table : List.of("inventory", "product", "warehouse", "movement")) {
				statement.execute("alter table %s set (autovacuum_enabled = off)".formatted(table));
			}
		}
		return database;
	}

	@Test
	void everythingIsVerified() {
		long start = System.nanoTime();
		JsonNode verification = this.client.get("/api/verification").expect(200).body();
		say("%.1f s for the verification of everything", (System.nanoTime() - start) / 1e9);
		assertThat(verification.get("holds").asBoolean()).isTrue();
	}

	/** Filters by name: what is common, what is rare, and where it stands. */
	private Map<String, String> filters() {
		if (!this.filters.isEmpty()) {
			return this.filters;
		}
		Map<String, String> filters = this.filters;
		filters.put("hot record", "inventoryId=" + BigTenants.record(1));
		filters.put("record", "inventoryId=" + BigTenants.record(77));
		filters.put("product", "productId=" + BigTenants.product(7));
		filters.put("hot product", "productId=" + BigTenants.product(1));
		filters.put("rare product", "productId=" + BigTenants.product(SIZE.products()));
		filters.put("sku", "sku=SKU-9");
		filters.put("warehouse", "warehouseId=" + BigTenants.warehouse(2));
		filters.put("rare warehouse", "warehouseId=" + BigTenants.warehouse(SIZE.warehouses()));
		filters.put("no warehouse", "warehouseId=" + UUID.randomUUID());
		filters.put("type", "type=IN");
		filters.put("rare type", "type=REVERSAL");
		filters.put("catalogue", "type=CATALOG");
		filters.put("types", "type=OUT,REVERSAL,CATALOG");
		filters.put("five types", "type=OPENING,COMMIT,REVERSAL,CATALOG,ACKNOWLEDGEMENT");
		filters.put("every type",
				"type=" + Stream.of(EntryType.values()).map(Enum::name).collect(Collectors.joining(",")));
		filters.put("common reference", COMMON);
		filters.put("rare reference", "reference=RARE");
		filters.put("reference", "reference=ORDER-2-1-0");
		filters.put("no reference", "reference=nothing");
		filters.put("early", "fromSequence=%d&toSequence=%d".formatted(this.head / 20, this.head / 20 + 60));
		filters.put("middle", "from=%s&to=%s".formatted(time(this.head / 3), time(this.head / 2)));
		return filters;
	}

	private String parameter(String filter) {
		String query = filters().get(filter);
		String name = query.substring(0, query.indexOf('='));
		return name.startsWith("from") ? "range" : name;
	}

	private String time(long sequence) {
		return this.client.get("/api/stock-movements/" + sequence).expect(200).text("createdAt");
	}

	private long buffers(Connection application, String path) throws SQLException {
		return explained(application, path).stream().mapToLong(Explained::buffers).max().orElse(0);
	}

	/**
	 * The same as it was read quickest of five times: a machine may stand still in one.
	 */
	private List<Explained> quickest(Connection application, String path) throws SQLException {
		List<Explained> quickest = explained(application, path);
		for (int i = 1; i < 5; i++) {
			List<Explained> again = explained(application, path);
			if (time(again) < time(quickest)) {
				quickest = again;
			}
		}
		return quickest;
	}

	private static double time(List<Explained> reads) {
		return reads.stream().mapToDouble(Explained::milliseconds).sum();
	}

	/** What the request reads, each statement as the dearer of its two plans. */
	private List<Explained> explained(Connection application, String path) throws SQLException {
		this.reads.takeQueries();
		this.client.get(path).expect(200);
		List<Explained> all = new ArrayList<>();
		for (Query query : this.reads.takeQueries()) {
			Explained generic = explain(application, query, "force_generic_plan");
			Explained custom = explain(application, query, "force_custom_plan");
			all.add((generic.buffers() > custom.buffers()) ? generic : custom);
		}
		return all;
	}

	private static Explained explain(Connection application, Query query, String mode) throws SQLException {
		try (Statement statement = application.createStatement()) {
			statement.execute("deallocate all");
			statement.execute("set plan_cache_mode = " + mode);
			statement.execute(query.prepare());
			// Once to warm the catalogue's caches, which are not the query's own.
			statement.execute(query.execute());
			ResultSet rows = statement
				.executeQuery("explain (analyze, buffers, timing off, format json) " + query.execute());
			rows.next();
			JsonNode root = JSON.readTree(rows.getString(1)).get(0);
			return new Explained(
					root.at("/Plan/Shared Hit Blocks").asLong() + root.at("/Plan/Shared Read Blocks").asLong(),
					root.get("Execution Time").asDouble());
		}
	}

	private Connection asApplication() throws SQLException {
		return asApplication(this.environment.getRequiredProperty("spring.flyway.url"));
	}

	private Connection asApplication(String url) throws SQLException {
		Connection connection = DriverManager.getConnection(url,
				this.environment.getRequiredProperty("spring.r2dbc.username"),
				this.environment.getRequiredProperty("spring.r2dbc.password"));
		try (Statement statement = connection.createStatement()) {
			statement.execute("set app.tenant_id = '%s'".formatted(this.tenant));
		}
		return connection;
	}

	private void report(String what) {
		this.worst.entrySet()
			.stream()
			.sorted(Map.Entry.comparingByValue())
			.forEach((each) -> say("%s: %6d buffers at most for %s", what, each.getValue(), each.getKey()));
		this.worst.clear();
	}

	private static void say(String text, Object... values) {
		System.out.println("scale: " + text.formatted(values));
	}

	private record Explained(long buffers, double milliseconds) {
	}

}
