package app.stockroom.inventory;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

@StockroomTest
class MovementRoutesTests {

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
	void aMovementIsAnsweredWithItsEntryInTheLedger() {
		String product = this.client.product("A");
		Reply created = this.client.post("/api/stock-movements", """
				{"sku": "A", "type": "IN", "quantity": 12, "reason": "delivery", "reference": "PO-7",
				 "occurredAt": "2026-01-02T03:04:05.678Z"}""").expect(201);
		assertThat(created.headers().getLocation()).hasToString("/api/stock-movements/" + created.text("sequence"));
		assertThat(this.client.get(String.valueOf(created.headers().getLocation())).body()).isEqualTo(created.body());
		assertThat(created.text("productId")).isEqualTo(product);
		assertThat(created.number("delta")).isEqualTo(12);
		assertThat(created.number("quantityAfter")).isEqualTo(12);
		assertThat(created.text("reason")).isEqualTo("delivery");
		assertThat(created.text("reference")).isEqualTo("PO-7");
		assertThat(created.text("occurredAt")).isEqualTo("2026-01-02T03:04:05.678Z");
		assertThat(created.text("actor")).isEqualTo("developer");
	}

	@Test
	void anInboundLargerThanTheStockIsAccepted() {
		String product = this.client.product("A");
		this.client.move(product, "IN", 5).expect(201);
		assertThat(this.client.move(product, "IN", 500).expect(201).number("quantityAfter")).isEqualTo(505);
	}

	@Test
	void anAdjustmentHasASign() {
		String product = this.client.product("A");
		this.client.move(product, "ADJUSTMENT", 5).expect(201);
		assertThat(this.client.move(product, "ADJUSTMENT", -2).expect(201).number("quantityAfter")).isEqualTo(3);
		assertThat(this.client.move(product, "OUT", 3).expect(201).number("delta")).isEqualTo(-3);
	}

	@Test
	void aSaleBeyondTheStockIsRefusedWithTheNumbers() {
		String product = this.client.product("A");
		this.client.move(product, "IN", 5).expect(201);
		Reply refused = this.client.move(product, "OUT", 6).expectProblem(409, "insufficient-stock");
		assertThat(refused.number("requested")).isEqualTo(6);
		assertThat(refused.number("available")).isEqualTo(5);
		assertThat(this.client.stock(product).get("quantity").asLong()).isEqualTo(5);
	}

	@Test
	void aDeliveryBeyondTheMaximumIsRefusedWithTheNumbers() {
		String product = this.client.product("A");
		this.client.move(product, "IN", 990).expect(201);
		Reply refused = this.client.move(product, "IN", 11).expectProblem(409, "capacity-exceeded");
		assertThat(refused.number("requested")).isEqualTo(11);
		assertThat(refused.number("quantity")).isEqualTo(990);
		assertThat(refused.number("capacity")).isEqualTo(1000);
	}

