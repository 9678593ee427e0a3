package app.stockroom;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import app.stockroom.TenantClient.Reply;
import app.stockroom.TenantClient.Text;
import app.stockroom.platform.Representation;
import app.stockroom.tenancy.Api;
import app.stockroom.tenancy.Endpoint;
import app.stockroom.tenancy.Tenants;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One tenant tries every route with the ids of another, in path, body and filter: what is
 * not its own is not there. A route that this test does not know fails it.
 */
@StockroomTest
class TenantIsolationTests {

	/** Stands in every name of the other tenant and must never come back. */
	private static final String SECRET = "secret";

	/** Routes that tell a tenant's token nothing but that it is not enough. */
	private static final Set<String> ADMINISTRATION = Set.of("GET /api/tenants", "POST /api/tenants",
			"GET /api/tenants/{id}", "PATCH /api/tenants/{id}", "DELETE /api/tenants/{id}");

	/** Routes without a token. */
	private static final Set<String> OPEN = Set.of("POST /api/auth/dev-token");

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@Autowired
	Api api;

	@LocalServerPort
	int port;

	private TenantClient own;

	private TenantClient other;

	private final Map<String, String> ids = new LinkedHashMap<>();

	private final Map<String, List<Try>> tries = new LinkedHashMap<>();

	@BeforeEach
	void openTenants() {
		this.own = TenantClient.open(this.web, this.tenants);
		this.other = TenantClient.open(this.web, this.tenants);
		this.ids.put("ownProduct", this.own.product("OWN"));
		this.ids.put("ownWarehouse", this.own.get("/api/warehouses").body().at("/items/0/id").asString());
		this.ids.put("otherMain", this.other.get("/api/warehouses").body().at("/items/0/id").asString());
		this.own.move(this.ids.get("ownProduct"), "IN", 5).expect(201);
		this.ids.put("ownNorth", this.own.warehouse("North"));
		this.ids.put("product", this.other.product(SECRET));
		this.ids.put("warehouse", this.other.warehouse(SECRET));
		// Two of each, so that each list has a second page.
		String second = this.other.product(SECRET + 2);
		this.other.move(second, "IN", 20).expect(201);
		this.other.move(second, "OUT", 15).expect(201);
		this.other.move(this.ids.get("product"), "IN", 20, "Idempotency-Key", SECRET).expect(201);
		// Far beyond what the first tenant's own ledger reaches in this test.
		for (int i = 0; i < 20; i++) {
			this.other.move(this.ids.get("product"), "IN", 1).expect(201);
			this.other.move(this.ids.get("product"), "OUT", 1).expect(201);
		}
		this.ids.put("sequence", this.other.move(this.ids.get("product"), "OUT", 15).expect(201).text("sequence"));
		this.ids.put("inventory", this.other.stock(this.ids.get("product")).get("id").asString());
		this.ids.put("alert", this.other.get("/api/alerts").body().at("/items/0/id").asString());
		for (int i = 0; i < 2; i++) {
			this.ids.put("reservation", secret("/api/reservations", """
					{"lines": [{"sku": "secret", "quantity": 1}], "reference": "secret"}"""));
			this.ids.put("transfer", secret("/api/transfers", """
					{"fromWarehouseId": "{otherMain}", "toWarehouseId": "{warehouse}", "mode": "IN_TRANSIT",
					 "lines": [{"sku": "secret", "quantity": 1}], "reference": "secret"}"""));
		}
		catalogue();
		stock();
		reservations();
		transfers();
	}

	/** Makes something of the other tenant and answers its id. */
	private String secret(String path, String body) {
		return this.other.post(path, fill(body)).expect(201).text("id");
	}

	private void catalogue() {
		lists("/api/products", "sku=secret", "name=secret", "sku=secret&includeDeleted=true");
		add("POST /api/products", "/api/products", "{\"sku\": \"NEW\", \"name\": \"New\"}", 201);
		add("GET /api/products/{id}", "/api/products/{product}", null, 404);
		add("PUT /api/products/{id}", "/api/products/{product}", "{\"name\": \"taken\"}", 404);
		add("PATCH /api/products/{id}", "/api/products/{product}", "{\"name\": \"taken\"}", 404);
		add("POST /api/products/{id}/restore", "/api/products/{product}/restore", "{}", 404);
		add("DELETE /api/products/{id}", "/api/products/{product}", null, 404);
		add("POST /api/products/import", "/api/products/import", "sku,name\nIMPORTED,New\n", 200);
		lists("/api/warehouses", "name=secret", "name=secret&includeDeleted=true");
		add("POST /api/warehouses", "/api/warehouses", "{\"name\": \"New\"}", 201);
		add("GET /api/warehouses/{id}", "/api/warehouses/{warehouse}", null, 404);
		add("PUT /api/warehouses/{id}", "/api/warehouses/{warehouse}", "{\"name\": \"taken\"}", 404);
		add("PATCH /api/warehouses/{id}", "/api/warehouses/{warehouse}", "{\"name\": \"taken\"}", 404);
		add("POST /api/warehouses/{id}/restore", "/api/warehouses/{warehouse}/restore", "{}", 404);
		add("DELETE /api/warehouses/{id}", "/api/warehouses/{warehouse}", null, 404);
		add("GET /api/tenant", "/api/tenant", null, 200);
		add("PATCH /api/tenant", "/api/tenant", "{\"name\": \"renamed\"}", 200);
	}

