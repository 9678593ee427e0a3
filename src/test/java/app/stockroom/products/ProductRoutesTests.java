package app.stockroom.products;

import java.util.List;

import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.TenantClient.Reply;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpHeaders;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

@StockroomTest
class ProductRoutesTests {

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
	void aNewProductIsAnsweredAsItCanBeRead() {
		Reply created = this.client.post("/api/products", """
				{"sku": "85123A", "name": "White hanging heart", "description": "T-light holder", "price": 2.50,
				 "barcodes": ["5012345678900"]}""").expect(201);
		String path = "/api/products/" + created.text("id");
		assertThat(created.headers().getLocation()).hasToString(path);
		assertThat(created.headers().getETag()).isEqualTo("\"1\"");
		Reply read = this.client.get(path).expect(200);
		assertThat(read.body()).isEqualTo(created.body());
		assertThat(read.headers().getETag()).isEqualTo("\"1\"");
		assertThat(read.text("sku")).isEqualTo("85123A");
		assertThat(read.text("status")).isEqualTo("ACTIVE");
		assertThat(read.body().get("price").decimalValue()).isEqualByComparingTo("2.5");
		assertThat(read.body().get("barcodes").get(0).asString()).isEqualTo("5012345678900");
	}

	@Test
	void aNewProductHasOneEmptyRecordInTheDefaultWarehouse() {
		String product = this.client.product("A");
		JsonNode items = this.client.get("/api/inventory?productId=" + product).body().get("items");
		assertThat(items).hasSize(1);
		JsonNode row = items.get(0);
		assertThat(row.get("quantity").asLong()).isZero();
		assertThat(row.get("minStock").asLong()).isEqualTo(10);
		assertThat(row.get("maxStock").asLong()).isEqualTo(1000);
		assertThat(row.get("version").asLong()).isOne();
		assertThat(row.get("warehouse").get("name").asString()).isEqualTo("Main");
		assertThat(this.client.get("/api/alerts").number("total")).as("creation opens no alert").isZero();
	}

