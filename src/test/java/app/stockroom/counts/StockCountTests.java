package app.stockroom.counts;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import app.stockroom.Invariants;
import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.TenantClient.Reply;
import app.stockroom.ledger.Command;
import app.stockroom.ledger.Entry;
import app.stockroom.ledger.EntryType;
import app.stockroom.ledger.Ledger;
import app.stockroom.platform.Ids;
import app.stockroom.platform.Limits;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

@StockroomTest
class StockCountTests {

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@Autowired
	Ledger ledger;

	@Autowired
	Environment environment;

	private TenantClient client;

	private String a;

	private String b;

	@BeforeEach
	void openTenant() {
		this.client = TenantClient.open(this.web, this.tenants);
		this.a = this.client.product("A");
		this.b = this.client.product("B");
		this.client.move(this.a, "IN", 100).expect(201);
		this.client.move(this.b, "IN", 50).expect(201);
	}

	@AfterEach
	void invariantsHold() throws Exception {
		Invariants.hold(this.environment);
	}

	@Test
	void differencesBecomeAdjustmentsAndEqualCountsWriteNothing() {
		String c = this.client.product("C");
		Reply counted = this.client
			.post("/api/stock-counts",
					"""
							{"lines": [{"sku": "A", "counted": 97}, {"productId": "%s", "counted": 50}, {"sku": "C", "counted": 2}],
							 "reason": "yearly"}"""
						.formatted(this.b))
			.expect(200);
		assertThat(counted.number("unchanged")).isEqualTo(1);
		assertThat(movements(counted)).containsExactly("ADJUSTMENT -3 97 yearly", "ADJUSTMENT 2 2 yearly");
		assertThat(this.client.stock(c).get("quantity").asLong()).isEqualTo(2);
		long head = head();
		Reply again = count("{'sku': 'A', 'counted': 97}, {'sku': 'B', 'counted': 50}, {'sku': 'C', 'counted': 2}")
			.expect(200);
		assertThat(again.number("unchanged")).isEqualTo(3);
		assertThat(again.body().get("movements")).isEmpty();
		assertThat(head()).isEqualTo(head);
	}

	@Test
	void whatMovedAfterTheCountIsNotLost() {
		long counting = head();
		this.client.move(this.a, "OUT", 30).expect(201);
		this.client.move(this.b, "IN", 5).expect(201);
		Reply counted = count(
				"{'sku': 'A', 'counted': 98, 'atSequence': %d}, {'sku': 'B', 'counted': 50, 'atSequence': %d}"
					.formatted(counting, counting))
			.expect(200);
		assertThat(movements(counted)).containsExactly("ADJUSTMENT -2 68 -");
		assertThat(counted.number("unchanged")).isEqualTo(1);
		assertThat(this.client.stock(this.b).get("quantity").asLong()).isEqualTo(55);
	}

	@Test
	void beforeItsFirstEntryARecordHadNothing() {
		Reply counted = count("{'sku': 'A', 'counted': 1, 'atSequence': 0}").expect(200);
		assertThat(movements(counted)).containsExactly("ADJUSTMENT 1 101 -");
	}

	@Test
	void aCountMayExceedTheMaximum() {
		assertThat(movements(count("{'sku': 'A', 'counted': 1500}").expect(200)))
			.containsExactly("ADJUSTMENT 1400 1500 -");
		assertThat(this.client.stock(this.a).get("status").asString()).isEqualTo("OVERSTOCK");
	}

	@Test
	void aCountIsAllOrNothing() {
		reserve(this.b, 40, "order-1");
		count("{'sku': 'A', 'counted': 1}, {'sku': 'B', 'counted': 39}").expectProblem(409, "below-reserved");
		assertThat(this.client.stock(this.a).get("quantity").asLong()).isEqualTo(100);
	}

	@Test
	void aCountBelowWhatIsReservedNamesTheReservations() {
		String large = reserve(this.b, 30, "order-1");
		String small = reserve(this.b, 10, null);
		reserve(this.a, 1, "other");
		Reply refused = count("{'sku': 'B', 'counted': 39}").expectProblem(409, "below-reserved");
		assertThat(refused.text("productId")).isEqualTo(this.b);
		assertThat(refused.number("reserved")).isEqualTo(40);
		assertThat(refused.number("quantity")).isEqualTo(50);
		assertThat(refused.body().get("reservations").valueStream().map((each) -> each.get("id").asString()))
			.containsExactly(large, small);
		assertThat(refused.body().at("/reservations/0/quantity").asLong()).isEqualTo(30);
		assertThat(refused.body().at("/reservations/0/reference").asString()).isEqualTo("order-1");
		assertThat(refused.body().at("/reservations/0/expiresAt").isString()).isTrue();
		count("{'sku': 'B', 'counted': 40}").expect(200);
	}