	private void stock() {
		lists("/api/inventory", "productId={product}", "warehouseId={warehouse}", "sku=secret", "q=secret",
				"q=secret&asOf=9999", "sku=secret&asOf=2999-01-01T00:00:00Z");
		add("GET /api/inventory/{id}", "/api/inventory/{inventory}", null, 404);
		add("PUT /api/inventory/{id}", "/api/inventory/{inventory}", "{\"quantity\": 1}", 404);
		add("PATCH /api/inventory/{id}", "/api/inventory/{inventory}", "{\"quantity\": 1}", 404);
		add("GET /api/inventory/{id}", "/api/inventory/{inventory}?asOf=9999", null, 404);
		add("GET /api/inventory/{id}/explanation", "/api/inventory/{inventory}/explanation", null, 404);
		add("GET /api/inventory/summary", "/api/inventory/summary", null, 200);
		add("GET /api/verification", "/api/verification", null, 200);
		add("POST /api/inventory", "/api/inventory", "{\"productId\": \"{product}\"}", 404);
		add("POST /api/inventory", "/api/inventory",
				"{\"productId\": \"{ownProduct}\", \"warehouseId\": \"{warehouse}\"}", 404);
		for (String row : List.of("{product},,", "{ownProduct},{warehouse},",
				"{ownProduct},{ownWarehouse},{product}")) {
			add("POST /api/inventory/import", "/api/inventory/import",
					"productId,warehouseId,sku,quantity\n" + row + ",1\n", 200);
		}
		String records = "/api/warehouses/{id}/inventory";
		add("GET " + records, "/api/warehouses/{warehouse}/inventory", null, 404);
		add("POST " + records, "/api/warehouses/{warehouse}/inventory",
				"{\"productId\": \"{ownProduct}\", \"quantity\": 1}", 404);
		add("POST " + records, "/api/warehouses/{ownWarehouse}/inventory",
				"{\"productId\": \"{product}\", \"quantity\": 1}", 404);
		add("POST " + records, "/api/warehouses/{ownWarehouse}/inventory", "{\"sku\": \"secret\", \"quantity\": 1}",
				404);
		for (String pair : List.of("{warehouse}/inventory/{ownProduct}", "{ownWarehouse}/inventory/{product}")) {
			add("GET " + records + "/{productId}", "/api/warehouses/" + pair, null, 404);
			add("PUT " + records + "/{productId}", "/api/warehouses/" + pair, "{\"quantity\": 1}", 404);
			add("PATCH " + records + "/{productId}", "/api/warehouses/" + pair, "{\"quantity\": 1}", 404);
		}
		lists("/api/stock-movements", "productId={product}", "warehouseId={warehouse}", "inventoryId={inventory}",
				"sku=secret", "reference=secret", "type=IN&warehouseId={warehouse}");
		add("GET /api/stock-movements/{sequence}", "/api/stock-movements/{sequence}", null, 404);
		add("POST /api/stock-movements/{sequence}/reversal", "/api/stock-movements/{sequence}/reversal", "{}", 404);
		for (String what : List.of("\"productId\": \"{product}\"", "\"sku\": \"secret\"",
				"\"productId\": \"{ownProduct}\", \"warehouseId\": \"{warehouse}\"")) {
			String movement = "{" + what + ", \"type\": \"IN\", \"quantity\": 1}";
			add("POST /api/stock-movements", "/api/stock-movements", movement, 404);
			add("POST /api/stock-movements/batch", "/api/stock-movements/batch?atomic=true", "[" + movement + "]", 409);
			add("POST /api/stock-movements/batch", "/api/stock-movements/batch", "[" + movement + "]", 200);
		}
		lists("/api/alerts", "productId={product}", "warehouseId={warehouse}");
		add("POST /api/alerts/{id}/acknowledgement", "/api/alerts/{alert}/acknowledgement", "{}", 404);
	}

