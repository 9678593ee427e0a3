package app.stockroom.inventory;

import java.util.List;
import java.util.Set;
import java.util.UUID;

import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.TenantClient.Reply;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpHeaders;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

@StockroomTest
class InventoryRoutesTests {

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@Autowired
	Inventory inventory;

	private TenantClient client;

	@BeforeEach
	void openTenant() {
		this.client = TenantClient.open(this.web, this.tenants);
	}

	@Test
	void aRecordSaysWhatIsWhereAndHowItStands() {
		String product = this.client.product("A");
		this.client.move(product, "IN", 7).expect(201);
		JsonNode row = this.client.stock(product);
		Reply read = this.client.get("/api/inventory/" + row.get("id").asString()).expect(200);
		assertThat(read.body()).isEqualTo(row);
		assertThat(read.headers().getETag()).isEqualTo("\"2\"");
		assertThat(row.propertyNames()).containsExactly("id", "productId", "warehouseId", "product", "warehouse",
				"quantity", "reserved", "available", "minStock", "maxStock", "status", "lowStock", "version",
				"createdAt", "updatedAt");
		assertThat(row.get("product").toString())
			.isEqualTo("{\"id\":\"%s\",\"sku\":\"A\",\"name\":\"Product A\"}".formatted(product));
		assertThat(row.get("available").asLong()).isEqualTo(7);
		assertThat(row.get("status").asString()).isEqualTo("LOW_STOCK");
		assertThat(row.get("lowStock").asBoolean()).isTrue();
	}

	@Test
	void aRecordCreatedWithAQuantityHasThatQuantity() {
		String product = this.client.product("A");
		String records = "/api/warehouses/" + this.client.warehouse("North") + "/inventory";
		Reply created = this.client
			.post(records, "{\"productId\": \"%s\", \"quantity\": 25, \"minStock\": 5}".formatted(product))
			.expect(201);
		assertThat(created.number("quantity")).isEqualTo(25);
		assertThat(created.number("minStock")).isEqualTo(5);
		assertThat(created.number("maxStock")).isEqualTo(1000);
		assertThat(created.number("version")).isOne();
		assertThat(this.client.get(String.valueOf(created.headers().getLocation())).body()).isEqualTo(created.body());
		assertThat(this.client.get(records + "/" + product).body()).isEqualTo(created.body());
		JsonNode entry = this.client.get("/api/stock-movements?limit=1").body().at("/items/0");
		assertThat(entry.get("type").asString()).isEqualTo("OPENING");
		assertThat(entry.get("delta").asLong()).isEqualTo(25);
		assertThat(this.client.get("/api/alerts").number("total")).isZero();
	}

	@Test
	void aPairHasOneRecordOnly() {
		this.client.product("A");
		String records = "/api/warehouses/" + this.client.warehouse("North") + "/inventory";
		this.client.post(records, "{\"sku\": \"A\", \"quantity\": 1}").expect(201);
		this.client.post(records, "{\"sku\": \"A\", \"quantity\": 1}").expectProblem(409, "record-exists");
		this.client.post(records, "{\"sku\": \"none\", \"quantity\": 1}").expectProblem(404, "not-found");
	}

	@Test
	void anOpeningAboveTheMaximumIsRefusedWithTheNumbers() {
		String product = this.client.product("A");
		String north = this.client.warehouse("North");
		Reply refused = this.client
			.post("/api/warehouses/" + north + "/inventory",
					"{\"productId\": \"%s\", \"quantity\": 51, \"maxStock\": 50}".formatted(product))
			.expectProblem(409, "capacity-exceeded");
		assertThat(refused.number("requested")).isEqualTo(51);
		assertThat(refused.number("quantity")).isZero();
		assertThat(refused.number("capacity")).isEqualTo(50);
	}

