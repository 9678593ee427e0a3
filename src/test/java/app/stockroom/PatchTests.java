package app.stockroom;

import app.stockroom.TenantClient.Reply;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Merge patches, restored resources, and records opened without a path.
 */
@StockroomTest
class PatchTests {

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	private TenantClient client;

	@BeforeEach
	void openTenant() {
		this.client = TenantClient.open(this.web, this.tenants);
	}

	@Test
	void aPatchOfAProductChangesWhatItNamesAndClearsWhatIsNull() {
		Reply created = this.client.post("/api/products", """
				{"sku": "A", "name": "A", "description": "old", "price": 2.5, "barcodes": ["1"]}""").expect(201);
		String path = "/api/products/" + created.text("id");
		Reply patched = patch(path, "{\"name\": \"B\", \"description\": null}").expect(200);
		assertThat(patched.text("name")).isEqualTo("B");
		assertThat(patched.body().has("description")).isFalse();
		assertThat(patched.body().get("price").decimalValue()).isEqualByComparingTo("2.5");
		assertThat(patched.number("version")).isEqualTo(2);
		patch(path, "{\"price\": null, \"barcodes\": null}").expect(200);
		assertThat(this.client.get(path).body().has("price")).isFalse();
		assertThat(this.client.get(path).body().get("barcodes")).isEmpty();
		assertThat(patch(path, "{\"price\": null}").expect(200).number("version")).as("nothing changed").isEqualTo(3);
		assertThat(this.client.put(path, "{\"name\": null}").expect(200).text("name")).isEqualTo("B");
	}

	@Test
	void whatIsRequiredCannotBeTakenAway() {
		String product = "/api/products/" + this.client.product("A");
		assertThat(patch(product, "{\"sku\": null, \"name\": null, \"status\": null, \"price\": null}")
			.expectProblem(400, "invalid-request")
			.fields()).containsExactly("name", "sku", "status");
		String warehouse = "/api/warehouses/" + this.client.warehouse("W");
		assertThat(patch(warehouse, "{\"name\": null}").expectProblem(400, "invalid-request").fields())
			.containsExactly("name");
		assertThat(patch(product, "{\"colour\": null, \"sku\": null}").expectProblem(400, "invalid-request")
			.body()
			.get("errors")
			.valueStream()
			.map((error) -> error.get("field").asString() + " " + error.get("code").asString()))
			.containsExactly("colour unknown-field", "sku required");
		this.client.send(HttpMethod.PATCH, product, "{\"name\": \"x\"}").expect(200);
		patch(product, "{\"name\": \"y\"}", HttpHeaders.IF_MATCH, "\"1\"").expectProblem(412, "stale-version");
	}

	@Test
	void aPatchOfAWarehouseClearsItsLocation() {
		String path = "/api/warehouses/"
				+ this.client.post("/api/warehouses", "{\"name\": \"W\", \"location\": \"Kiel\"}")
					.expect(201)
					.text("id");
		assertThat(patch(path, "{\"location\": null}").expect(200).body().has("location")).isFalse();
		JsonNode main = this.client.get("/api/warehouses").body().at("/items/0");
		patch("/api/warehouses/" + main.get("id").asString(), "{\"status\": \"INACTIVE\"}").expectProblem(409,
				"default-warehouse");
	}

	@Test
	void aPatchOfARecordIsAnAdjustmentLikeAnyOther() {
		String product = this.client.product("A");
		JsonNode row = this.client.stock(product);
		String path = "/api/inventory/" + row.get("id").asString();
		Reply patched = patch(path, "{\"quantity\": 25, \"minStock\": 30}").expect(200);
		assertThat(patched.number("quantity")).isEqualTo(25);
		assertThat(patched.text("status")).isEqualTo("LOW_STOCK");
		assertThat(this.client.get("/api/stock-movements?limit=1").body().at("/items/0/type").asString())
			.isEqualTo("ADJUSTMENT");
		String pair = "/api/warehouses/" + row.get("warehouseId").asString() + "/inventory/" + product;
		assertThat(patch(pair, "{\"maxStock\": 50}").expect(200).number("maxStock")).isEqualTo(50);
		assertThat(patch(path, "{\"quantity\": null}").expectProblem(400, "invalid-request").fields())
			.containsExactly("quantity");
		patch(path, "{\"minStock\": 51}").expectProblem(400, "invalid-request");
		patch(pair, "{\"quantity\": 1}", HttpHeaders.IF_MATCH, "\"1\"").expectProblem(412, "stale-version");
	}

