package app.stockroom.warehouses;

import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.TenantClient.Reply;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpHeaders;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

@StockroomTest
class WarehouseRoutesTests {

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
	void everyTenantHasADefaultWarehouseFromTheStart() {
		Reply warehouses = this.client.get("/api/warehouses").expect(200);
		assertThat(warehouses.number("total")).isOne();
		assertThat(warehouses.body().at("/items/0/name").asString()).isEqualTo("Main");
		assertThat(warehouses.body().at("/items/0/isDefault").asBoolean()).isTrue();
	}

	@Test
	void theDefaultWarehouseStays() {
		String path = "/api/warehouses/" + defaultWarehouse();
		this.client.delete(path).expectProblem(409, "default-warehouse");
		this.client.put(path, "{\"status\": \"INACTIVE\"}").expectProblem(409, "default-warehouse");
		this.client.put(path, "{\"name\": \"Renamed\"}").expect(200);
	}

	@Test
	void aWarehouseIsCreatedChangedAndDeleted() {
		Reply created = this.client.post("/api/warehouses", "{\"name\": \"North\", \"location\": \"Leeds\"}")
			.expect(201);
		String path = "/api/warehouses/" + created.text("id");
		assertThat(created.headers().getLocation()).hasToString(path);
		assertThat(created.body().get("isDefault").asBoolean()).isFalse();
		assertThat(this.client.get(path).body()).isEqualTo(created.body());
		Reply changed = this.client.put(path, "{\"name\": \"South\"}", HttpHeaders.IF_MATCH, "\"1\"").expect(200);
		assertThat(changed.text("location")).isEqualTo("Leeds");
		assertThat(changed.headers().getETag()).isEqualTo("\"2\"");
		this.client.put(path, "{\"name\": \"East\"}", HttpHeaders.IF_MATCH, "\"1\"")
			.expectProblem(412, "stale-version");
		this.client.delete(path).expect(204);
		this.client.get(path).expectProblem(404, "not-found");
		this.client.get(path + "/inventory").expectProblem(404, "not-found");
	}

	@Test
	void namesAreUniqueAmongLiveWarehouses() {
		String north = this.client.warehouse("North");
		this.client.post("/api/warehouses", "{\"name\": \"North\"}").expectProblem(409, "name-taken");
		this.client.delete("/api/warehouses/" + north).expect(204);
		this.client.warehouse("North");
	}

	@Test
	void anInactiveWarehouseRefusesMovements() {
		String product = this.client.product("A");
		String north = this.client.warehouse("North");
		String movement = "{\"productId\": \"%s\", \"warehouseId\": \"%s\", \"type\": \"IN\", \"quantity\": 5}"
			.formatted(product, north);
		this.client.post("/api/stock-movements", movement).expect(201);
		this.client.put("/api/warehouses/" + north, "{\"status\": \"INACTIVE\"}").expect(200);
		this.client.post("/api/stock-movements", movement).expectProblem(409, "warehouse-inactive");
		this.client.put("/api/warehouses/" + north, "{\"status\": \"ACTIVE\"}").expect(200);
		this.client.post("/api/stock-movements", movement).expect(201);
	}

	@Test
	void aWarehouseWithStockIsNotDeletedAndAnEmptyOneTakesItsRecordsAlong() {
		String product = this.client.product("A");
		String north = this.client.warehouse("North");
		String movement = "{\"productId\": \"%s\", \"warehouseId\": \"%s\", \"type\": \"%s\", \"quantity\": 5}";
		this.client.post("/api/stock-movements", movement.formatted(product, north, "IN")).expect(201);
		Reply refused = this.client.delete("/api/warehouses/" + north).expectProblem(409, "warehouse-has-stock");
		assertThat(refused.number("quantity")).isEqualTo(5);
		this.client.post("/api/stock-movements", movement.formatted(product, north, "OUT")).expect(201);
		this.client.delete("/api/warehouses/" + north).expect(204);
		assertThat(this.client.get("/api/inventory?productId=" + product).number("total")).isOne();
		assertThat(this.client.get("/api/inventory?warehouseId=" + north).number("total")).isZero();
		this.client.post("/api/stock-movements", movement.formatted(product, north, "IN"))
			.expectProblem(404, "not-found");
	}

	@Test
	void aNameIsNeeded() {
		assertThat(this.client.post("/api/warehouses", "{\"location\": \"Leeds\"}")
			.expectProblem(400, "invalid-request")
			.fields()).containsExactly("name");
	}

	private String defaultWarehouse() {
		return this.client.get("/api/warehouses").body().at("/items/0/id").asString();
	}

}
