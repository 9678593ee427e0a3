package app.stockroom.reservations;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
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
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

@StockroomTest
class ReservationRoutesTests {

	private static final String PATH = "/api/reservations";

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@Autowired
	Environment environment;

	private TenantClient client;

	@BeforeEach
	void openTenant() {
		this.client = TenantClient.open(this.web, this.tenants);
	}

	@AfterEach
	void invariantsHold() throws Exception {
		Invariants.hold(this.environment);
	}

	@Test
	void aReservationHoldsItsLines() {
		String a = stocked("A", 10);
		String b = stocked("B", 5);
		Reply made = reserve("""
				{"lines": [{"sku": "A", "quantity": 4}, {"productId": "%s", "quantity": 5}], "ttlSeconds": 60,
				 "reference": "order-1"}""".formatted(b)).expect(201);
		assertThat(made.headers().getLocation()).hasToString(PATH + "/" + made.text("id"));
		assertThat(made.headers().getETag()).isEqualTo("\"1\"");
		assertThat(this.client.get(PATH + "/" + made.text("id")).expect(200).body()).isEqualTo(made.body());
		assertThat(made.text("status")).isEqualTo("HELD");
		assertThat(made.text("reference")).isEqualTo("order-1");
		String main = this.client.get("/api/warehouses").body().at("/items/0/id").asString();
		String line = "{\"productId\":\"%s\",\"warehouseId\":\"" + main + "\",\"quantity\":%d}";
		assertThat(made.body().get("lines")).hasToString("[" + line.formatted(a, 4) + "," + line.formatted(b, 5) + "]");
		assertThat(lifetime(made)).isEqualTo(Duration.ofSeconds(60));
		assertStock(a, 10, 4);
		assertStock(b, 5, 5);
		this.client.move(a, "OUT", 7).expectProblem(409, "insufficient-stock");
		assertThat(this.client.get("/api/stock-movements?type=RESERVE").body().at("/items/0/reference").asString())
			.isEqualTo("order-1");
	}

	@Test
	void withoutATimeItHoldsAQuarterOfAnHour() {
		stocked("A", 10);
		assertThat(lifetime(reserve("{\"lines\": [{\"sku\": \"A\", \"quantity\": 1}]}").expect(201)))
			.isEqualTo(Duration.ofMinutes(15));
	}

	@Test
	void linesAreHeldTogetherOrNotAtAll() {
		String a = stocked("A", 10);
		String b = stocked("B", 5);
		String north = this.client.warehouse("North");
		String south = this.client.warehouse("South");
		arrive("B", north, 3);
		arrive("B", south, 8);
		Reply first = reserve("{\"lines\": [{\"sku\": \"B\", \"quantity\": 2}], \"ttlSeconds\": 60}").expect(201);
		reserve("{\"lines\": [{\"sku\": \"B\", \"quantity\": 1}], \"ttlSeconds\": 600}").expect(201);
		Reply refused = reserve("""
				{"lines": [{"sku": "A", "quantity": 10}, {"sku": "B", "quantity": 3}, {"sku": "A", "quantity": 1}]}""");
		refused.expectProblem(409, "insufficient-stock");
		assertThat(refused.number("requested")).isEqualTo(11);
		assertThat(refused.number("available")).isEqualTo(10);
		JsonNode shortages = refused.body().get("shortages");
		assertThat(shortages).hasSize(2);
		assertThat(shortages.get(0).get("productId").asString()).isEqualTo(a);
		assertThat(shortages.get(0).get("requested").asLong()).isEqualTo(11);
		assertThat(shortages.get(0).get("available").asLong()).isEqualTo(10);
		assertThat(shortages.get(0).get("elsewhere")).isEmpty();
		assertThat(shortages.get(0).has("nextExpiresAt")).isFalse();
		JsonNode second = shortages.get(1);
		assertThat(second.get("productId").asString()).isEqualTo(b);
		assertThat(second.get("sku").asString()).isEqualTo("B");
		assertThat(second.get("requested").asLong()).isEqualTo(3);
		assertThat(second.get("available").asLong()).isEqualTo(2);
		assertThat(second.get("nextExpiresAt").asString()).isEqualTo(first.text("expiresAt"));
		assertThat(second.get("elsewhere")
			.valueStream()
			.map((place) -> place.get("warehouse").asString() + " " + place.get("available").asLong()))
			.containsExactly("South 8", "North 3");
		assertStock(a, 10, 0);
		assertStock(b, 5, 3);
	}