	@Test
	void whatHasNoRecordIsNotFoundUnlessNothingWasCounted() {
		String north = this.client.warehouse("North");
		String body = "{\"warehouseId\": \"%s\", \"lines\": [{\"sku\": \"A\", \"counted\": %d}]}";
		Reply refused = this.client.post("/api/stock-counts", body.formatted(north, 3)).expectProblem(404, "not-found");
		assertThat(refused.text("productId")).isEqualTo(this.a);
		assertThat(this.client.post("/api/stock-counts", body.formatted(north, 0)).expect(200).number("unchanged"))
			.isOne();
		this.client.post("/api/warehouses/" + north + "/inventory", "{\"sku\": \"A\", \"quantity\": 1}").expect(201);
		assertThat(movements(this.client.post("/api/stock-counts", body.formatted(north, 3)).expect(200)))
			.containsExactly("ADJUSTMENT 2 3 -");
		assertThat(this.client.stock(this.a).get("quantity").asLong()).isEqualTo(100);
	}

	@Test
	void whatIsUnknownIsNotFound() {
		count("{'sku': 'X', 'counted': 0}").expectProblem(404, "not-found");
		count("{'productId': '" + UUID.randomUUID() + "', 'counted': 0}").expectProblem(404, "not-found");
		this.client
			.post("/api/stock-counts",
					"{\"warehouseId\": \"%s\", \"lines\": [{\"sku\": \"A\", \"counted\": 100}]}"
						.formatted(UUID.randomUUID()))
			.expectProblem(404, "not-found");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
			{} | lines
			{'lines': []} | lines
			{'lines': [{'counted': 1}]} | lines[0].productId
			{'lines': [{'sku': 'A'}]} | lines[0].counted
			{'lines': [{'sku': 'A', 'counted': -1}]} | lines[0].counted
			{'lines': [{'sku': 'A', 'counted': 1.5}]} | lines[0].counted
			{'lines': [{'sku': 'A', 'counted': 9007199254740992}]} | lines[0].counted
			{'lines': [{'sku': 'A', 'counted': 9007199254740991, 'atSequence': 0}]} | lines[0].counted
			{'lines': [{'sku': 'A', 'counted': 1, 'atSequence': -1}]} | lines[0].atSequence
			{'lines': [{'sku': 'A', 'counted': 1, 'atSequence': 9000}]} | lines[0].atSequence
			{'lines': [{'sku': 'A', 'counted': 1}, {'sku': 'A', 'counted': 1}]} | lines[1].sku
			{'lines': [{'sku': 'A', 'counted': 1}], 'warehouseId': 'x'} | warehouseId
			{'lines': [{'sku': 'A', 'counted': 1}], 'note': 'x'} | note
			""")
	void whatCannotBeACountIsRefusedWithTheField(String body, String field) {
		assertThat(this.client.post("/api/stock-counts", body.replace('\'', '"'))
			.expectProblem(400, "invalid-request")
			.fields()).contains(field);
	}

	@Test
	void aCountHasAtMostAThousandLines() {
		String line = "{'sku': 'A', 'counted': 100}";
		assertThat(count(String.join(", ", Collections.nCopies(Limits.COUNT_LINES + 1, line)))
			.expectProblem(400, "invalid-request")
			.fields()).containsExactly("lines");
		// A thousand are read; that they all name one product is another matter.
		assertThat(count(String.join(", ", Collections.nCopies(Limits.COUNT_LINES, line)))
			.expectProblem(400, "invalid-request")
			.fields()).hasSize(Limits.COUNT_LINES - 1).contains("lines[999].sku");
	}

	@Test
	void aRepeatedKeyReplaysTheCount() {
		String body = "{\"lines\": [{\"sku\": \"A\", \"counted\": 97}, {\"sku\": \"B\", \"counted\": 50}]}";
		Reply first = this.client.post("/api/stock-counts", body, "Idempotency-Key", "c").expect(200);
		this.client.move(this.a, "OUT", 7).expect(201);
		this.client.move(this.b, "OUT", 7).expect(201);
		Reply again = this.client.post("/api/stock-counts", body, "Idempotency-Key", "c").expect(200);
		assertThat(again.body()).isEqualTo(first.body());
		assertThat(again.headers().getFirst("Idempotency-Replayed")).isEqualTo("true");
		assertThat(this.client.stock(this.a).get("quantity").asLong()).isEqualTo(90);
		this.client.post("/api/stock-counts", body.replace("97", "98"), "Idempotency-Key", "c")
			.expectProblem(422, "idempotency-key-reused");
	}

	@Test
	void aRepeatedKeyReplaysAlsoACountThatWroteNothing() {
		String body = "{\"lines\": [{\"sku\": \"A\", \"counted\": 100}]}";
		Reply first = this.client.post("/api/stock-counts", body, "Idempotency-Key", "c").expect(200);
		this.client.move(this.a, "OUT", 7).expect(201);
		Reply again = this.client.post("/api/stock-counts", body, "Idempotency-Key", "c").expect(200);
		assertThat(again.body()).isEqualTo(first.body());
		assertThat(this.client.stock(this.a).get("quantity").asLong()).isEqualTo(93);
	}

	@Test
	void aRepeatedKeyReplaysARefusal() {
		String reservation = reserve(this.b, 40, "order-1");
		String body = "{\"lines\": [{\"sku\": \"A\", \"counted\": 1}, {\"sku\": \"B\", \"counted\": 39}]}";
		Reply first = this.client.post("/api/stock-counts", body, "Idempotency-Key", "c")
			.expectProblem(409, "below-reserved");
		Reply again = this.client.post("/api/stock-counts", body, "Idempotency-Key", "c")
			.expectProblem(409, "below-reserved");
		assertThat(again.body()).isEqualTo(first.body());
		assertThat(again.body().at("/reservations/0/id").asString()).isEqualTo(reservation);
		assertThat(again.headers().getFirst("Idempotency-Replayed")).isEqualTo("true");
	}

	@Test
	void anInactiveWarehouseCannotBeAdjusted() {
		String north = this.client.warehouse("North");
		this.client.post("/api/warehouses/" + north + "/inventory", "{\"sku\": \"A\", \"quantity\": 1}").expect(201);
		this.client.put("/api/warehouses/" + north, "{\"status\": \"INACTIVE\"}").expect(200);
		this.client
			.post("/api/stock-counts",
					"{\"warehouseId\": \"%s\", \"lines\": [{\"sku\": \"A\", \"counted\": 3}]}".formatted(north))
			.expectProblem(409, "warehouse-inactive");
	}

	@Test
	void aCountNeedsTheScope() {
		this.client.with("inventory:read").post("/api/stock-counts", "{}").expectProblem(403, "forbidden");
	}

	@Test
	void countsStayRightWhileStockMoves() {
		long counting = head();
		List<Reply> counts = new ArrayList<>();
		try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
			List<Future<Reply>> sales = IntStream.range(0, 40)
				.mapToObj((i) -> threads.submit(() -> this.client.move(this.a, "OUT", 1)))
				.toList();
			Future<Reply> one = threads
				.submit(() -> count("{'sku': 'A', 'counted': 95, 'atSequence': %d}".formatted(counting)));
			threads.close();
			assertThat(sales).allSatisfy((sale) -> sale.resultNow().expect(201));
			counts.add(one.resultNow().expect(200));
		}
		assertThat(counts.getFirst().body().at("/movements/0/delta").asLong()).isEqualTo(-5);
		assertThat(this.client.stock(this.a).get("quantity").asLong()).isEqualTo(100 - 40 - 5);
	}

	@Test
	void aCountOfNowEndsOnWhatWasCountedHoweverOftenItIsSent() {
		Map<Integer, Long> statuses;
		try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
			List<Future<Reply>> counts = IntStream.range(0, 20)
				.mapToObj(
						(i) -> threads.submit(() -> count("{'sku': 'A', 'counted': 80}, {'sku': 'B', 'counted': 60}")))
				.toList();
			threads.close();
			statuses = counts.stream()
				.collect(Collectors.groupingBy((count) -> count.resultNow().status(), Collectors.counting()));
		}
		assertThat(statuses).isEqualTo(Map.of(200, 20L));
		assertThat(this.client.stock(this.a).get("quantity").asLong()).isEqualTo(80);
		assertThat(this.client.stock(this.b).get("quantity").asLong()).isEqualTo(60);
		assertThat(this.client.get("/api/stock-movements?type=ADJUSTMENT").number("total")).isEqualTo(2);
	}

	/** Holds stock for an hour and answers the reservation's id. */
	private String reserve(String product, long pieces, String reference) {
		UUID id = Ids.next();
		Entry.Subject subject = new Entry.Subject(Entry.SubjectKind.RESERVATION, id, null);
		Command.Line hold = new Command.Line(Command.ProductRef.of(UUID.fromString(product)), null, EntryType.RESERVE,
				0, pieces, Command.Note.NONE, Command.Terms.of(subject));
		Command.DocumentChange held = new Command.DocumentChange(null, "HELD", reference,
				new JsonMapper().createObjectNode(), 3600, false);
		this.ledger
			.post(this.client.tenant(), new Command("test", List.of(hold, Command.document(subject, held)), null))
			.block();
		return id.toString();
	}

	private Reply count(String lines) {
		return this.client.post("/api/stock-counts", "{\"lines\": [" + lines.replace('\'', '"') + "]}");
	}

	private long head() {
		return this.client.get("/api/stock-movements?limit=1").body().at("/items/0/sequence").asLong();
	}

	private static List<String> movements(Reply count) {
		return count.body()
			.get("movements")
			.valueStream()
			.map((each) -> each.get("type").asString() + " " + each.get("delta") + " " + each.get("quantityAfter") + " "
					+ each.path("reason").asString("-"))
			.toList();
	}

}