	@Test
	void aRestoredProductIsBackWithItsRecord() {
		String product = this.client.product("A");
		String path = "/api/products/" + product;
		this.client.post(path + "/restore", "{}").expectProblem(404, "not-found");
		this.client.delete(path).expect(204);
		Reply restored = this.client.post(path + "/restore", "{}").expect(200);
		assertThat(restored.body().has("deletedAt")).isFalse();
		assertThat(restored.number("version")).isEqualTo(3);
		assertThat(this.client.get(path).body()).isEqualTo(restored.body());
		this.client.move(product, "IN", 3).expect(201);
		this.client.move(product, "OUT", 3).expect(201);
		this.client.delete(path).expect(204);
		this.client.product("A");
		this.client.post(path + "/restore", "{}").expectProblem(409, "sku-taken");
	}

	@Test
	void aRestoredWarehouseTakesStockAgain() {
		String product = this.client.product("A");
		String warehouse = this.client.warehouse("North");
		String path = "/api/warehouses/" + warehouse;
		this.client.delete(path).expect(204);
		this.client.post(path + "/restore", "{}", HttpHeaders.IF_MATCH, "\"1\"").expectProblem(412, "stale-version");
		this.client.post(path + "/restore", "{}", HttpHeaders.IF_MATCH, "\"2\"").expect(200);
		this.client
			.post("/api/inventory", "{\"productId\": \"%s\", \"warehouseId\": \"%s\"}".formatted(product, warehouse))
			.expect(201);
		this.client.delete(path).expect(204);
		this.client.warehouse("North");
		this.client.post(path + "/restore", "{}").expectProblem(409, "name-taken");
	}

	@Test
	void aRecordIsOpenedWithOrWithoutItsWarehouse() {
		String product = this.client.product("A");
		this.client.post("/api/inventory", "{\"productId\": \"%s\", \"quantity\": 1}".formatted(product))
			.expectProblem(409, "record-exists");
		String warehouse = this.client.warehouse("North");
		String body = "{\"sku\": \"A\", \"warehouseId\": \"%s\", \"quantity\": 7, \"maxStock\": 99}"
			.formatted(warehouse);
		Reply opened = this.client.post("/api/inventory", body, "Idempotency-Key", "k").expect(201);
		assertThat(opened.number("quantity")).isEqualTo(7);
		assertThat(opened.number("maxStock")).isEqualTo(99);
		assertThat(opened.text("warehouseId")).isEqualTo(warehouse);
		assertThat(this.client.get(String.valueOf(opened.headers().getLocation())).body()).isEqualTo(opened.body());
		Reply again = this.client.post("/api/inventory", body, "Idempotency-Key", "k").expect(201);
		assertThat(again.headers().getFirst("Idempotency-Replayed")).isEqualTo("true");
		String inactive = this.client.warehouse("South");
		patch("/api/warehouses/" + inactive, "{\"status\": \"INACTIVE\"}").expect(200);
		this.client
			.post("/api/inventory", "{\"productId\": \"%s\", \"warehouseId\": \"%s\"}".formatted(product, inactive))
			.expectProblem(409, "warehouse-inactive");
		this.client.post("/api/inventory", "{\"quantity\": 1}").expectProblem(400, "invalid-request");
	}

	private Reply patch(String path, String json, String... headers) {
		return this.client.patch(path, json, headers);
	}

}
