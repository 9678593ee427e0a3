package app.stockroom.inventory;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.TenantClient.Reply;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

@StockroomTest
class MovementBatchTests {

	private static final String PATH = "/api/stock-movements/batch";

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
	void eachElementIsJudgedForItselfAndInOrder() {
		Reply batch = this.client.post(PATH, """
				[{"sku": "A", "type": "OUT", "quantity": 1},
				 {"sku": "A", "type": "IN", "quantity": 5},
				 {"sku": "A", "type": "OUT", "quantity": 0, "unit": "box"},
				 17,
				 {"sku": "A", "type": "OUT", "quantity": 2},
				 {"sku": "B", "type": "OUT", "quantity": 2}]""").expect(200);
		assertThat(statuses(batch)).containsExactly(409, 201, 400, 400, 201, 404);
		assertThat(batch.body().at("/0/problem/type").asString()).isEqualTo("urn:stockroom:insufficient-stock");
		assertThat(batch.body().at("/2/problem/errors").valueStream().map((error) -> error.get("field").asString()))
			.contains("unit");
		assertThat(batch.body().at("/4/movement/quantityAfter").asLong()).isEqualTo(3);
		assertThat(batch.body().valueStream().map((result) -> result.get("index").asInt())).containsExactly(0, 1, 2, 3,
				4, 5);
		assertThat(quantity()).isEqualTo(3);
	}

	@Test
	void anAtomicBatchIsAllOrNothing() {
		String two = "[{\"sku\": \"A\", \"type\": \"IN\", \"quantity\": 5}, {\"sku\": \"A\", \"type\": \"OUT\", \"quantity\": %d}]";
		Reply refused = this.client.post(PATH + "?atomic=true", two.formatted(6)).expectProblem(409, "batch-refused");
		assertThat(refused.number("index")).isOne();
		assertThat(refused.body().at("/problem/type").asString()).isEqualTo("urn:stockroom:insufficient-stock");
		assertThat(refused.body().at("/problem/status").asInt()).isEqualTo(409);
		assertThat(refused.body().at("/problem/available").asInt()).isEqualTo(5);
		assertThat(refused.body().at("/problem/sku").asString()).isEqualTo("A");
		assertThat(quantity()).isZero();
		Reply accepted = this.client.post(PATH + "?atomic=true", two.formatted(2)).expect(200);
		assertThat(statuses(accepted)).containsExactly(201, 201);
		assertThat(accepted.body().at("/1/movement/quantityAfter").asLong()).isEqualTo(3);
		assertThat(quantity()).isEqualTo(3);
	}

	@Test
	void aRefusedAtomicBatchIsReplayed() {
		String body = "[{\"sku\": \"A\", \"type\": \"IN\", \"quantity\": 1}, {\"sku\": \"X\", \"type\": \"IN\", \"quantity\": 1}]";
		Reply first = this.client.post(PATH + "?atomic=true", body, "Idempotency-Key", "k")
			.expectProblem(409, "batch-refused");
		assertThat(first.body().at("/problem/type").asString()).isEqualTo("urn:stockroom:not-found");
		Reply again = this.client.post(PATH + "?atomic=true", body, "Idempotency-Key", "k")
			.expectProblem(409, "batch-refused");
		assertThat(again.headers().getFirst("Idempotency-Replayed")).isEqualTo("true");
		assertThat(again.body()).isEqualTo(first.body());
	}

	@Test
	void anAtomicBatchThatOpensARecordHasOneResultForEachElement() {
		String north = this.client.warehouse("North");
		Reply batch = this.client
			.post(PATH + "?atomic=true",
					"""
							[{"sku": "A", "warehouseId": "%s", "type": "IN", "quantity": 5}, {"sku": "A", "type": "IN", "quantity": 1}]"""
						.formatted(north))
			.expect(200);
		assertThat(batch.body().valueStream().map((result) -> result.at("/movement/delta").asInt())).containsExactly(5,
				1);
	}

	@Test
	void theBadFieldsOfAnAtomicBatchAreNamedAtOnce() {
		Reply refused = this.client.post(PATH + "?atomic=true",
				"""
						[{"sku": "A", "type": "IN", "quantity": 0}, {"sku": "A", "type": "IN", "quantity": 1}, {"sku": "A"}]""");
		assertThat(refused.expectProblem(400, "invalid-request").fields()).contains("[0].quantity", "[2].type",
				"[2].quantity");
		assertThat(quantity()).isZero();
	}

	@Test
	void aDryRunAnswersAlikeAndWritesNothing() {
		String body = "[{\"sku\": \"A\", \"type\": \"IN\", \"quantity\": 5}, {\"sku\": \"A\", \"type\": \"OUT\", \"quantity\": %d}]";
		long entries = this.client.get("/api/stock-movements").number("total");
		assertThat(statuses(this.client.post(PATH + "?dryRun=true&atomic=true", body.formatted(5)).expect(200)))
			.containsExactly(201, 201);
		this.client.post(PATH + "?dryRun=true&atomic=true", body.formatted(6)).expectProblem(409, "batch-refused");
		assertThat(statuses(this.client.post(PATH + "?dryRun=true", body.formatted(5)).expect(200)))
			.containsExactly(201, 201);
		assertThat(statuses(this.client.post(PATH + "?dryRun=true", body.formatted(6)).expect(200)))
			.containsExactly(201, 409);
		assertThat(quantity()).isZero();
		assertThat(this.client.get("/api/stock-movements").number("total")).isEqualTo(entries);
	}

