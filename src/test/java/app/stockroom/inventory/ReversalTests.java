package app.stockroom.inventory;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import app.stockroom.Invariants;
import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.TenantClient.Reply;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

@StockroomTest
class ReversalTests {

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@Autowired
	Environment environment;

	private TenantClient client;

	private String product;

	@BeforeEach
	void openTenant() {
		this.client = TenantClient.open(this.web, this.tenants);
		this.product = this.client.product("A");
		this.client.move(this.product, "IN", 500).expect(201);
	}

	@AfterEach
	void invariantsHold() throws Exception {
		Invariants.hold(this.environment);
	}

	@ParameterizedTest
	@CsvSource({ "IN, 7, -7", "OUT, 7, 7", "ADJUSTMENT, 7, -7", "ADJUSTMENT, -7, 7" })
	void aReversalIsEqualAndOpposite(String type, long quantity, long delta) {
		String sequence = this.client.move(this.product, type, quantity).expect(201).text("sequence");
		Reply reversal = reverse(sequence, "{\"reason\": \"mistake\", \"reference\": \"R-1\"}").expect(201);
		assertThat(reversal.text("type")).isEqualTo("REVERSAL");
		assertThat(reversal.number("delta")).isEqualTo(delta);
		assertThat(reversal.text("reverses")).isEqualTo(sequence);
		assertThat(reversal.text("reason")).isEqualTo("mistake");
		assertThat(reversal.text("reference")).isEqualTo("R-1");
		assertThat(reversal.number("quantityAfter")).isEqualTo(500);
		assertThat(this.client.get(String.valueOf(reversal.headers().getLocation())).body()).isEqualTo(reversal.body());
	}

	@Test
	void aMovementIsReversedOnce() {
		String sequence = this.client.move(this.product, "OUT", 7).expect(201).text("sequence");
		reverse(sequence, null).expect(201);
		reverse(sequence, null).expectProblem(409, "already-reversed");
	}

	@Test
	void twentyReversalsAtOnceReverseOnce() {
		String sequence = this.client.move(this.product, "OUT", 7).expect(201).text("sequence");
		try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
			List<Future<Reply>> tries = IntStream.range(0, 20)
				.mapToObj((i) -> threads.submit(() -> reverse(sequence, "{}")))
				.toList();
			threads.close();
			Map<Integer, Long> statuses = tries.stream()
				.collect(Collectors.groupingBy((reply) -> reply.resultNow().status(), Collectors.counting()));
			assertThat(statuses).isEqualTo(Map.of(201, 1L, 409, 19L));
		}
		assertThat(this.client.stock(this.product).get("quantity").asLong()).isEqualTo(500);
	}

	@Test
	void aReversalCannotBeReversed() {
		String sequence = this.client.move(this.product, "OUT", 7).expect(201).text("sequence");
		String reversal = reverse(sequence, null).expect(201).text("sequence");
		reverse(reversal, null).expectProblem(409, "not-reversible");
	}

	@ParameterizedTest
	@ValueSource(strings = { "1", "2" })
	void catalogueEntriesAndOpeningsCannotBeReversed(String sequence) {
		reverse(sequence, null).expectProblem(409, "not-reversible");
	}

	@ParameterizedTest
	@ValueSource(strings = { "999", "0", "-1", "x", "99999999999999999999" })
	void whatIsNotInTheLedgerIsNotFound(String sequence) {
		reverse(sequence, null).expectProblem(404, "not-found");
	}

	@Test
	void whatWasSoldSinceCannotBeTakenBack() {
		String delivery = this.client.move(this.product, "IN", 100).expect(201).text("sequence");
		this.client.move(this.product, "OUT", 550).expect(201);
		Reply refused = reverse(delivery, null).expectProblem(409, "insufficient-stock");
		assertThat(refused.number("requested")).isEqualTo(100);
		assertThat(refused.number("available")).isEqualTo(50);
	}

	@Test
	void aSaleTakenBackMustFitTheMaximum() {
		String sale = this.client.move(this.product, "OUT", 100).expect(201).text("sequence");
		this.client.move(this.product, "IN", 550).expect(201);
		assertThat(reverse(sale, null).expectProblem(409, "capacity-exceeded").number("capacity")).isEqualTo(1000);
	}

	@Test
	void aRepeatedKeyReplaysTheReversal() {
		String sequence = this.client.move(this.product, "OUT", 7).expect(201).text("sequence");
		Reply first = reverse(sequence, "{}", "Idempotency-Key", "back").expect(201);
		Reply again = reverse(sequence, null, "Idempotency-Key", "back").expect(201);
		assertThat(again.body()).isEqualTo(first.body());
		assertThat(again.headers().getFirst("Idempotency-Replayed")).isEqualTo("true");
		String other = this.client.move(this.product, "OUT", 7).expect(201).text("sequence");
		reverse(other, null, "Idempotency-Key", "back").expectProblem(422, "idempotency-key-reused");
	}

	@Test
	void aReversalTakesReasonAndReferenceOnly() {
		assertThat(reverse("3", "{\"quantity\": 1}").expectProblem(400, "invalid-request").fields())
			.containsExactly("quantity");
		assertThat(reverse("3", "{\"reason\": \"" + "x".repeat(257) + "\"}").expectProblem(400, "invalid-request")
			.fields()).containsExactly("reason");
	}

	@Test
	void aReversalNeedsTheScope() {
		this.client.with("inventory:read")
			.post("/api/stock-movements/3/reversal", "{}")
			.expectProblem(403, "forbidden");
	}

	private Reply reverse(String sequence, String body, String... headers) {
		return this.client.post("/api/stock-movements/" + sequence + "/reversal", body, headers);
	}

}