	@Test
	void skusAreExactAndUniqueAmongLiveProducts() {
		String product = this.client.product("abc");
		this.client.product("ABC");
		this.client.post("/api/products", "{\"sku\": \"abc\", \"name\": \"Again\"}").expectProblem(409, "sku-taken");
		this.client.delete("/api/products/" + product).expect(204);
		this.client.product("abc");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			{"name": "x"}                                        | sku
			{"sku": "x"}                                         | name
			{"sku": " x", "name": "x"}                           | sku
			{"sku": "x ", "name": "x"}                           | sku
			{"sku": "", "name": "x"}                             | sku
			{"sku": "x", "name": "  "}                           | name
			{"sku": "x", "name": "x", "price": -1}               | price
			{"sku": "x", "name": "x", "price": 0.00001}          | price
			{"sku": "x", "name": "x", "price": "1"}              | price
			{"sku": "x", "name": "x", "price": 1e300}            | price
			{"sku": "x", "name": "x", "price": 1e99999999}       | price
			{"sku": "x", "name": "x", "status": "SOLD"}          | status
			{"sku": "x", "name": "x", "barcodes": [" "]}         | barcodes[0]
			{"sku": "x", "name": "x", "quantity": 5}             | quantity
			{"sku": "x\\u0000", "name": "x"}                     | sku
			""")
	void whatAProductCannotBeIsRefusedWithTheField(String body, String field) {
		TenantClient.Reply refused = this.client.post("/api/products", body).expectProblem(400, "invalid-request");
		assertThat(refused.fields()).contains(field);
		assertThat(refused.body().toString()).as("told in words, not in a template of words").doesNotContain("${");
	}

	@Test
	void allBadFieldsAreNamedAtOnce() {
		assertThat(this.client.post("/api/products", "{\"sku\": \" \", \"price\": -1}")
			.expectProblem(400, "invalid-request")
			.fields()).contains("sku", "name", "price");
	}

	@Test
	void aChangeLeavesAbsentFieldsAsTheyAre() {
		String path = "/api/products/" + this.client.product("A");
		Reply changed = this.client.put(path, "{\"name\": \"Renamed\", \"status\": \"INACTIVE\"}").expect(200);
		assertThat(changed.text("sku")).isEqualTo("A");
		assertThat(changed.text("name")).isEqualTo("Renamed");
		assertThat(changed.text("status")).isEqualTo("INACTIVE");
		assertThat(changed.headers().getETag()).isEqualTo("\"2\"");
		assertThat(this.client.get(path).body()).isEqualTo(changed.body());
	}

	@Test
	void aChangeThatChangesNothingWritesNothing() {
		String path = "/api/products/" + this.client.product("A");
		this.client.put(path, "{\"price\": 2.5}").expect(200);
		long entries = this.client.get("/api/stock-movements").number("total");
		Reply same = this.client.put(path, "{\"sku\": \"A\", \"price\": 2.5000}").expect(200);
		assertThat(same.number("version")).isEqualTo(2);
		assertThat(this.client.get("/api/stock-movements").number("total")).isEqualTo(entries);
	}

	@Test
	void anotherVersionThanTheClientSawIsNotOverwritten() {
		String path = "/api/products/" + this.client.product("A");
		this.client.put(path, "{\"name\": \"One\"}", HttpHeaders.IF_MATCH, "\"1\"").expect(200);
		Reply stale = this.client.put(path, "{\"name\": \"Two\"}", HttpHeaders.IF_MATCH, "\"1\"");
		assertThat(stale.expectProblem(412, "stale-version").number("version")).isEqualTo(2);
		this.client.delete(path, HttpHeaders.IF_MATCH, "\"1\"").expectProblem(412, "stale-version");
		this.client.put(path, "{\"name\": \"Two\"}", HttpHeaders.IF_MATCH, "\"7\", \"2\"").expect(200);
		this.client.put(path, "{\"name\": \"Three\"}", HttpHeaders.IF_MATCH, "*").expect(200);
	}

	@Test
	void aDeletedProductIsGoneEverywhere() {
		String product = this.client.product("A");
		String path = "/api/products/" + product;
		String row = this.client.stock(product).get("id").asString();
		this.client.delete(path).expect(204);
		this.client.get(path).expectProblem(404, "not-found");
		this.client.put(path, "{\"name\": \"x\"}").expectProblem(404, "not-found");
		this.client.delete(path).expectProblem(404, "not-found");
		this.client.get("/api/inventory/" + row).expectProblem(404, "not-found");
		this.client.put("/api/inventory/" + row, "{\"quantity\": 5}").expectProblem(404, "not-found");
		this.client.move(product, "IN", 1).expectProblem(404, "not-found");
		assertThat(this.client.get("/api/products").number("total")).isZero();
		assertThat(this.client.get("/api/inventory").number("total")).isZero();
	}

	@Test
	void aProductWithStockIsNotDeleted() {
		String product = this.client.product("A");
		this.client.move(product, "IN", 3).expect(201);
		Reply refused = this.client.delete("/api/products/" + product).expectProblem(409, "product-has-stock");
		assertThat(refused.number("quantity")).isEqualTo(3);
	}

	@Test
	void theListIsFilteredSortedAndPaged() {
		for (String sku : new String[] { "C", "A", "B" }) {
			this.client.product(sku);
		}
		assertThat(skus("/api/products")).containsExactly("C", "A", "B");
		assertThat(skus("/api/products?sortBy=sku")).containsExactly("A", "B", "C");
		assertThat(skus("/api/products?sortBy=sku&order=desc&limit=2")).containsExactly("C", "B");
		assertThat(skus("/api/products?sortBy=sku&order=desc&limit=2&page=2")).containsExactly("A");
		assertThat(skus("/api/products?sku=B")).containsExactly("B");
		assertThat(skus("/api/products?name=PRODUCT a")).containsExactly("A");
		assertThat(skus("/api/products?name=%")).as("a wildcard is a letter like any other").isEmpty();
		assertThat(skus("/api/products?status=INACTIVE")).isEmpty();
		assertThat(this.client.get("/api/products?limit=1&page=9").expect(200).number("total")).isEqualTo(3);
	}

	@ParameterizedTest
	@ValueSource(strings = { "page=0", "page=x", "limit=0", "limit=201", "page=51&limit=200", "sortBy=id;drop",
			"sortBy=created_at", "order=up&sortBy=sku", "status=SOLD", "unknown=1", "sku=a&sku=b" })
	void aQueryThatMeansNothingIsRefusedByName(String query) {
		Reply refused = this.client.get("/api/products?" + query).expectProblem(400, "invalid-request");
		assertThat(refused.fields()).contains(query.substring(0, query.indexOf('=')));
	}

	@Test
	void whoPrefersNoBodyGetsNone() {
		Reply created = this.client.post("/api/products", "{\"sku\": \"A\", \"name\": \"A\"}", "Prefer",
				"return=minimal");
		assertThat(created.expect(201).body().isNull()).isTrue();
		String path = String.valueOf(created.headers().getLocation());
		assertThat(
				this.client.put(path, "{\"name\": \"B\"}", "Prefer", "return=minimal").expect(204).headers().getETag())
			.isEqualTo("\"2\"");
	}

	@Test
	void whoMayOnlyReadCannotChange() {
		this.client.with("inventory:read inventory:write")
			.post("/api/products", "{\"sku\": \"A\", \"name\": \"A\"}")
			.expectProblem(403, "forbidden");
	}

	private List<String> skus(String path) {
		return this.client.get(path)
			.expect(200)
			.body()
			.get("items")
			.valueStream()
			.map((item) -> item.get("sku").asString())
			.toList();
	}

}
