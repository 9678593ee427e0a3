package app.stockroom.inventory;

import java.util.List;
import java.util.stream.LongStream;

import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.TenantClient.Reply;
import app.stockroom.platform.Limits;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

@StockroomTest
class MovementFilterTests {

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	private TenantClient client;

	private String product;

	@BeforeEach
	void openTenant() {
		this.client = TenantClient.open(this.web, this.tenants);
		this.product = this.client.product("A"); // 1 and 2
	}

	@Test
	void everyFilterFindsItsOwn() {
		String other = this.client.product("B"); // 3 and 4
		String north = this.client.warehouse("North"); // 5
		this.client.move(this.product, "IN", 50).expect(201); // 6
		post("{\"sku\": \"A\", \"warehouseId\": \"%s\", \"type\": \"IN\", \"quantity\": 5}".formatted(north)); // 7,
																												// 8
		post("{\"sku\": \"B\", \"type\": \"IN\", \"quantity\": 50, \"reference\": \"order 7\"}"); // 9
		post("{\"sku\": \"A\", \"type\": \"OUT\", \"quantity\": 1, \"reference\": \"order 7\"}"); // 10
		this.client.with("inventory:write").move(this.product, "OUT", 1).expect(201); // 11
		String record = this.client.stock(other).get("id").asString();
		assertThat(found("")).isEqualTo(LongStream.rangeClosed(1, 11).boxed().toList().reversed());
		assertThat(found("sortBy=sequence&order=asc&limit=3")).containsExactly(1L, 2L, 3L);
		assertThat(found("productId=" + this.product)).containsExactly(11L, 10L, 8L, 7L, 6L, 2L);
		assertThat(found("sku=A")).containsExactly(11L, 10L, 8L, 7L, 6L, 2L);
		assertThat(found("sku=a")).isEmpty();
		assertThat(found("sku=A&warehouseId=" + north)).containsExactly(8L, 7L);
		assertThat(found("warehouseId=" + north)).containsExactly(8L, 7L);
		assertThat(found("inventoryId=" + record)).containsExactly(9L, 4L);
		assertThat(found("inventoryId=" + record + "&productId=" + this.product)).isEmpty();
		assertThat(found("type=OUT")).containsExactly(11L, 10L);
		assertThat(found("type=OUT,CATALOG&type=OPENING")).containsExactly(11L, 10L, 7L, 5L, 4L, 3L, 2L, 1L);
		assertThat(found("type=OUT&reference=order 7")).containsExactly(10L);
		assertThat(found("reference=order 7")).containsExactly(10L, 9L);
		assertThat(found("reference=order 7&productId=" + other)).containsExactly(9L);
		assertThat(found("fromSequence=3&toSequence=6")).containsExactly(6L, 5L, 4L, 3L);
		assertThat(found("sku=A&fromSequence=7&limit=2&page=2")).containsExactly(8L, 7L);
		assertThat(found("type=OUT&toSequence=10&sortBy=sequence")).containsExactly(10L);
	}

	@Test
	void aTimeRangeIsInclusiveAtBothEnds() {
		for (int i = 0; i < 70; i++) {
			this.client.move(this.product, "IN", 1).expect(201);
		}
		for (long sequence : new long[] { 1, 3, 31, 32, 33, 63, 64, 65, 72 }) {
			String time = this.client.get("/api/stock-movements/" + sequence).text("createdAt");
			assertThat(found("sortBy=sequence&limit=1&from=" + time).getFirst()).as(time).isEqualTo(first(time));
			assertThat(found("limit=1&to=" + time).getFirst()).isEqualTo(last(time));
		}
		assertThat(found("from=2999-01-01T00:00:00Z")).isEmpty();
		assertThat(found("to=2001-01-01T00:00:00Z")).isEmpty();
		assertThat(found("from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z&limit=200")).hasSize(72);
	}

	@ParameterizedTest
	@ValueSource(strings = { "type=SOLD", "from=yesterday", "to=0000-01-01T00:00:00Z", "from=99999-01-01T00:00:00Z",
			"fromSequence=-1", "productId=x", "sortBy=createdAt", "reference=a&reference=b", "actor=a" })
	void aFilterThatMeansNothingIsRefusedByName(String query) {
		assertThat(this.client.get("/api/stock-movements?" + query).expectProblem(400, "invalid-request").fields())
			.contains(query.substring(0, query.indexOf('=')));
	}

	@Test
	void textIsFilteredUpToItsLimit() {
		assertThat(found("reference=" + "x".repeat(Limits.TEXT_LENGTH))).isEmpty();
		this.client.get("/api/stock-movements?reference=" + "x".repeat(Limits.TEXT_LENGTH + 1))
			.expectProblem(400, "invalid-request");
	}

	private long first(String time) {
		return LongStream.rangeClosed(1, 72)
			.filter((sequence) -> this.client.get("/api/stock-movements/" + sequence).text("createdAt").equals(time))
			.findFirst()
			.getAsLong();
	}

	private long last(String time) {
		return LongStream.rangeClosed(1, 72)
			.filter((sequence) -> this.client.get("/api/stock-movements/" + sequence).text("createdAt").equals(time))
			.max()
			.getAsLong();
	}

	private void post(String movement) {
		this.client.post("/api/stock-movements", movement).expect(201);
	}

	private List<Long> found(String query) {
		Reply page = this.client.get("/api/stock-movements?" + query).expect(200);
		return page.body().get("items").valueStream().map((entry) -> entry.get("sequence").asLong()).toList();
	}

}