	@Test
	void linesOfOneRecordAreSummedBeforeTheyAreJudged() {
		String a = stocked("A", 10);
		String body = "{\"lines\": [{\"sku\": \"A\", \"quantity\": 6}, {\"productId\": \"%s\", \"quantity\": %d}]}";
		assertThat(reserve(body.formatted(a, 5)).expectProblem(409, "insufficient-stock").number("requested"))
			.isEqualTo(11);
		Reply made = reserve(body.formatted(a, 4)).expect(201);
		assertThat(made.body().get("lines")).hasSize(1);
		assertThat(made.body().at("/lines/0/quantity").asLong()).isEqualTo(10);
		assertStock(a, 10, 10);
		act(made, "commit", "{\"lines\": [{\"sku\": \"A\", \"quantity\": 3}, {\"sku\": \"A\", \"quantity\": 4}]}")
			.expect(200);
		assertStock(a, 3, 0);
	}

	@Test
	void aReservationIsCommittedWhole() {
		String a = stocked("A", 10);
		Reply made = held("A", 4);
		Reply committed = act(made, "commit", null).expect(200);
		assertThat(committed.text("status")).isEqualTo("COMMITTED");
		assertThat(committed.number("version")).isEqualTo(2);
		assertThat(committed.headers().getETag()).isEqualTo("\"2\"");
		assertThat(committed.body().at("/lines/0/committed").asLong()).isEqualTo(4);
		assertThat(committed.text("createdAt")).isEqualTo(made.text("createdAt"));
		assertThat(this.client.get(PATH + "/" + made.text("id")).body()).isEqualTo(committed.body());
		assertStock(a, 6, 0);
		assertClosed(made, "reservation-closed");
		assertStock(a, 6, 0);
	}

	@Test
	void whatIsNotCommittedIsSetFree() {
		String a = stocked("A", 10);
		String b = stocked("B", 10);
		Reply made = reserve("{\"lines\": [{\"sku\": \"A\", \"quantity\": 4}, {\"sku\": \"B\", \"quantity\": 3}]}")
			.expect(201);
		Reply committed = act(made, "commit", "{\"lines\": [{\"sku\": \"A\", \"quantity\": 1}]}").expect(200);
		assertThat(committed.body().get("lines").valueStream().map((line) -> line.get("committed").asLong()))
			.containsExactly(1L, 0L);
		assertStock(a, 9, 0);
		assertStock(b, 10, 0);
		assertThat(types()).startsWith("CATALOG", "RELEASE", "RELEASE", "COMMIT", "CATALOG", "RESERVE", "RESERVE");
	}

	@Test
	void aCommitNamesOnlyWhatIsHeld() {
		stocked("A", 10);
		stocked("B", 10);
		String north = this.client.warehouse("North");
		arrive("A", north, 10);
		Reply made = reserve("""
				{"lines": [{"sku": "A", "quantity": 4}, {"sku": "A", "warehouseId": "%s", "quantity": 2}]}"""
			.formatted(north)).expect(201);
		assertThat(act(made, "commit", """
				{"lines": [{"sku": "B", "quantity": 1}, {"sku": "A", "quantity": 1}, {"sku": "none", "quantity": 1},
				 {"sku": "A", "warehouseId": "%s", "quantity": 3}]}""".formatted(north))
			.expectProblem(400, "invalid-request")
			.fields()).containsExactly("lines[0]", "lines[1]", "lines[2]", "lines[3].quantity");
		act(made, "commit",
				"{\"lines\": [{\"sku\": \"A\", \"warehouseId\": \"%s\", \"quantity\": 2}]}".formatted(north))
			.expect(200);
	}

	@Test
	void aReservationIsReleased() {
		String a = stocked("A", 10);
		Reply made = held("A", 4);
		assertThat(act(made, "release", null).expect(200).text("status")).isEqualTo("RELEASED");
		assertStock(a, 10, 0);
		assertClosed(made, "reservation-closed");
	}

