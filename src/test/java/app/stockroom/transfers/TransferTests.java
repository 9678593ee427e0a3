package app.stockroom.transfers;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import app.stockroom.Invariants;
import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.TenantClient.Reply;
import app.stockroom.platform.Limits;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

@StockroomTest
class TransferTests {

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@Autowired
	Environment environment;

	private TenantClient client;

	private final Map<String, String> ids = new HashMap<>();

	@BeforeEach
	void openTenant() {
		this.client = TenantClient.open(this.web, this.tenants);
		this.ids.put("a", this.client.product("A"));
		this.ids.put("b", this.client.product("B"));
		this.ids.put("main", this.client.get("/api/warehouses").body().at("/items/0/id").asString());
		this.ids.put("north", this.client.warehouse("North"));
		this.client.move(this.ids.get("a"), "IN", 100).expect(201);
		this.client.move(this.ids.get("b"), "IN", 50).expect(201);
	}

	@AfterEach
	void invariantsHold() throws Exception {
		Invariants.hold(this.environment);
	}

	@Test
	void anImmediateTransferLeavesAndArrivesTogether() {
		Reply made = transfer("{'sku': 'A', 'quantity': 30}, {'productId': '<b>', 'quantity': 20}",
				"'reference': 'T-1'")
			.expect(201);
		assertThat(made.text("status")).isEqualTo("COMPLETED");
		assertThat(made.text("mode")).isEqualTo("IMMEDIATE");
		assertThat(made.text("reference")).isEqualTo("T-1");
		assertThat(made.body().at("/lines/0/productId").asString()).isEqualTo(this.ids.get("a"));
		assertThat(lines(made)).containsExactly("30 30 0 0", "20 20 0 0");
		assertThat(made.headers().getETag()).isEqualTo("\"1\"");
		Reply found = this.client.get(String.valueOf(made.headers().getLocation())).expect(200);
		assertThat(found.body()).isEqualTo(made.body());
		assertThat(found.headers().getETag()).isEqualTo("\"1\"");
		assertThat(stock("main", "a")).isEqualTo(70);
		assertThat(stock("north", "a")).isEqualTo(30);
		assertThat(stock("north", "b")).isEqualTo(20);
		assertThat(this.client.get("/api/stock-movements?type=TRANSFER_IN").body().at("/items/0/subject/id").asString())
			.isEqualTo(made.text("id"));
	}

	@Test
	void aTransferOfWhatIsNotThereMovesNothing() {
		Reply refused = transfer("{'sku': 'A', 'quantity': 30}, {'sku': 'B', 'quantity': 51}", "").expectProblem(409,
				"insufficient-stock");
		assertThat(refused.text("productId")).isEqualTo(this.ids.get("b"));
		assertThat(refused.number("requested")).isEqualTo(51);
		assertThat(refused.number("available")).isEqualTo(50);
		assertThat(stock("main", "a")).isEqualTo(100);
		assertThat(this.client.get("/api/transfers").number("total")).isZero();
	}

	@Test
	void anImmediateTransferBeyondTheTargetsMaximumMovesNothing() {
		small("north", "a", 10);
		assertThat(
				transfer("{'sku': 'A', 'quantity': 11}", "").expectProblem(409, "capacity-exceeded").number("capacity"))
			.isEqualTo(10);
		assertThat(stock("main", "a")).isEqualTo(100);
	}

	@Test
	void linesOfOneProductAreSummed() {
		assertThat(
				lines(transfer("{'sku': 'A', 'quantity': 60}, {'productId': '<a>', 'quantity': 40}", "").expect(201)))
			.containsExactly("100 100 0 0");
		transfer("{'sku': 'B', 'quantity': 30}, {'sku': 'B', 'quantity': 30}", "").expectProblem(409,
				"insufficient-stock");
	}

