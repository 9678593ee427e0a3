package app.stockroom.inventory;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

import app.stockroom.Invariants;
import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.TenantClient.Reply;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Stock as it was, why it is what it is, in sums, and verified.
 */
@StockroomTest
class PastInventoryTests {

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@Autowired
	Environment environment;

	private TenantClient client;

	private String product;

	private String record;

	@BeforeEach
	void openTenant() {
		this.client = TenantClient.open(this.web, this.tenants);
		this.product = this.client.product("A"); // 1 and 2
		this.record = "/api/inventory/" + this.client.stock(this.product).get("id").asString();
	}

	@Test
	void aRecordIsShownAsItStood() {
		this.client.move(this.product, "IN", 20).expect(201); // 3
		this.client.put(this.record, "{\"minStock\": 30, \"maxStock\": 90}").expect(200); // 4
		this.client.put("/api/products/" + this.product, "{\"sku\": \"B\", \"name\": \"Other\"}").expect(200); // 5
		this.client.move(this.product, "OUT", 15).expect(201); // 6
		this.client.get(this.record + "?asOf=1").expectProblem(404, "not-found");
		assertThat(this.client.get(this.record + "?asOf=2").expect(200).text("status")).isEqualTo("OUT_OF_STOCK");
		Reply third = this.client.get(this.record + "?asOf=3").expect(200);
		assertThat(third.number("quantity")).isEqualTo(20);
		assertThat(third.number("version")).isEqualTo(2);
		assertThat(third.text("status")).as("by the thresholds of then").isEqualTo("OK");
		assertThat(third.body().at("/product/sku").asString()).isEqualTo("A");
		assertThat(this.client.get(this.record + "?asOf=4").text("status")).isEqualTo("LOW_STOCK");
		assertThat(this.client.get(this.record + "?asOf=5").body().at("/product/name").asString()).isEqualTo("Other");
		Reply now = this.client.get(this.record).expect(200);
		assertThat(this.client.get(this.record + "?asOf=6").body()).isEqualTo(now.body());
		assertThat(this.client.get(this.record + "?asOf=2999-01-01T00:00:00Z").body()).isEqualTo(now.body());
		String time = this.client.get("/api/stock-movements/3").text("createdAt");
		assertThat(this.client.get(this.record + "?asOf=" + time).expect(200).number("quantity")).isEqualTo(20);
		this.client.get(this.record + "?asOf=2001-01-01T00:00:00Z").expectProblem(404, "not-found");
		for (String bad : List.of("asOf=", "asOf=-1", "asOf=now", "asOf=1&asOf=2", "at=1")) {
			this.client.get(this.record + "?" + bad).expectProblem(400, "invalid-request");
		}
	}

	@Test
	void theListIsFilteredAndSortedByThePast() {
		this.client.move(this.product, "IN", 20).expect(201); // 3
		String other = this.client.product("B"); // 4 and 5
		this.client.move(other, "IN", 5).expect(201); // 6
		this.client.move(other, "OUT", 5).expect(201); // 7
		this.client.delete("/api/products/" + other).expect(204); // 8
		this.client.post("/api/products/" + other + "/restore", "{}").expect(200); // 9
		this.client.delete("/api/products/" + other).expect(204); // 10
		assertThat(skus("asOf=1")).isEmpty();
		assertThat(skus("asOf=4")).containsExactly("A");
		assertThat(skus("asOf=7&sortBy=sku&order=desc")).as("deleted later, and alive then").containsExactly("B", "A");
		assertThat(skus("asOf=8")).containsExactly("A");
		assertThat(skus("asOf=9&sortBy=sku")).containsExactly("A", "B");
		assertThat(skus("asOf=10")).containsExactly("A");
		assertThat(skus("asOf=6&status=LOW_STOCK")).containsExactly("B");
		assertThat(skus("asOf=7&status=OUT_OF_STOCK&sku=B")).containsExactly("B");
		assertThat(skus("asOf=7&q=product b")).containsExactly("B");
		assertThat(skus("asOf=7&productId=" + this.product)).containsExactly("A");
		Reply first = this.client.get("/api/inventory?asOf=7&sortBy=quantity&limit=1").expect(200);
		assertThat(first.number("total")).isEqualTo(2);
		Reply second = this.client
			.get("/api/inventory?asOf=7&sortBy=quantity&limit=1&cursor=" + first.text("nextCursor"))
			.expect(200);
		assertThat(second.body().at("/items/0/quantity").asLong()).isEqualTo(20);
		this.client.get("/api/inventory?asOf=6&sortBy=quantity&limit=1&cursor=" + first.text("nextCursor"))
			.expectProblem(400, "invalid-request");
	}