	private void reservations() {
		lists("/api/reservations", "productId={product}", "reference=secret");
		for (String what : List.of("\"productId\": \"{product}\"", "\"sku\": \"secret\"",
				"\"productId\": \"{ownProduct}\", \"warehouseId\": \"{warehouse}\"")) {
			add("POST /api/reservations", "/api/reservations", "{\"lines\": [{" + what + ", \"quantity\": 1}]}", 404);
		}
		add("GET /api/reservations/{id}", "/api/reservations/{reservation}", null, 404);
		add("POST /api/reservations/{id}/commit", "/api/reservations/{reservation}/commit", "{}", 404);
		add("POST /api/reservations/{id}/release", "/api/reservations/{reservation}/release", "{}", 404);
		add("POST /api/reservations/{id}/extension", "/api/reservations/{reservation}/extension", "{\"ttlSeconds\": 9}",
				404);
	}

	private void transfers() {
		lists("/api/transfers", "reference=secret", "productId={product}", "fromWarehouseId={otherMain}",
				"toWarehouseId={warehouse}");
		add("GET /api/transfers/{id}", "/api/transfers/{transfer}", null, 404);
		add("POST /api/transfers/{id}/receipt", "/api/transfers/{transfer}/receipt", "{\"closing\": true}", 404);
		String transfer = """
				{"fromWarehouseId": "{%s}", "toWarehouseId": "{%s}", "lines": [{%s, "quantity": 1}], "mode": "%s"}""";
		for (String mode : List.of("IMMEDIATE", "IN_TRANSIT")) {
			for (String product : List.of("\"productId\": \"{product}\"", "\"sku\": \"secret\"")) {
				add("POST /api/transfers", "/api/transfers",
						transfer.formatted("ownWarehouse", "ownNorth", product, mode), 404);
			}
			String own = "\"productId\": \"{ownProduct}\"";
			add("POST /api/transfers", "/api/transfers", transfer.formatted("warehouse", "ownWarehouse", own, mode),
					404);
			add("POST /api/transfers", "/api/transfers", transfer.formatted("ownWarehouse", "warehouse", own, mode),
					404);
		}
		for (String count : List.of("\"lines\": [{\"productId\": \"{product}\", \"counted\": 0}]",
				"\"lines\": [{\"sku\": \"secret\", \"counted\": 1}]",
				"\"warehouseId\": \"{warehouse}\", \"lines\": [{\"productId\": \"{ownProduct}\", \"counted\": 0}]")) {
			add("POST /api/stock-counts", "/api/stock-counts", "{" + count + "}", 404);
		}
	}

	@Test
	void everyRouteIsTried() {
		assertThat(this.api.endpoints()).filteredOn((endpoint) -> !endpoint.stream())
			.extracting(TenantIsolationTests::name)
			.allMatch((name) -> this.tries.containsKey(name) || ADMINISTRATION.contains(name) || OPEN.contains(name));
	}

	@Test
	void whatIsAnotherTenantsIsNotThere() {
		List<String> before = world();
		this.tries.forEach((route, tries) -> tries.forEach((attempt) -> {
			HttpMethod method = HttpMethod.valueOf(route.substring(0, route.indexOf(' ')));
			Reply reply = attempt.path().endsWith("/import") ? this.own.csv(attempt.path(), fill(attempt.body()))
					: this.own.send(method, fill(attempt.path()), fill(attempt.body()));
			assertThat(reply.status()).as("%s with %s: %s", route, attempt, reply.body()).isEqualTo(attempt.status());
			assertThat(told(reply)).as("%s with %s", route, attempt).doesNotContain(SECRET);
			if (attempt.path().contains("?") && method.equals(HttpMethod.GET) && attempt.status() == 200) {
				assertThat(reply.number("total")).as("%s with %s", route, attempt).isZero();
			}
			Stream.of(reply.body(), reply.body().path("results"))
				.flatMap(JsonNode::valueStream)
				.filter((result) -> result.has("problem"))
				.forEach((result) -> assertThat(result.at("/problem/status").asInt()).isEqualTo(404));
			assertThat(reply.number("updated") + reply.number("unchanged")).as("%s with %s", route, attempt).isZero();
		}));
		assertThat(world()).isEqualTo(before);
	}

	@Test
	void streamsTellNothingOfAnotherTenant() {
		List<String> streams = this.api.endpoints().stream().filter(Endpoint::stream).map(Endpoint::path).toList();
		for (String path : streams) {
			for (String query : List.of("", "?productId={product}", "?warehouseId={warehouse}")) {
				Flux<String> events = WebClient.create("http://localhost:" + this.port)
					.get()
					.uri(path + fill(query))
					.headers((headers) -> headers.setBearerAuth(this.own.token()))
					.accept(MediaType.TEXT_EVENT_STREAM)
					.retrieve()
					.bodyToFlux(String.class)
					.timeout(Duration.ofSeconds(1))
					.onErrorResume(TimeoutException.class, (quiet) -> Flux.empty());
				List<String> told = events
					.doOnSubscribe((subscribed) -> this.other.move(this.ids.get("product"), "IN", 1))
					.collectList()
					.block();
				assertThat(String.valueOf(told)).as(path + query)
					.doesNotContain(SECRET)
					.doesNotContain(this.ids.get("product"), this.ids.get("inventory"));
			}
		}
	}