	@Test
	void aReservationIsExtended() {
		stocked("A", 10);
		Reply made = held("A", 4);
		Reply extended = act(made, "extension", "{\"ttlSeconds\": 3600}").expect(200);
		assertThat(extended.text("status")).isEqualTo("HELD");
		Duration ttl = Duration.between(Instant.parse(extended.text("updatedAt")),
				Instant.parse(extended.text("expiresAt")));
		assertThat(ttl).isEqualTo(Duration.ofHours(1));
		assertThat(act(made, "extension", "{\"ttlSeconds\": 0}").expectProblem(400, "invalid-request").fields())
			.containsExactly("ttlSeconds");
		act(made, "commit", "{}").expect(200);
	}

	@Test
	void ifMatchIsHonoured() {
		stocked("A", 10);
		Reply made = held("A", 4);
		act(made, "extension", "{\"ttlSeconds\": 60}", "If-Match", "\"1\"").expect(200);
		for (String action : List.of("commit", "release", "extension")) {
			Reply stale = act(made, action, "{\"ttlSeconds\": 60}".substring(0, action.equals("extension") ? 18 : 0),
					"If-Match", "\"1\"");
			assertThat(stale.expectProblem(412, "stale-version").number("version")).isEqualTo(2);
		}
		act(made, "commit", null, "If-Match", "\"2\"").expect(200);
	}

	@Test
	void aRepeatedKeyReplaysTheReservationAsItWasMade() {
		String a = stocked("A", 10);
		String body = "{\"lines\": [{\"sku\": \"A\", \"quantity\": 4}]}";
		Reply made = reserve(body, "Idempotency-Key", "k").expect(201);
		assertThat(made.headers().containsHeader("Idempotency-Replayed")).isFalse();
		act(made, "commit", null, "Idempotency-Key", "c").expect(200);
		this.client.put("/api/products/" + a, "{\"sku\": \"renamed\"}").expect(200);
		Reply again = reserve(body, "Idempotency-Key", "k").expect(201);
		assertThat(again.body()).isEqualTo(made.body());
		assertThat(again.headers().getLocation()).isEqualTo(made.headers().getLocation());
		assertThat(again.headers().getFirst("Idempotency-Replayed")).isEqualTo("true");
		assertStock(a, 6, 0);
		reserve("{\"lines\": [{\"sku\": \"A\", \"quantity\": 5}]}", "Idempotency-Key", "k").expectProblem(422,
				"idempotency-key-reused");
	}

	@Test
	void aRepeatedKeyReplaysARefusalAndAFirstOneDoesNot() {
		String a = stocked("A", 3);
		String body = "{\"lines\": [{\"productId\": \"%s\", \"quantity\": 4}]}".formatted(a);
		Reply refused = reserve(body, "Idempotency-Key", "k").expectProblem(409, "insufficient-stock");
		this.client.move(a, "IN", 10).expect(201);
		Reply again = reserve(body, "Idempotency-Key", "k").expectProblem(409, "insufficient-stock");
		assertThat(again.headers().getFirst("Idempotency-Replayed")).isEqualTo("true");
		assertThat(again.number("available")).isEqualTo(refused.number("available")).isEqualTo(3);
		assertThat(again.body().get("shortages")).hasSize(1);
		String unknown = "{\"lines\": [{\"sku\": \"new\", \"quantity\": 1}]}";
		reserve(unknown, "Idempotency-Key", "n").expectProblem(404, "not-found");
		stocked("new", 5);
		reserve(unknown, "Idempotency-Key", "n").expect(201);
	}