	@Test
	void anExplanationTellsWhatLedToTheNumber() {
		this.client.move(this.product, "IN", 40).expect(201);
		for (int i = 0; i < 18; i++) {
			this.client.move(this.product, "OUT", 2).expect(201);
		}
		assertThat(this.client.get(this.record + "/explanation").body().get("movements")).hasSize(20);
		this.client.move(this.product, "OUT", 1).expect(201);
		Reply explained = this.client.get(this.record + "/explanation").expect(200);
		JsonNode movements = explained.body().get("movements");
		assertThat(movements).as("at most 20").hasSize(20);
		assertThat(movements.get(0).get("delta").asLong()).isEqualTo(-1);
		assertThat(explained.body().at("/record")).isEqualTo(this.client.get(this.record).body());
		assertThat(explained.body().at("/alerts/0/kind").asString()).isEqualTo("LOW_STOCK");
		assertThat(explained.body().get("reservations")).isEmpty();
		this.client.get("/api/inventory/x/explanation").expectProblem(404, "not-found");
	}

	@Test
	void theSummaryAddsUpAtOneSequence() {
		Reply empty = TenantClient.open(this.web, this.tenants).get("/api/inventory/summary").expect(200);
		assertThat(empty.body().at("/total/records").asLong()).isZero();
		String north = this.client.warehouse("North"); // 3
		this.client.move(this.product, "IN", 20).expect(201); // 4
		this.client
			.post("/api/inventory", "{\"sku\": \"A\", \"warehouseId\": \"%s\", \"quantity\": 3}".formatted(north))
			.expect(201); // 5
		JsonNode summary = this.client.get("/api/inventory/summary").expect(200).body();
		assertThat(summary.get("sequence").asLong()).isEqualTo(5);
		assertThat(summary.get("total").toString()).isEqualTo("{\"records\":2,\"quantity\":23,\"reserved\":0}");
		assertThat(summary.at("/statuses/OK/quantity").asLong()).isEqualTo(20);
		assertThat(summary.at("/statuses/LOW_STOCK/records").asLong()).isOne();
		assertThat(summary.at("/warehouses/0/name").asString()).isEqualTo("Main");
		assertThat(summary.at("/warehouses/1/total/quantity").asLong()).isEqualTo(3);
		this.client.get("/api/inventory/summary?x=1").expectProblem(400, "invalid-request");
	}

	@Test
	void theVerificationNamesWhatDeviates() throws SQLException {
		this.client.move(this.product, "IN", 20).expect(201); // 3
		this.client.move(this.product, "OUT", 5).expect(201); // 4
		String id = this.record.substring(this.record.lastIndexOf('/') + 1);
		JsonNode sound = this.client.get("/api/verification").expect(200).body();
		assertThat(sound.toString()).isEqualTo("{\"sequence\":4,\"holds\":true,\"deviations\":[]}");
		String tenant = this.client.tenant().toString();
		List<String> damages = List.of("update inventory set quantity = quantity + 1 where id = '%s'".formatted(id),
				"update movement set quantity_after = 21 where sequence = 3 and tenant_id = '%s'".formatted(tenant),
				"update movement set created_at = '2001-01-01' where sequence = 4 and tenant_id = '%s'".formatted(
						tenant),
				"delete from movement where sequence = 1 and tenant_id = '%s'".formatted(tenant),
				"update ledger_head set sequence = 9 where tenant_id = '%s'".formatted(tenant));
		List<String> found = List.of("I2", "I2", "I3", "I3", "I3");
		for (int i = 0; i < damages.size(); i++) {
			try (Connection owner = Invariants.owner(this.environment); Statement statement = owner.createStatement()) {
				String table = damages.get(i).replaceAll("(update|delete from) (\\w+).*", "$2");
				statement
					.execute("create table spared as select * from %s where tenant_id = '%s'".formatted(table, tenant));
				statement.execute(damages.get(i));
				JsonNode report = this.client.get("/api/verification").expect(200).body();
				assertThat(report.get("holds").asBoolean()).as(damages.get(i)).isFalse();
				assertThat(report.at("/deviations/0/invariant").asString()).as(report.toString())
					.isEqualTo(found.get(i));
				statement.execute("delete from %s where tenant_id = '%s'".formatted(table, tenant));
				statement.execute("insert into %s select * from spared".formatted(table));
				statement.execute("drop table spared");
			}
		}
		assertThat(this.client.get("/api/verification").body().get("holds").asBoolean()).isTrue();
	}

	private List<String> skus(String query) {
		return this.client.get("/api/inventory?" + query)
			.expect(200)
			.body()
			.get("items")
			.valueStream()
			.map((item) -> item.at("/product/sku").asString())
			.toList();
	}

}