	@Test
	void anOpeningWithAKeyHappensOnce() {
		this.client.product("A");
		String records = "/api/warehouses/" + this.client.warehouse("North") + "/inventory";
		String body = "{\"sku\": \"A\", \"quantity\": 8}";
		Reply first = this.client.post(records, body, "Idempotency-Key", "k1").expect(201);
		Reply again = this.client.post(records, body, "Idempotency-Key", "k1").expect(201);
		assertThat(again.body()).isEqualTo(first.body());
		assertThat(again.headers().getFirst("Idempotency-Replayed")).isEqualTo("true");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			{"sku": "A", "quantity": -1}                                  | quantity
			{"sku": "A", "quantity": 9007199254740992}                    | quantity
			{"sku": "A", "quantity": 1.5}                                 | quantity
			{"sku": "A"}                                                  | quantity
			{"quantity": 1}                                               | productId
			{"sku": "A", "quantity": 1, "minStock": -1}                   | minStock
			{"sku": "A", "quantity": 1, "minStock": 9, "maxStock": 8}     | minStock
			{"sku": "A", "quantity": 1, "minStock": 1001}                 | minStock
			""")
	void anOpeningThatCannotBeIsRefusedWithTheField(String body, String field) {
		this.client.product("A");
		String records = "/api/warehouses/" + this.client.warehouse("North") + "/inventory";
		assertThat(this.client.post(records, body).expectProblem(400, "invalid-request").fields()).contains(field);
	}

	@Test
	void aDirectEditIsAnAdjustmentInTheLedger() {
		String product = this.client.product("A");
		String path = path(product);
		Reply changed = this.client.put(path, "{\"quantity\": 40}").expect(200);
		assertThat(changed.number("quantity")).isEqualTo(40);
		assertThat(this.client.get(path).body()).isEqualTo(changed.body());
		JsonNode entry = this.client.get("/api/stock-movements?limit=1").body().at("/items/0");
		assertThat(entry.get("type").asString()).isEqualTo("ADJUSTMENT");
		assertThat(entry.get("delta").asLong()).isEqualTo(40);
	}

	@Test
	void thresholdsAndQuantityTogetherAreSettingsThenAdjustment() {
		String product = this.client.product("A");
		Reply changed = this.client.put(path(product), "{\"quantity\": 2000, \"maxStock\": 5000, \"minStock\": 20}")
			.expect(200);
		assertThat(changed.number("quantity")).isEqualTo(2000);
		assertThat(changed.number("maxStock")).isEqualTo(5000);
		assertThat(changed.number("minStock")).isEqualTo(20);
		assertThat(changed.number("version")).isEqualTo(3);
		JsonNode items = this.client.get("/api/stock-movements?limit=2").body().get("items");
		assertThat(items.at("/0/type").asString()).isEqualTo("ADJUSTMENT");
		assertThat(items.at("/1/type").asString()).isEqualTo("SETTINGS");
		assertThat(items.at("/1/maxStock").asLong()).isEqualTo(5000);
	}

	@Test
	void anEditThatChangesNothingWritesNothing() {
		String product = this.client.product("A");
		long entries = this.client.get("/api/stock-movements").number("total");
		Reply same = this.client.put(path(product), "{\"quantity\": 0, \"minStock\": 10}").expect(200);
		assertThat(same.number("version")).isOne();
		assertThat(this.client.get("/api/stock-movements").number("total")).isEqualTo(entries);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			{"quantity": -1}                   | quantity
			{"minStock": 1001}                 | minStock
			{"minStock": 5, "maxStock": 4}     | minStock
			{"reserved": 5}                    | reserved
			{"quantity": "5"}                  | quantity
			""")
	void anEditThatCannotBeIsRefusedWithTheField(String body, String field) {
		assertThat(this.client.put(path(this.client.product("A")), body).expectProblem(400, "invalid-request").fields())
			.contains(field);
	}

	@Test
	void anEditAboveTheMaximumIsRefusedWithTheNumbers() {
		Reply refused = this.client.put(path(this.client.product("A")), "{\"quantity\": 1001}")
			.expectProblem(409, "capacity-exceeded");
		assertThat(refused.number("capacity")).isEqualTo(1000);
		assertThat(refused.number("requested")).isEqualTo(1001);
	}

