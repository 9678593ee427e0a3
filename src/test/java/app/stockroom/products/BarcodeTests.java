package app.stockroom.products;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import app.stockroom.Invariants;
import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.TenantClient.Reply;
import app.stockroom.TestServers;
import app.stockroom.embedded.PostgresCluster;
import app.stockroom.tenancy.Tenants;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A barcode names a product wherever a SKU does, and names only one.
 */
@StockroomTest
class BarcodeTests {

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@Autowired
	Environment environment;

	private TenantClient client;

	private String chair;

	@BeforeEach
	void openTenant() {
		this.client = TenantClient.open(this.web, this.tenants);
		this.chair = create("CHAIR", "\"4006381333931\", \"CHAIR\"").expect(201).text("id");
		this.client.move(this.chair, "IN", 50).expect(201);
	}

	@Test
	void aBarcodeStandsWhereASkuDoes() {
		String north = this.client.warehouse("North");
		String south = this.client.warehouse("South");
		String main = this.client.stock(this.chair).get("warehouseId").asString();
		String movement = "{\"sku\": \"4006381333931\", \"type\": \"OUT\", \"quantity\": 1}";
		assertThat(this.client.post("/api/stock-movements", movement).expect(201).text("productId"))
			.isEqualTo(this.chair);
		for (String query : List.of("", "?atomic=true", "?dryRun=true")) {
			Reply batch = this.client.post("/api/stock-movements/batch" + query, "[" + movement + "]").expect(200);
			assertThat(batch.body().at("/0/movement/productId").asString()).as(query).isEqualTo(this.chair);
		}
		String line = "{\"sku\": \"4006381333931\", \"quantity\": 2}";
		Reply held = this.client.post("/api/reservations", "{\"lines\": [" + line + "]}").expect(201);
		assertThat(held.body().at("/lines/0/productId").asString()).isEqualTo(this.chair);
		this.client.post("/api/reservations/" + held.text("id") + "/commit", "{\"lines\": [" + line + "]}").expect(200);
		Reply sent = this.client
			.post("/api/transfers",
					"""
							{"fromWarehouseId": "%s", "toWarehouseId": "%s", "mode": "IN_TRANSIT", "lines": [%s]}"""
						.formatted(main, north, line))
			.expect(201);
		assertThat(sent.body().at("/lines/0/productId").asString()).isEqualTo(this.chair);
		this.client.post("/api/transfers/" + sent.text("id") + "/receipt", "{\"lines\": [" + line + "]}").expect(200);
		this.client.post("/api/stock-counts", "{\"lines\": [{\"sku\": \"4006381333931\", \"counted\": 7}]}")
			.expect(200);
		assertThat(this.client.stock(this.chair).get("quantity").asLong()).isEqualTo(7);
		String record = "{\"sku\": \"4006381333931\", \"quantity\": 3}";
		this.client.post("/api/warehouses/" + south + "/inventory", record).expect(201);
		this.client.post("/api/inventory", record).expectProblem(409, "record-exists");
	}

	@Test
	void aBarcodeBelongsToOneProduct() {
		assertThat(create("TABLE", "\"1\", \"4006381333931\"").expectProblem(409, "barcode-taken").text("barcode"))
			.isEqualTo("4006381333931");
		assertThat(create("TABLE", "\"CHAIR\"").expectProblem(409, "barcode-taken").text("barcode")).isEqualTo("CHAIR");
		create("4006381333931", "").expectProblem(409, "sku-taken");
		String table = "/api/products/" + create("TABLE", "\"1\", \"1\"").expect(201).text("id");
		assertThat(this.client.put(table, "{\"barcodes\": [\"4006381333931\"]}")
			.expectProblem(409, "barcode-taken")
			.text("barcode")).isEqualTo("4006381333931");
		this.client.put(table, "{\"sku\": \"4006381333931\"}").expectProblem(409, "sku-taken");
		assertThat(this.client.get(table).body().get("barcodes").toString()).isEqualTo("[\"1\",\"1\"]");
		assertThat(TenantClient.open(this.web, this.tenants)
			.post("/api/products", "{\"sku\": \"CHAIR\", \"name\": \"x\", \"barcodes\": [\"4006381333931\"]}")
			.status()).as("another tenant's").isEqualTo(201);
	}

	@Test
	void aBarcodeThatIsGivenUpIsFree() {
		String path = "/api/products/" + this.chair;
		this.client.put(path, "{\"barcodes\": [\"2\"]}").expect(200);
		out("4006381333931").expectProblem(404, "not-found");
		out("2").expect(201);
		String table = create("TABLE", "\"4006381333931\"").expect(201).text("id");
		this.client.move(this.chair, "OUT", 49).expect(201);
		this.client.delete(path).expect(204);
		out("2").expectProblem(404, "not-found");
		this.client.patch("/api/products/" + table, "{\"barcodes\": [\"2\"]}").expect(200);
		assertThat(this.client.post(path + "/restore", "{}").expectProblem(409, "barcode-taken").text("barcode"))
			.isEqualTo("2");
		this.client.patch("/api/products/" + table, "{\"barcodes\": null}").expect(200);
		this.client.post(path + "/restore", "{}").expect(200);
		this.client.move(this.chair, "IN", 1).expect(201);
		out("2").expect(201);
	}