	@ParameterizedTest
	@CsvSource({ "commit, {}", "release, {}", "extension, {\"ttlSeconds\": 60}" })
	void aRepeatedKeyReplaysAChangeAlsoWhenTheReservationIsOver(String action, String body) {
		stocked("A", 10);
		Reply made = held("A", 4);
		Reply first = act(made, action, body, "Idempotency-Key", "k", "If-Match", "\"1\"").expect(200);
		if (action.equals("extension")) {
			act(made, "release", null).expect(200);
		}
		Reply again = act(made, action, body, "Idempotency-Key", "k", "If-Match", "\"1\"").expect(200);
		assertThat(again.body()).isEqualTo(first.body());
		assertThat(again.headers().getFirst("Idempotency-Replayed")).isEqualTo("true");
		act(made, action, body, "Idempotency-Key", "other").expectProblem(409, "reservation-closed");
		this.client.post(PATH, "{\"lines\": [{\"sku\": \"A\", \"quantity\": 1}]}", "Idempotency-Key", "k")
			.expectProblem(422, "idempotency-key-reused");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			{}                                                                          | lines
			{"lines": []}                                                               | lines
			{"lines": [null]}                                                           | lines[0]
			{"lines": [{"quantity": 1}]}                                                | lines[0].productId
			{"lines": [{"sku": "A"}]}                                                   | lines[0].quantity
			{"lines": [{"sku": "A", "quantity": 0}]}                                    | lines[0].quantity
			{"lines": [{"sku": "A", "quantity": 1}, {"sku": "A", "quantity": -1}]}      | lines[1].quantity
			{"lines": [{"sku": "A", "quantity": 1, "unit": "box"}]}                     | lines[0].unit
			{"lines": [{"sku": "A", "quantity": 1}], "ttlSeconds": 0}                   | ttlSeconds
			{"lines": [{"sku": "A", "quantity": 1}], "ttlSeconds": 86401}               | ttlSeconds
			{"lines": [{"sku": "A", "quantity": 1}], "ttlSeconds": "60"}                | ttlSeconds
			{"lines": [{"sku": "A", "quantity": 1}], "reference": "\\u0000"}            | reference
			{"lines": [{"sku": "A", "quantity": 1}], "status": "HELD"}                  | status
			""")
	void whatCannotBeAReservationIsRefusedWithTheField(String body, String field) {
		stocked("A", 10);
		assertThat(reserve(body).expectProblem(400, "invalid-request").fields()).contains(field);
	}

	@Test
	void aReservationHasAtMostAHundredLines() {
		String a = stocked("A", 1000);
		reserve(lines(Limits.DOCUMENT_LINES)).expect(201);
		assertStock(a, 1000, Limits.DOCUMENT_LINES);
		assertThat(reserve(lines(Limits.DOCUMENT_LINES + 1)).expectProblem(400, "invalid-request").fields())
			.containsExactly("lines");
	}

	@Test
	void sumsBeyondEveryStockAreRefusedLikeAnyOther() {
		stocked("A", 10);
		String line = "{\"sku\": \"A\", \"quantity\": %d}".formatted(Limits.QUANTITY);
		reserve("{\"lines\": [%s, %s]}".formatted(line, line)).expectProblem(409, "insufficient-stock");
	}

	@Test
	void whatIsUnknownIsNotFound() {
		String a = stocked("A", 10);
		reserve("{\"lines\": [{\"sku\": \"none\", \"quantity\": 1}]}").expectProblem(404, "not-found");
		reserve("{\"lines\": [{\"productId\": \"%s\", \"quantity\": 1}]}".formatted(UUID.randomUUID()))
			.expectProblem(404, "not-found");
		reserve("{\"lines\": [{\"productId\": \"%s\", \"warehouseId\": \"%s\", \"quantity\": 1}]}".formatted(a,
				UUID.randomUUID()))
			.expectProblem(404, "not-found");
		for (String action : List.of("", "/commit", "/release", "/extension")) {
			for (String id : List.of(UUID.randomUUID().toString(), "x")) {
				this.client
					.send(action.isEmpty() ? HttpMethod.GET : HttpMethod.POST, PATH + "/" + id + action,
							action.equals("/extension") ? "{\"ttlSeconds\": 1}" : null)
					.expectProblem(404, "not-found");
			}
		}
	}

	@Test
	void theListShowsTheNewestFirstAndIsFiltered() {
		String a = stocked("A", 10);
		stocked("B", 10);
		Reply first = held("A", 1);
		Reply second = held("B", 1);
		Reply third = reserve("""
				{"lines": [{"sku": "A", "quantity": 1}, {"sku": "B", "quantity": 1}], "reference": "r"}""").expect(201);
		act(first, "commit", null).expect(200);
		act(second, "release", null).expect(200);
		assertThat(list("")).containsExactly(third.text("id"), second.text("id"), first.text("id"));
		assertThat(list("?status=HELD,RELEASED")).containsExactly(third.text("id"), second.text("id"));
		assertThat(list("?status=COMMITTED")).containsExactly(first.text("id"));
		assertThat(list("?productId=" + a)).containsExactly(third.text("id"), first.text("id"));
		assertThat(list("?reference=r")).containsExactly(third.text("id"));
		assertThat(list("?sortBy=createdAt&order=asc&limit=1&page=2")).containsExactly(second.text("id"));
		assertThat(this.client.get(PATH + "?limit=1").number("total")).isEqualTo(3);
		for (String bad : List.of("status=GONE", "productId=x", "colour=red", "sortBy=reference")) {
			this.client.get(PATH + "?" + bad).expectProblem(400, "invalid-request");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "inventory:read", "catalog:write" })
	void changingTakesItsScope(String scope) {
		TenantClient reader = this.client.with(scope);
		int reading = scope.equals("inventory:read") ? 200 : 403;
		assertThat(reader.get(PATH).status()).isEqualTo(reading);
		for (String path : List.of("", "/x/commit", "/x/release", "/x/extension")) {
			reader.post(PATH + path, "{}").expectProblem(403, "forbidden");
		}
	}

	@Test
	void aProductOrWarehouseWithReservationsStays() {
		String a = stocked("A", 4);
		Reply made = held("A", 4);
		this.client.delete("/api/products/" + a).expectProblem(409, "product-has-stock");
		act(made, "commit", null).expect(200);
		this.client.delete("/api/products/" + a).expect(204);
	}

	@Test
	void anInactiveWarehouseHoldsNothingNewAndSellsNothingButSetsFree() {
		stocked("A", 4);
		String north = this.client.warehouse("North");
		arrive("A", north, 5);
		String body = "{\"lines\": [{\"sku\": \"A\", \"warehouseId\": \"%s\", \"quantity\": 2}]}".formatted(north);
		Reply made = reserve(body).expect(201);
		this.client.put("/api/warehouses/" + north, "{\"status\": \"INACTIVE\"}").expect(200);
		reserve(body).expectProblem(409, "warehouse-inactive");
		act(made, "commit", null).expectProblem(409, "warehouse-inactive");
		act(made, "release", null).expect(200);
	}

	@Test
	void preferMinimalAnswersWithoutABody() {
		stocked("A", 4);
		Reply made = reserve("{\"lines\": [{\"sku\": \"A\", \"quantity\": 1}]}", "Prefer", "return=minimal")
			.expect(201);
		assertThat(made.body().isNull()).isTrue();
		this.client.send(HttpMethod.POST, made.headers().getLocation() + "/commit", null, "Prefer", "return=minimal")
			.expect(204);
	}

	private void assertClosed(Reply made, String code) {
		act(made, "commit", "{}").expectProblem(409, code);
		act(made, "release", null).expectProblem(409, code);
		act(made, "extension", "{\"ttlSeconds\": 60}").expectProblem(409, code);
	}

	private void assertStock(String product, long quantity, long reserved) {
		JsonNode stock = this.client.stock(product);
		assertThat(stock.get("quantity").asLong()).isEqualTo(quantity);
		assertThat(stock.get("reserved").asLong()).isEqualTo(reserved);
	}

	private String stocked(String sku, long quantity) {
		String product = this.client.product(sku);
		this.client.move(product, "IN", quantity).expect(201);
		return product;
	}

	private void arrive(String sku, String warehouse, long quantity) {
		this.client
			.post("/api/stock-movements",
					"{\"sku\": \"%s\", \"warehouseId\": \"%s\", \"type\": \"IN\", \"quantity\": %d}".formatted(sku,
							warehouse, quantity))
			.expect(201);
	}

	private Reply held(String sku, long quantity) {
		return reserve("{\"lines\": [{\"sku\": \"%s\", \"quantity\": %d}]}".formatted(sku, quantity)).expect(201);
	}

	private Reply reserve(String body, String... headers) {
		return this.client.post(PATH, body, headers);
	}

	private Reply act(Reply made, String action, String body, String... headers) {
		return this.client.send(HttpMethod.POST, PATH + "/" + made.text("id") + "/" + action,
				(body == null || body.isEmpty()) ? null : body, headers);
	}

	private static Duration lifetime(Reply made) {
		return Duration.between(Instant.parse(made.text("createdAt")), Instant.parse(made.text("expiresAt")));
	}

	private static String lines(int count) {
		return IntStream.range(0, count)
			.mapToObj((i) -> "{\"sku\": \"A\", \"quantity\": 1}")
			.collect(Collectors.joining(",", "{\"lines\": [", "]}"));
	}

	private List<String> list(String query) {
		return this.client.get(PATH + query)
			.expect(200)
			.body()
			.get("items")
			.valueStream()
			.map((item) -> item.get("id").asString())
			.toList();
	}

	private List<String> types() {
		return this.client.get("/api/stock-movements")
			.body()
			.get("items")
			.valueStream()
			.map((item) -> item.get("type").asString())
			.toList();
	}

}