	@Test
	void anotherVersionThanTheClientSawIsNotOverwritten() {
		String path = path(this.client.product("A"));
		this.client.put(path, "{\"quantity\": 5}", HttpHeaders.IF_MATCH, "\"1\"").expect(200);
		this.client.put(path, "{\"quantity\": 9}", HttpHeaders.IF_MATCH, "\"1\"").expectProblem(412, "stale-version");
		assertThat(this.client.get(path).number("quantity")).isEqualTo(5);
	}

	@Test
	void theListIsFilteredBySeveralStatesProductWarehouseAndLetters() {
		String low = this.client.product("LOW");
		String fine = this.client.product("FINE");
		this.client.product("EMPTY");
		this.client.move(low, "IN", 3).expect(201);
		this.client.move(fine, "IN", 30).expect(201);
		String north = this.client.warehouse("North");
		this.client.post("/api/warehouses/" + north + "/inventory", "{\"sku\": \"FINE\", \"quantity\": 50}")
			.expect(201);
		assertThat(skus("/api/inventory?status=LOW_STOCK")).containsExactly("LOW");
		assertThat(skus("/api/inventory?status=LOW_STOCK&status=OUT_OF_STOCK")).containsExactly("LOW", "EMPTY");
		assertThat(skus("/api/inventory?status=LOW_STOCK,OUT_OF_STOCK")).containsExactly("LOW", "EMPTY");
		assertThat(skus("/api/inventory?productId=" + fine)).containsExactly("FINE", "FINE");
		assertThat(skus("/api/inventory?sku=FINE&warehouseId=" + north)).containsExactly("FINE");
		assertThat(skus("/api/warehouses/" + north + "/inventory")).containsExactly("FINE");
		assertThat(skus("/api/inventory?q=product%20e".replace("%20", " "))).containsExactly("EMPTY");
		assertThat(skus("/api/inventory?q=fin&sortBy=quantity&order=desc&limit=1")).containsExactly("FINE");
		assertThat(this.client.get("/api/inventory?sortBy=quantity&order=desc").body().at("/items/0/quantity").asLong())
			.isEqualTo(50);
		assertThat(this.client.get("/api/inventory").number("total")).isEqualTo(4);
		this.client.get("/api/warehouses/" + north + "/inventory?warehouseId=" + north)
			.expectProblem(400, "invalid-request");
	}

	@Test
	void anUnknownRecordIsNotFound() {
		this.client.get("/api/inventory/" + UUID.randomUUID()).expectProblem(404, "not-found");
		this.client.get("/api/inventory/none").expectProblem(404, "not-found");
		this.client.get("/api/warehouses/" + UUID.randomUUID() + "/inventory/" + UUID.randomUUID())
			.expectProblem(404, "not-found");
	}

	@Test
	void aSnapshotIsTrueAtItsPosition() {
		String product = this.client.product("A");
		this.client.product("B");
		this.client.move(product, "IN", 3).expect(201);
		Snapshot all = snapshot(new InventoryFilter(null, null, null, Set.of(), null));
		assertThat(all.records()).extracting((row) -> row.product().sku()).containsExactlyInAnyOrder("A", "B");
		assertThat(all.position().sequence()).isEqualTo(5);
		Snapshot none = snapshot(new InventoryFilter(UUID.randomUUID(), null, null, Set.of(), null));
		assertThat(none.records()).isEmpty();
		assertThat(none.position()).isEqualTo(all.position());
	}

	private Snapshot snapshot(InventoryFilter filter) {
		Snapshot snapshot = this.inventory.snapshot(this.client.tenant(), filter, null, 100).block();
		assertThat(snapshot).isNotNull();
		return snapshot;
	}

	private String path(String product) {
		return "/api/inventory/" + this.client.stock(product).get("id").asString();
	}

	private List<String> skus(String path) {
		return this.client.get(path)
			.expect(200)
			.body()
			.get("items")
			.valueStream()
			.map((item) -> item.at("/product/sku").asString())
			.toList();
	}

}