	@Test
	void aDeliveryToAWarehouseWithoutARecordOpensIt() {
		String product = this.client.product("A");
		String north = this.client.warehouse("North");
		String body = "{\"sku\": \"A\", \"warehouseId\": \"%s\", \"type\": \"%s\", \"quantity\": 3}";
		this.client.post("/api/stock-movements", body.formatted(north, "OUT")).expectProblem(404, "not-found");
		Reply in = this.client.post("/api/stock-movements", body.formatted(north, "IN")).expect(201);
		assertThat(in.text("type")).isEqualTo("IN");
		assertThat(in.number("version")).isEqualTo(2);
		assertThat(this.client.get("/api/warehouses/" + north + "/inventory/" + product).number("quantity"))
			.isEqualTo(3);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			{"type": "IN", "quantity": 1}                                            | productId
			{"sku": "A", "productId": "00000000-0000-7000-8000-00000000d3e0", "type": "IN", "quantity": 1} | productId
			{"sku": "A", "type": "IN", "quantity": 0}                                | quantity
			{"sku": "A", "type": "IN", "quantity": -5}                               | quantity
			{"sku": "A", "type": "OUT", "quantity": -5}                              | quantity
			{"sku": "A", "type": "ADJUSTMENT", "quantity": 0}                        | quantity
			{"sku": "A", "type": "IN", "quantity": 9007199254740992}                 | quantity
			{"sku": "A", "type": "IN", "quantity": 99999999999999999999}             | quantity
			{"sku": "A", "type": "IN", "quantity": 1.0}                              | quantity
			{"sku": "A", "type": "IN"}                                               | quantity
			{"sku": "A", "quantity": 1}                                              | type
			{"sku": "A", "type": "OPENING", "quantity": 1}                           | type
			{"productId": "1-1-1-1-1", "type": "IN", "quantity": 1}                  | productId
			{"sku": "A", "warehouseId": "x", "type": "IN", "quantity": 1}            | warehouseId
			{"sku": "A", "type": "IN", "quantity": 1, "occurredAt": "yesterday"}     | occurredAt
			{"sku": "A", "type": "IN", "quantity": 1, "reason": "\\u0000"}           | reason
			{"sku": "A", "type": "IN", "quantity": 1, "idempotencyKey": "k"}         | idempotencyKey
			{"sku": "A", "type": "IN", "quantity": 1, "unit": "box"}                 | unit
			""")
	void whatCannotBeAMovementIsRefusedWithTheField(String body, String field) {
		this.client.product("A");
		assertThat(this.client.post("/api/stock-movements", body).expectProblem(400, "invalid-request").fields())
			.contains(field);
	}

	@Test
	void unknownProductsAndWarehousesAreNotFound() {
		this.client.product("A");
		this.client.move(UUID.randomUUID().toString(), "IN", 1).expectProblem(404, "not-found");
		this.client
			.post("/api/stock-movements",
					"{\"sku\": \"A\", \"warehouseId\": \"%s\", \"type\": \"IN\", \"quantity\": 1}"
						.formatted(UUID.randomUUID()))
			.expectProblem(404, "not-found");
	}

	@Test
	void aRepeatedKeyReplaysTheFirstOutcome() {
		String product = this.client.product("A");
		Reply first = this.client.move(product, "IN", 5, "Idempotency-Key", "delivery-1").expect(201);
		assertThat(first.headers().containsHeader("Idempotency-Replayed")).isFalse();
		Reply again = this.client
			.post("/api/stock-movements",
					"{ \"quantity\": 5, \"type\": \"IN\", \"productId\": \"%s\" }".formatted(product),
					"Idempotency-Key", "delivery-1")
			.expect(201);
		assertThat(again.body()).isEqualTo(first.body());
		assertThat(again.headers().getLocation()).isEqualTo(first.headers().getLocation());
		assertThat(again.headers().getFirst("Idempotency-Replayed")).isEqualTo("true");
		assertThat(this.client.stock(product).get("quantity").asLong()).isEqualTo(5);
	}

	@Test
	void aRepeatedKeyReplaysARefusalToo() {
		String product = this.client.product("A");
		Reply first = this.client.move(product, "OUT", 5, "Idempotency-Key", "sale-1");
		first.expectProblem(409, "insufficient-stock");
		this.client.move(product, "IN", 50).expect(201);
		Reply again = this.client.move(product, "OUT", 5, "Idempotency-Key", "sale-1");
		assertThat(again.expectProblem(409, "insufficient-stock").body()).isEqualTo(first.body());
		assertThat(again.headers().getFirst("Idempotency-Replayed")).isEqualTo("true");
		assertThat(this.client.stock(product).get("quantity").asLong()).isEqualTo(50);
	}

	@Test
	void aKeyIsGoodForOneBodyAndOneRoute() {
		String product = this.client.product("A");
		this.client.move(product, "IN", 5, "Idempotency-Key", "k").expect(201);
		this.client.move(product, "IN", 6, "Idempotency-Key", "k").expectProblem(422, "idempotency-key-reused");
		this.client
			.post("/api/stock-movements/batch?atomic=true",
					"[{\"productId\": \"%s\", \"type\": \"IN\", \"quantity\": 5}]".formatted(product),
					"Idempotency-Key", "k")
			.expectProblem(422, "idempotency-key-reused");
		assertThat(this.client.stock(product).get("quantity").asLong()).isEqualTo(5);
	}

	@ParameterizedTest
	@ValueSource(strings = { "has space", "tab\there", "ümlaut" })
	void aKeyIsVisibleAscii(String key) {
		assertThat(this.client.move(this.client.product("A"), "IN", 5, "Idempotency-Key", key)
			.expectProblem(400, "invalid-request")
			.fields()).containsExactly("Idempotency-Key");
	}

	@Test
	void aKeyHasAtMost256Characters() {
		String product = this.client.product("A");
		this.client.move(product, "IN", 5, "Idempotency-Key", "k".repeat(256)).expect(201);
		this.client.move(product, "IN", 5, "Idempotency-Key", "k".repeat(257)).expectProblem(400, "invalid-request");
	}

	@Test
	void theListShowsTheNewestFirstAndIsFiltered() {
		String a = this.client.product("A");
		String b = this.client.product("B");
		this.client.move(a, "IN", 5).expect(201);
		this.client.move(b, "IN", 6).expect(201);
		long last = this.client.move(a, "OUT", 1).expect(201).number("sequence");
		assertThat(deltas("/api/stock-movements?limit=2")).containsExactly(-1L, 6L);
		assertThat(deltas("/api/stock-movements?productId=" + a)).containsExactly(-1L, 5L, 0L);
		assertThat(deltas("/api/stock-movements?productId=" + a + "&type=OUT")).containsExactly(-1L);
		assertThat(deltas("/api/stock-movements?inventoryId=" + this.client.stock(b).get("id").asString()))
			.containsExactly(6L, 0L);
		assertThat(deltas("/api/stock-movements?fromSequence=" + (last - 1) + "&toSequence=" + (last - 1)))
			.containsExactly(6L);
		assertThat(this.client.get("/api/stock-movements").number("total")).isEqualTo(last);
		this.client.get("/api/stock-movements?type=SOLD").expectProblem(400, "invalid-request");
		this.client.get("/api/stock-movements/" + (last + 1)).expectProblem(404, "not-found");
		this.client.get("/api/stock-movements/first").expectProblem(404, "not-found");
	}

	@Test
	void fiveHundredSalesAtOnceOfAHundredPiecesSellExactlyAHundred() {
		String product = this.client.product("A");
		this.client.move(product, "IN", 100).expect(201);
		List<Reply> replies;
		try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
			List<Future<Reply>> sales = IntStream.range(0, 500)
				.mapToObj((i) -> threads.submit(() -> this.client.move(product, "OUT", 1)))
				.toList();
			threads.close();
			replies = sales.stream().map(Future::resultNow).toList();
		}
		Map<Integer, Long> statuses = replies.stream()
			.collect(Collectors.groupingBy(Reply::status, Collectors.counting()));
		assertThat(statuses).isEqualTo(Map.of(201, 100L, 409, 400L));
		assertThat(replies).filteredOn((reply) -> reply.status() == 409).allSatisfy((reply) -> {
			reply.expectProblem(409, "insufficient-stock");
			assertThat(reply.number("requested")).isOne();
			assertThat(reply.number("available")).isZero();
		});
		assertThat(
				replies.stream().filter((reply) -> reply.status() == 201).map((reply) -> reply.number("quantityAfter")))
			.doesNotHaveDuplicates()
			.allMatch((after) -> after >= 0 && after < 100);
		assertThat(this.client.stock(product).get("quantity").asLong()).isZero();
		List<String> alerts = this.client.get("/api/alerts")
			.body()
			.get("items")
			.valueStream()
			.map(MovementRoutesTests::alert)
			.toList();
		assertThat(alerts).containsExactly("OUT_OF_STOCK OPEN", "LOW_STOCK RESOLVED");
	}

	private static String alert(JsonNode alert) {
		return alert.get("kind").asString() + " " + alert.get("state").asString();
	}

	private List<Long> deltas(String path) {
		return this.client.get(path)
			.expect(200)
			.body()
			.get("items")
			.valueStream()
			.map((item) -> item.get("delta").asLong())
			.toList();
	}

}