	@Test
	void ofManyWhoWantABarcodeAtOnceOneGetsIt() throws Exception {
		List<Callable<Integer>> wishes = new ArrayList<>();
		for (int i = 0; i < 16; i++) {
			String sku = (i % 2 == 0) ? "S" + i : "9";
			String barcodes = (i % 2 == 0) ? "\"9\"" : "";
			wishes.add(() -> create(sku, barcodes).status());
		}
		List<Integer> statuses = new ArrayList<>();
		try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
			for (Future<Integer> status : clients.invokeAll(wishes)) {
				statuses.add(status.get());
			}
		}
		assertThat(statuses).containsOnlyOnce(201).containsOnly(201, 409);
	}

	@Test
	void theDatabaseItselfKeepsABarcodeUnique() throws SQLException {
		try (Connection owner = Invariants.owner(this.environment); Statement statement = owner.createStatement()) {
			assertThatExceptionOfType(SQLException.class)
				.isThrownBy(() -> statement
					.execute("insert into product_barcode select tenant_id, barcode, product_id from "
							+ "product_barcode where product_id = '" + this.chair + "'"))
				.matches((failure) -> "23505".equals(failure.getSQLState()));
		}
	}

	@Test
	void aProductIsNamedOnce() {
		assertThat(
				this.client
					.post("/api/stock-movements",
							"""
									{"productId": "%s", "sku": "4006381333931", "type": "OUT", "quantity": 1}"""
								.formatted(this.chair))
					.expectProblem(400, "invalid-request")
					.fields())
			.containsExactly("productId");
	}

	@Test
	void listsFindBySkuAndProductsByBarcodeToo() {
		create("TABLE", "\"1\"").expect(201);
		assertThat(this.client.get("/api/products?barcode=4006381333931").body().at("/items/0/id").asString())
			.isEqualTo(this.chair);
		assertThat(this.client.get("/api/products?barcode=0").number("total")).isZero();
		String north = this.client.warehouse("North");
		String main = this.client.stock(this.chair).get("warehouseId").asString();
		this.client
			.post("/api/transfers",
					"""
							{"fromWarehouseId": "%s", "toWarehouseId": "%s", "lines": [{"sku": "CHAIR", "quantity": 45}]}"""
						.formatted(main, north))
			.expect(201);
		this.client.post("/api/reservations", "{\"lines\": [{\"sku\": \"CHAIR\", \"quantity\": 2}]}").expect(201);
		for (String path : List.of("/api/inventory", "/api/stock-movements", "/api/alerts", "/api/reservations",
				"/api/transfers")) {
			assertThat(this.client.get(path + "?sku=CHAIR").expect(200).number("total")).as(path).isPositive();
			assertThat(this.client.get(path + "?sku=NONE").expect(200).number("total")).as(path).isZero();
			assertThat(this.client.get(path + "?sku=CHAIR&productId=" + north).number("total")).as(path).isZero();
		}
	}

	@Test
	void barcodesThatStoodOnSeveralProductsNameTheOldest() throws SQLException {
		PostgresCluster cluster = TestServers.postgres();
		String database = TestServers.newDatabase();
		flyway(cluster, database).target("10").load().migrate();
		try (Connection owner = DriverManager.getConnection(cluster.jdbcUrl(database), PostgresCluster.OWNER,
				cluster.password(PostgresCluster.OWNER)); Statement statement = owner.createStatement()) {
			statement.execute(
					"""
							insert into tenant (tenant_id, name, default_min_stock, default_max_stock, created_at, updated_at)
							  values ('00000000-0000-7000-8000-000000000001', 'Old', 10, 1000, now(), now());
							insert into product (tenant_id, id, sku, name, barcodes, status, version, created_at, updated_at, deleted_at)
							  select '00000000-0000-7000-8000-000000000001', ('00000000-0000-7000-8000-00000000000' || n)::uuid, sku, 'x',
							    barcodes, 'ACTIVE', 1, now(), now(), gone
							  from (values (0, 'Z', array['1'], now()), (1, 'A', array['1', '2', '2'], null), (2, 'B', array['1', 'A', 'B'], null))
							    v(n, sku, barcodes, gone)
							""");
			flyway(cluster, database).load().migrate();
			List<String> named = new ArrayList<>();
			ResultSet rows = statement.executeQuery(
					"select b.barcode, p.sku from product_barcode b join product p on p.id = b.product_id order by 1");
			while (rows.next()) {
				named.add(rows.getString(1) + " " + rows.getString(2));
			}
			assertThat(named).containsExactly("1 A", "2 A", "B B");
		}
	}

	private static FluentConfiguration flyway(PostgresCluster cluster, String database) {
		return Flyway.configure()
			.dataSource(cluster.jdbcUrl(database), PostgresCluster.OWNER, cluster.password(PostgresCluster.OWNER))
			.placeholders(Map.of("applicationRole", PostgresCluster.APPLICATION));
	}

	private Reply create(String sku, String barcodes) {
		return this.client.post("/api/products",
				"{\"sku\": \"%s\", \"name\": \"%s\", \"barcodes\": [%s]}".formatted(sku, sku, barcodes));
	}

	private Reply out(String sku) {
		return this.client.post("/api/stock-movements",
				"{\"sku\": \"%s\", \"type\": \"OUT\", \"quantity\": 1}".formatted(sku));
	}

}
