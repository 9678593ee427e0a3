package app.stockroom;

import app.stockroom.TenantClient.Reply;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A refused request that is repeated with its key hears every word of the first answer,
 * whatever has become since of what the answer was about.
 */
@StockroomTest
class RefusalReplayTests {

	private static final String KEY = "Idempotency-Key";

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	private TenantClient client;

	private String product;

	@BeforeEach
	void openTenant() {
		this.client = TenantClient.open(this.web, this.tenants);
		this.product = this.client.product("A");
	}

	@Test
	void aReservationOfOneProductByTwoNamesThatIsGone() {
		String body = """
				{"lines": [{"sku": "A", "quantity": 3}, {"productId": "%s", "quantity": 1}], "ttlSeconds": 60}
				""".formatted(this.product);
		Reply refused = refused("/api/reservations", body, "insufficient-stock");
		assertThat(refused.number("requested")).isEqualTo(4);
		assertThat(refused.body().get("shortages")).hasSize(1);
		this.client.delete("/api/products/" + this.product).expect(204);
		again("/api/reservations", body, refused);
		this.client.product("A");
		again("/api/reservations", body, refused);
	}

	@Test
	void aReservationOfWhatIsThereByNow() {
		String body = "{\"lines\": [{\"sku\": \"A\", \"quantity\": 3}], \"ttlSeconds\": 60}";
		Reply refused = refused("/api/reservations", body, "insufficient-stock");
		this.client.move(this.product, "IN", 2).expect(201);
		again("/api/reservations", body, refused);
		this.client.move(this.product, "IN", 20).expect(201);
		again("/api/reservations", body, refused);
		this.client
			.post("/api/reservations", "{\"lines\": [{\"sku\": \"A\", \"quantity\": 4}], \"ttlSeconds\": 60}", KEY, "k")
			.expectProblem(422, "idempotency-key-reused");
		again("/api/reservations", body, refused);
	}

	@Test
	void aTransferOfOneProductByTwoNamesThatIsGone() {
		String body = """
				{"fromWarehouseId": "%s", "toWarehouseId": "%s", "mode": "IMMEDIATE",
				 "lines": [{"sku": "A", "quantity": 900}, {"productId": "%s", "quantity": 100}]}
				""".formatted(this.client.stock(this.product).get("warehouseId").asString(),
				this.client.warehouse("North"), this.product);
		this.client.move(this.product, "IN", 999).expect(201);
		Reply refused = refused("/api/transfers", body, "insufficient-stock");
		assertThat(refused.number("requested")).isEqualTo(1000);
		this.client.move(this.product, "OUT", 999).expect(201);
		this.client.delete("/api/products/" + this.product).expect(204);
		again("/api/transfers", body, refused);
	}

	@Test
	void aTransferThatDidNotFitInFromAProductThatIsGone() {
		String north = this.client.warehouse("North");
		this.client
			.post("/api/warehouses/" + north + "/inventory",
					"{\"productId\": \"%s\", \"quantity\": 0, \"maxStock\": 20}".formatted(this.product))
			.expect(201);
		this.client.move(this.product, "IN", 50).expect(201);
		String body = """
				{"fromWarehouseId": "%s", "toWarehouseId": "%s", "mode": "IMMEDIATE",
				 "lines": [{"sku": "A", "quantity": 21}]}
				""".formatted(this.client.stock(this.product).get("warehouseId").asString(), north);
		Reply refused = refused("/api/transfers", body, "capacity-exceeded");
		assertThat(refused.number("requested")).isEqualTo(21);
		this.client.move(this.product, "OUT", 50).expect(201);
		this.client.delete("/api/products/" + this.product).expect(204);
		again("/api/transfers", body, refused);
	}

	@Test
	void aCountThatWouldBeComparedWithOtherBooksByNow() {
		String other = this.client.product("B");
		this.client.move(this.product, "IN", 5).expect(201);
		this.client.move(other, "IN", 50).expect(201);
		String held = this.client
			.post("/api/reservations", "{\"lines\": [{\"sku\": \"B\", \"quantity\": 40}], \"ttlSeconds\": 60}")
			.expect(201)
			.text("id");
		String body = "{\"lines\": [{\"sku\": \"A\", \"counted\": 6}, {\"sku\": \"B\", \"counted\": 39}]}";
		Reply refused = refused("/api/stock-counts", body, "below-reserved");
		assertThat(refused.text("productId")).isEqualTo(other);
		assertThat(refused.body().at("/reservations/0/id").asString()).isEqualTo(held);
		this.client.move(this.product, "IN", 1).expect(201);
		again("/api/stock-counts", body, refused);
		this.client.post("/api/reservations/" + held + "/release", "{}").expect(200);
		again("/api/stock-counts", body, refused);
		this.client.move(other, "OUT", 50).expect(201);
		this.client.delete("/api/products/" + other).expect(204);
		again("/api/stock-counts", body, refused);
	}

	private Reply refused(String path, String body, String code) {
		Reply refused = this.client.post(path, body, KEY, "k").expectProblem(409, code);
		assertThat(refused.headers().containsHeader("Idempotency-Replayed")).isFalse();
		again(path, body, refused);
		return refused;
	}

	private void again(String path, String body, Reply refused) {
		Reply again = this.client.post(path, body, KEY, "k").expect(refused.status());
		assertThat(again.body()).isEqualTo(refused.body());
		assertThat(again.headers().getFirst("Idempotency-Replayed")).isEqualTo("true");
	}

}