	@Test
	void whatIsInTransitArrivesInParts() {
		Reply sent = transfer("{'sku': 'A', 'quantity': 30}, {'sku': 'B', 'quantity': 20}", "'mode': 'IN_TRANSIT'")
			.expect(201);
		assertThat(sent.text("status")).isEqualTo("IN_TRANSIT");
		assertThat(lines(sent)).containsExactly("30 0 0 30", "20 0 0 20");
		assertThat(stock("main", "a")).isEqualTo(70);
		Reply first = receive(sent, "{'lines': [{'sku': 'A', 'quantity': 10}, {'sku': 'A', 'quantity': 5}]}")
			.expect(200);
		assertThat(first.text("status")).isEqualTo("IN_TRANSIT");
		assertThat(lines(first)).containsExactly("30 15 0 15", "20 0 0 20");
		assertThat(first.headers().getETag()).isEqualTo("\"2\"");
		assertThat(stock("north", "a")).isEqualTo(15);
		Reply last = receive(sent, "{'lines': [{'productId': '<a>', 'quantity': 15}, {'sku': 'B', 'quantity': 20}]}")
			.expect(200);
		assertThat(last.text("status")).isEqualTo("COMPLETED");
		assertThat(lines(last)).containsExactly("30 30 0 0", "20 20 0 0");
		assertThat(this.client.get("/api/transfers/" + sent.text("id")).body()).isEqualTo(last.body());
		receive(sent, "{'lines': [{'sku': 'A', 'quantity': 1}]}").expectProblem(409, "transfer-closed");
		receive(sent, "{'closing': true}").expectProblem(409, "transfer-closed");
	}

	@Test
	void moreThanIsInTransitCannotArrive() {
		Reply sent = transfer("{'sku': 'A', 'quantity': 30}", "'mode': 'IN_TRANSIT'").expect(201);
		receive(sent, "{'lines': [{'sku': 'A', 'quantity': 20}]}").expect(200);
		Reply refused = receive(sent, "{'lines': [{'sku': 'A', 'quantity': 6}, {'sku': 'A', 'quantity': 5}]}")
			.expectProblem(409, "exceeds-transit");
		assertThat(refused.number("requested")).isEqualTo(11);
		assertThat(refused.number("inTransit")).isEqualTo(10);
		assertThat(receive(sent, "{'lines': [{'sku': 'B', 'quantity': 1}]}").expectProblem(409, "exceeds-transit")
			.number("inTransit")).isZero();
		assertThat(stock("north", "a")).isEqualTo(20);
	}

	@Test
	void whatDoesNotFitTheTargetStaysInTransit() {
		small("north", "b", 10);
		Reply sent = transfer("{'sku': 'A', 'quantity': 30}, {'sku': 'B', 'quantity': 20}", "'mode': 'IN_TRANSIT'")
			.expect(201);
		Reply refused = receive(sent, "{'lines': [{'sku': 'A', 'quantity': 30}, {'sku': 'B', 'quantity': 11}]}")
			.expectProblem(409, "capacity-exceeded");
		assertThat(refused.text("productId")).isEqualTo(this.ids.get("b"));
		assertThat(this.client.get("/api/transfers/" + sent.text("id")).body()).isEqualTo(sent.body());
		receive(sent, "{'lines': [{'sku': 'A', 'quantity': 30}, {'sku': 'B', 'quantity': 10}]}").expect(200);
	}

	@Test
	void aClosingReceiptNamesWhatIsLost() {
		Reply sent = transfer("{'sku': 'A', 'quantity': 30}, {'sku': 'B', 'quantity': 20}", "'mode': 'IN_TRANSIT'")
			.expect(201);
		Reply closed = receive(sent, "{'lines': [{'sku': 'A', 'quantity': 28}], 'closing': true}").expect(200);
		assertThat(closed.text("status")).isEqualTo("CLOSED");
		assertThat(lines(closed)).containsExactly("30 28 2 0", "20 0 20 0");
		receive(sent, "{'lines': [{'sku': 'A', 'quantity': 2}]}").expectProblem(409, "transfer-closed");
		Reply whole = transfer("{'sku': 'A', 'quantity': 5}", "'mode': 'IN_TRANSIT'").expect(201);
		assertThat(receive(whole, "{'lines': [{'sku': 'A', 'quantity': 5}], 'closing': true}").text("status"))
			.isEqualTo("COMPLETED");
		Reply nothing = transfer("{'sku': 'A', 'quantity': 5}", "'mode': 'IN_TRANSIT'").expect(201);
		assertThat(lines(receive(nothing, "{'closing': true}").expect(200))).containsExactly("5 0 5 0");
	}

	@Test
	void aReceiptForAnotherVersionIsRefused() {
		Reply sent = transfer("{'sku': 'A', 'quantity': 30}", "'mode': 'IN_TRANSIT'").expect(201);
		receive(sent, "{'lines': [{'sku': 'A', 'quantity': 1}]}", "If-Match", "\"1\"").expect(200);
		receive(sent, "{'lines': [{'sku': 'A', 'quantity': 1}]}", "If-Match", "\"1\"").expectProblem(412,
				"stale-version");
	}