	@Test
	void aKeyForTheWholeReplaysEveryElement() {
		String body = "[{\"sku\": \"A\"}, {\"sku\": \"A\", \"type\": \"IN\", \"quantity\": 5}, {\"sku\": \"A\", \"type\": \"OUT\", \"quantity\": 9}]";
		Reply first = this.client.post(PATH, body, "Idempotency-Key", "b").expect(200);
		Reply again = this.client.post(PATH, body.replace(" ", ""), "Idempotency-Key", "b").expect(200);
		assertThat(statuses(first)).containsExactly(400, 201, 409);
		assertThat(statuses(again)).containsExactly(400, 201, 409);
		assertThat(again.headers().getFirst("Idempotency-Replayed")).isEqualTo("true");
		assertThat(again.body().at("/1/movement")).isEqualTo(first.body().at("/1/movement"));
		assertThat(again.body().at("/2/replayed").asBoolean()).isTrue();
		assertThat(quantity()).isEqualTo(5);
	}

	@Test
	void aKeyForTheWholeIsGoodForOneArray() {
		String five = "{\"sku\": \"A\", \"type\": \"IN\", \"quantity\": 5}";
		this.client.post(PATH, "[" + five + "]", "Idempotency-Key", "b").expect(200);
		this.client.post(PATH, "[" + five + "," + five + "]", "Idempotency-Key", "b")
			.expectProblem(422, "idempotency-key-reused");
		this.client.post(PATH + "?atomic=true", "[" + five + "]", "Idempotency-Key", "c").expect(200);
		this.client.post(PATH + "?atomic=true", "[" + five + "]", "Idempotency-Key", "c").expect(200);
		this.client.post(PATH + "?atomic=true", "[" + five + "," + five + "]", "Idempotency-Key", "c")
			.expectProblem(422, "idempotency-key-reused");
		assertThat(quantity()).isEqualTo(10);
	}

	@Test
	void aKeyForTheWholeIsGoodForNoOtherRequest() {
		String five = "{\"sku\": \"A\", \"type\": \"IN\", \"quantity\": 5}";
		this.client.post(PATH, "[" + five + "]", "Idempotency-Key", "b").expect(200);
		for (String path : List.of("/api/stock-movements", PATH + "?atomic=true")) {
			String body = path.equals("/api/stock-movements") ? five : "[" + five + "]";
			this.client.post(path, body, "Idempotency-Key", "b").expectProblem(422, "idempotency-key-reused");
			this.client.post(path, body, "Idempotency-Key", path).expect(path.endsWith("true") ? 200 : 201);
			this.client.post(PATH, "[" + five + "]", "Idempotency-Key", path)
				.expectProblem(422, "idempotency-key-reused");
		}
		assertThat(quantity()).isEqualTo(15);
	}

	@Test
	void elementsMayHaveKeysOfTheirOwn() {
		String body = "[{\"sku\": \"A\", \"type\": \"IN\", \"quantity\": 5, \"idempotencyKey\": \"k\"}]";
		assertThat(statuses(this.client.post(PATH, body))).containsExactly(201);
		Reply again = this.client.post(PATH, body).expect(200);
		assertThat(again.body().at("/0/replayed").asBoolean()).isTrue();
		Reply reused = this.client.post(PATH, body.replace("5", "6")).expect(200);
		assertThat(reused.body().at("/0/problem/type").asString()).isEqualTo("urn:stockroom:idempotency-key-reused");
		assertThat(statuses(this.client.post(PATH, body, "Idempotency-Key", "whole"))).containsExactly(400);
		assertThat(quantity()).isEqualTo(5);
	}

	@Test
	void aThousandElementsAreTakenAndNoMore() {
		String element = "{\"sku\": \"A\", \"type\": \"IN\", \"quantity\": 1}";
		Reply full = this.client.post(PATH, array(element, 1000)).expect(200);
		assertThat(full.body()).hasSize(1000);
		assertThat(full.body().valueStream().map((result) -> result.at("/movement/quantityAfter").asInt()).toList())
			.isEqualTo(IntStream.rangeClosed(1, 1000).boxed().toList());
		this.client.post(PATH, array(element, 1001)).expectProblem(400, "invalid-request");
		assertThat(quantity()).isEqualTo(1000);
	}

	@Test
	void aMebibyteIsTakenAndNoMore() {
		String body = "[" + " ".repeat(1024 * 1024 - 2) + "]";
		assertThat(this.client.post(PATH, body).expect(200).body()).isEmpty();
		this.client.post(PATH, body + " ").expectProblem(413, "content-too-large");
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "", "{}", "[", "[]]", "[{]", "[1,]", "[{\"sku\": \"A\", \"type\": \"IN\", \"quantity\": 5}" })
	void whatIsNoArrayIsRefusedAsAWhole(String body) {
		this.client.post(PATH, body).expectProblem(400, "invalid-request");
		assertThat(quantity()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "atomic=yes", "dryRun=1", "page=1" })
	void aQueryThatMeansNothingIsRefusedByName(String query) {
		assertThat(this.client.post(PATH + "?" + query, "[]").expectProblem(400, "invalid-request").fields())
			.containsExactly(query.substring(0, query.indexOf('=')));
	}

	private long quantity() {
		return this.client.stock(this.product).get("quantity").asLong();
	}

	private static String array(String element, int count) {
		return IntStream.range(0, count).mapToObj((i) -> element).collect(Collectors.joining(",", "[", "]"));
	}

	private static List<Integer> statuses(Reply batch) {
		return batch.body().valueStream().map((JsonNode result) -> result.get("status").asInt()).toList();
	}

}