	/** The same lists and filters where the answer is not a page but everything. */
	@ParameterizedTest
	@ValueSource(strings = { "application/x-ndjson", "text/csv" })
	void noExportHasRowsOfAnotherTenant(String type) {
		int lists = 0;
		for (Endpoint endpoint : this.api.endpoints()) {
			if (!endpoint.representations().contains(Representation.CSV) || ADMINISTRATION.contains(name(endpoint))) {
				continue;
			}
			for (Try attempt : this.tries.get(name(endpoint))) {
				if (!attempt.path().contains("cursor=")) {
					Text answer = this.own.text(fill(attempt.path()), type);
					assertThat(answer.status()).as(attempt.path()).isEqualTo(attempt.status());
					if (answer.status() == 200) {
						assertThat(answer.headers().getContentType().isCompatibleWith(MediaType.valueOf(type)))
							.isTrue();
					}
					assertThat(answer.body()).as(attempt.path())
						.doesNotContain("\"" + SECRET, "," + SECRET, this.ids.get("product"), this.ids.get("inventory"),
								this.ids.get("reservation"), this.ids.get("transfer"), this.ids.get("alert"));
				}
			}
			lists++;
		}
		assertThat(lists).isEqualTo(8);
		// What the other tenant itself sees, so that the words looked for are the right
		// ones.
		assertThat(this.other.text("/api/inventory", type).body()).contains(SECRET, this.ids.get("inventory"));
	}

	@Test
	void anotherTenantsNamesAreFree() {
		this.own.product(SECRET);
		this.own.warehouse(SECRET);
	}

	@Test
	void anotherTenantsKeyIsFree() {
		Reply first = this.own.move(this.ids.get("ownProduct"), "IN", 3, "Idempotency-Key", SECRET).expect(201);
		assertThat(first.headers().containsHeader("Idempotency-Replayed")).isFalse();
	}

	@Test
	void aTokenOfOneTenantCannotChooseAnother() {
		for (Endpoint endpoint : this.api.endpoints()) {
			String name = name(endpoint);
			if (!endpoint.stream() && this.tries.containsKey(name)) {
				Try attempt = this.tries.get(name).getFirst();
				this.own
					.send(endpoint.method(), fill(attempt.path()), fill(attempt.body()), "X-Tenant-Id",
							this.other.tenant().toString())
					.expectProblem(403, "forbidden");
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET", "PATCH", "DELETE" })
	void aTenantsTokenAdministersNoTenants(String method) {
		this.own.send(HttpMethod.valueOf(method), "/api/tenants/" + this.other.tenant(), "{\"name\": \"taken\"}")
			.expectProblem(403, "forbidden");
		this.own.get("/api/tenants").expectProblem(403, "forbidden");
	}

	@Test
	void anUnknownTenantHasNothing() {
		TenantClient nobody = TenantClient.of(this.web, UUID.randomUUID());
		nobody.get("/api/products").expectProblem(403, "forbidden");
		nobody.move(this.ids.get("product"), "IN", 1).expectProblem(403, "forbidden");
	}

	/** Everything that the other tenant sees of itself. */
	private List<String> world() {
		return List
			.of("/api/products", "/api/warehouses", "/api/inventory", "/api/stock-movements", "/api/alerts",
					"/api/reservations", "/api/transfers", "/api/tenant")
			.stream()
			.map((path) -> this.other.get(path).expect(200).body().toString())
			.toList();
	}

	/** What a reply says, without what the request said itself. */
	private static String told(Reply reply) {
		return reply.body().toString().replace("product secret", "");
	}

	/** A list, also with filters and with a cursor of the other tenant. */
	private void lists(String path, String... filters) {
		add("GET " + path, path, null, 200);
		String cursor = this.other.get(path + "?limit=1").expect(200).text("nextCursor");
		assertThat(cursor).as(path).isNotEmpty();
		add("GET " + path, path + "?limit=1&cursor=" + cursor, null, 400);
		for (String filter : filters) {
			add("GET " + path, path + "?" + filter, null, 200);
		}
	}

	private void add(String route, String path, @Nullable String body, int status) {
		this.tries.computeIfAbsent(route, (first) -> new ArrayList<>()).add(new Try(path, body, status));
	}

	private @Nullable String fill(@Nullable String template) {
		String filled = template;
		for (Map.Entry<String, String> id : this.ids.entrySet()) {
			filled = (filled != null) ? filled.replace("{" + id.getKey() + "}", id.getValue()) : null;
		}
		return filled;
	}

	private static String name(Endpoint endpoint) {
		return endpoint.method() + " " + endpoint.path();
	}

	private record Try(String path, @Nullable String body, int status) {
	}

}