	@Test
	void aRepeatedKeyReplaysTheTransferAndItsReceipts() {
		String body = body("{'sku': 'A', 'quantity': 30}", "'mode': 'IN_TRANSIT'");
		Reply sent = this.client.post("/api/transfers", body, "Idempotency-Key", "t").expect(201);
		replays(sent, this.client.post("/api/transfers", body, "Idempotency-Key", "t"));
		Reply received = receive(sent, "{'lines': [{'sku': 'A', 'quantity': 30}]}", "Idempotency-Key", "r").expect(200);
		replays(received, receive(sent, "{'lines': [{'sku': 'A', 'quantity': 30}]}", "Idempotency-Key", "r"));
		receive(sent, "{'lines': [{'sku': 'A', 'quantity': 29}]}", "Idempotency-Key", "r").expectProblem(422,
				"idempotency-key-reused");
		receive(sent, "{'lines': [{'sku': 'A', 'quantity': 30}]}", "Idempotency-Key", "new").expectProblem(409,
				"transfer-closed");
		assertThat(stock("main", "a")).isEqualTo(70);
		assertThat(stock("north", "a")).isEqualTo(30);
	}

	@Test
	void aRepeatedKeyReplaysARefusalAlsoWhenTheTransferIsClosedSince() {
		small("north", "a", 10);
		Reply sent = transfer("{'sku': 'A', 'quantity': 30}", "'mode': 'IN_TRANSIT'").expect(201);
		String all = "{'lines': [{'sku': 'A', 'quantity': 30}]}";
		Reply refused = receive(sent, all, "Idempotency-Key", "r").expectProblem(409, "capacity-exceeded");
		receive(sent, "{'closing': true}").expect(200);
		Reply again = receive(sent, all, "Idempotency-Key", "r").expectProblem(409, "capacity-exceeded");
		assertThat(again.number("requested")).isEqualTo(30);
		assertThat(again.number("capacity")).isEqualTo(refused.number("capacity"));
		assertThat(again.headers().getFirst("Idempotency-Replayed")).isEqualTo("true");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"',
			textBlock = """
					{'fromWarehouseId': '<main>', 'lines': [{'sku': 'A', 'quantity': 1}]} | toWarehouseId
					{'fromWarehouseId': '<main>', 'toWarehouseId': '<main>', 'lines': [{'sku': 'A', 'quantity': 1}]} | toWarehouseId
					{'fromWarehouseId': '<main>', 'toWarehouseId': '<north>'} | lines
					{'fromWarehouseId': '<main>', 'toWarehouseId': '<north>', 'lines': []} | lines
					{'fromWarehouseId': '<main>', 'toWarehouseId': '<north>', 'lines': [null]} | lines[0]
					{'fromWarehouseId': '<main>', 'toWarehouseId': '<north>', 'lines': [{'quantity': 1}]} | lines[0].productId
					{'fromWarehouseId': '<main>', 'toWarehouseId': '<north>', 'lines': [{'sku': 'A', 'quantity': 0}]} | lines[0].quantity
					{'fromWarehouseId': '<main>', 'toWarehouseId': '<north>', 'lines': [{'sku': 'A', 'quantity': 1, 'x': 1}]} | lines[0].x
					{'fromWarehouseId': '<main>', 'toWarehouseId': '<north>', 'lines': [{'sku': 'A', 'quantity': 1}], 'mode': 'SLOW'} | mode
					{'fromWarehouseId': '<main>', 'toWarehouseId': '<north>', 'lines': [{'sku': 'A', 'quantity': 1}], 'status': 'CLOSED'} | status
					""")
	void whatCannotBeATransferIsRefusedWithTheField(String body, String field) {
		assertThat(this.client.post("/api/transfers", fill(body)).expectProblem(400, "invalid-request").fields())
			.contains(field);
	}

	@Test
	void aTransferHasAtMostAHundredLinesAndSoHasAReceipt() {
		String hundred = IntStream.range(0, Limits.TRANSFER_LINES)
			.mapToObj((i) -> "{'sku': 'A', 'quantity': 1}")
			.collect(Collectors.joining(", "));
		Reply sent = transfer(hundred, "'mode': 'IN_TRANSIT'").expect(201);
		String more = hundred + ", {'sku': 'A', 'quantity': 1}";
		assertThat(transfer(more, "").expectProblem(400, "invalid-request").fields()).containsExactly("lines");
		assertThat(receive(sent, "{'lines': [" + more + "]}").expectProblem(400, "invalid-request").fields())
			.containsExactly("lines");
		assertThat(receive(sent, "{'lines': [" + hundred + "]}").expect(200).text("status")).isEqualTo("COMPLETED");
	}

	@Test
	void aReceiptSaysSomething() {
		Reply sent = transfer("{'sku': 'A', 'quantity': 30}", "'mode': 'IN_TRANSIT'").expect(201);
		assertThat(receive(sent, "{}").expectProblem(400, "invalid-request").fields()).containsExactly("lines");
		assertThat(receive(sent, "{'lines': [{'sku': 'A', 'quantity': 0}]}").expectProblem(400, "invalid-request")
			.fields()).containsExactly("lines[0].quantity");
	}

	@Test
	void whatIsUnknownIsNotFound() {
		String nowhere = UUID.randomUUID().toString();
		for (String mode : List.of("IMMEDIATE", "IN_TRANSIT")) {
			String end = "'mode': '" + mode + "'";
			transfer("{'sku': 'X', 'quantity': 1}", end).expectProblem(404, "not-found");
			transfer("{'productId': '" + nowhere + "', 'quantity': 1}", end).expectProblem(404, "not-found");
			String body = body("{'sku': 'A', 'quantity': 1}", end);
			this.client.post("/api/transfers", body.replace(this.ids.get("north"), nowhere))
				.expectProblem(404, "not-found");
			this.client.post("/api/transfers", body.replace(this.ids.get("main"), nowhere))
				.expectProblem(404, "not-found");
		}
		this.client.get("/api/transfers/" + nowhere).expectProblem(404, "not-found");
		this.client.get("/api/transfers/x").expectProblem(404, "not-found");
		this.client.post("/api/transfers/" + nowhere + "/receipt", "{\"closing\": true}")
			.expectProblem(404, "not-found");
	}

	@Test
	void anInactiveWarehouseTakesNoPart() {
		this.client.put("/api/warehouses/" + this.ids.get("north"), "{\"status\": \"INACTIVE\"}").expect(200);
		for (String mode : List.of("IMMEDIATE", "IN_TRANSIT")) {
			transfer("{'sku': 'A', 'quantity': 1}", "'mode': '" + mode + "'").expectProblem(409, "warehouse-inactive");
		}
	}

	@Test
	void theListIsFilteredAndShowsTheNewestFirst() {
		String done = transfer("{'sku': 'A', 'quantity': 1}", "'reference': 'R1'").expect(201).text("id");
		String under = transfer("{'sku': 'B', 'quantity': 1}", "'mode': 'IN_TRANSIT', 'reference': 'R2'").expect(201)
			.text("id");
		Reply third = transfer("{'sku': 'A', 'quantity': 1}, {'sku': 'B', 'quantity': 1}", "'mode': 'IN_TRANSIT'");
		String closed = receive(third, "{'closing': true}").expect(200).text("id");
		assertThat(listed("")).containsExactly(closed, under, done);
		assertThat(listed("?sortBy=createdAt&order=asc")).containsExactly(done, under, closed);
		assertThat(listed("?status=IN_TRANSIT")).containsExactly(under);
		assertThat(listed("?status=COMPLETED,CLOSED")).containsExactly(closed, done);
		assertThat(listed("?reference=R1")).containsExactly(done);
		assertThat(listed("?productId=" + this.ids.get("a"))).containsExactly(closed, done);
		assertThat(listed("?fromWarehouseId=" + this.ids.get("main"))).hasSize(3);
		assertThat(listed("?fromWarehouseId=" + this.ids.get("north"))).isEmpty();
		assertThat(listed("?toWarehouseId=" + this.ids.get("north") + "&status=CLOSED")).containsExactly(closed);
		assertThat(this.client.get("/api/transfers?limit=1&page=2").number("total")).isEqualTo(3);
		assertThat(
				this.client.get("/api/transfers?status=LOST&color=red").expectProblem(400, "invalid-request").fields())
			.isNotEmpty();
	}

	@Test
	void transfersNeedTheirScopes() {
		this.client.with("inventory:write").get("/api/transfers").expectProblem(403, "forbidden");
		this.client.with("inventory:read")
			.post("/api/transfers", body("{'sku': 'A', 'quantity': 1}", ""))
			.expectProblem(403, "forbidden");
		this.client.send(HttpMethod.PATCH, "/api/transfers", "{}").expectProblem(405, "method-not-allowed");
	}

	@Test
	void transfersInOppositeDirectionsAtOnceLoseNothing() {
		transfer("{'sku': 'A', 'quantity': 50}, {'sku': 'B', 'quantity': 25}", "").expect(201);
		String there = body("{'sku': 'A', 'quantity': 2}, {'sku': 'B', 'quantity': 1}", "");
		String back = fill("{'fromWarehouseId': '<north>', 'toWarehouseId': '<main>', "
				+ "'lines': [{'sku': 'B', 'quantity': 1}, {'sku': 'A', 'quantity': 2}]}");
		Map<Integer, Long> statuses = atOnce(200,
				(i) -> this.client.post("/api/transfers", (i % 2 == 0) ? there : back));
		assertThat(statuses.keySet()).isSubsetOf(201, 409);
		// In the worst order all go one way first: 25 find stock there, and 50 of those
		// that come back.
		assertThat(statuses.get(201)).isGreaterThanOrEqualTo(75);
		assertThat(stock("main", "a") + stock("north", "a")).isEqualTo(100);
		assertThat(stock("main", "b") + stock("north", "b")).isEqualTo(50);
	}

	@Test
	void receiptsOfOneTransferAtOnceAllCountAndNoneTwice() {
		Reply sent = transfer("{'sku': 'A', 'quantity': 40}", "'mode': 'IN_TRANSIT'").expect(201);
		Map<Integer, Long> statuses = atOnce(60, (i) -> receive(sent, "{'lines': [{'sku': 'A', 'quantity': 1}]}"));
		assertThat(statuses).isEqualTo(Map.of(200, 40L, 409, 20L));
		assertThat(this.client.get("/api/transfers/" + sent.text("id")).text("status")).isEqualTo("COMPLETED");
		assertThat(stock("north", "a")).isEqualTo(40);
	}

	private Map<Integer, Long> atOnce(int times, IntFunction<Reply> call) {
		try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
			List<Future<Reply>> calls = IntStream.range(0, times)
				.mapToObj((i) -> threads.submit(() -> call.apply(i)))
				.toList();
			threads.close();
			return calls.stream()
				.collect(Collectors.groupingBy((reply) -> reply.resultNow().status(), Collectors.counting()));
		}
	}

	private void replays(Reply first, Reply again) {
		again.expect(first.status());
		assertThat(again.body()).isEqualTo(first.body());
		assertThat(again.headers().getFirst("Idempotency-Replayed")).isEqualTo("true");
	}

	private Reply transfer(String lines, String end) {
		return this.client.post("/api/transfers", body(lines, end));
	}

	private String body(String lines, String end) {
		return fill("{'fromWarehouseId': '<main>', 'toWarehouseId': '<north>', 'lines': [" + lines + "]"
				+ (end.isEmpty() ? "" : ", " + end) + "}");
	}

	private Reply receive(Reply transfer, String body, String... headers) {
		return this.client.post("/api/transfers/" + transfer.text("id") + "/receipt", fill(body), headers);
	}

	private String fill(String template) {
		String filled = template.replace('\'', '"');
		for (Map.Entry<String, String> id : this.ids.entrySet()) {
			filled = filled.replace("<" + id.getKey() + ">", id.getValue());
		}
		return filled;
	}

	/** Opens the record of a product with this maximum. */
	private void small(String warehouse, String product, long maximum) {
		this.client
			.post("/api/warehouses/" + this.ids.get(warehouse) + "/inventory",
					fill("{'productId': '<" + product + ">', 'quantity': 0, 'minStock': 0, 'maxStock': " + maximum
							+ "}"))
			.expect(201);
	}

	private long stock(String warehouse, String product) {
		return this.client.get("/api/warehouses/" + this.ids.get(warehouse) + "/inventory/" + this.ids.get(product))
			.expect(200)
			.number("quantity");
	}

	private List<String> listed(String query) {
		return this.client.get("/api/transfers" + query)
			.expect(200)
			.body()
			.get("items")
			.valueStream()
			.map((item) -> item.get("id").asString())
			.toList();
	}

	private static List<String> lines(Reply transfer) {
		return transfer.body()
			.get("lines")
			.valueStream()
			.map((line) -> line.get("quantity") + " " + line.get("received") + " " + line.get("lost") + " "
					+ line.get("inTransit"))
			.toList();
	}

}
