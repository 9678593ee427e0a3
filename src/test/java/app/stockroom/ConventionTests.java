package app.stockroom;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import app.stockroom.TenantClient.Reply;
import app.stockroom.tenancy.Api;
import app.stockroom.tenancy.Endpoint;
import app.stockroom.tenancy.Tenants;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.EntityExchangeResult;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The conventions of HTTP that every route keeps, walked over the table of routes and
 * over openapi.yaml.
 */
@StockroomTest
class ConventionTests {

	private static final List<HttpMethod> METHODS = List.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST,
			HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE);

	private static final String EVERYTHING = "inventory:read inventory:write catalog:write tenant:admin platform:admin";

	private static final Map<String, Operation> operations = new TreeMap<>();

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@Autowired
	Api api;

	@LocalServerPort
	int port;

	private TenantClient client;

	@BeforeEach
	void openTenant() {
		this.client = TenantClient.open(this.web, this.tenants).with(EVERYTHING);
	}

	@Test
	void everyPathTellsItsMethods() {
		methods().forEach((path, allowed) -> {
			Reply reply = this.client.send(HttpMethod.OPTIONS, sample(path), null).expect(204);
			assertThat(reply.headers().getAllow()).as(path).containsExactlyInAnyOrderElementsOf(allowed);
		});
	}

	@Test
	void everyOtherMethodIsRefusedWithThoseThereAre() {
		methods().forEach(
				(path, allowed) -> METHODS.stream().filter((method) -> !allowed.contains(method)).forEach((method) -> {
					Reply reply = this.client.send(method, sample(path), null).expect(405);
					assertThat(reply.headers().getAllow()).as("%s %s", method, path)
						.containsExactlyInAnyOrderElementsOf(allowed);
					if (!method.equals(HttpMethod.HEAD)) {
						reply.expectProblem(405, "method-not-allowed");
					}
				}));
	}

	@Test
	void headAnswersAsGetWithoutABody() {
		for (Endpoint endpoint : this.api.endpoints()) {
			if (endpoint.method().equals(HttpMethod.GET) && !endpoint.stream()) {
				String path = sample(endpoint.path());
				Reply get = this.client.get(path);
				Reply head = this.client.send(HttpMethod.HEAD, path, null).expect(get.status());
				assertThat(head.body().isNull()).as(path).isTrue();
				assertThat(head.headers().getContentType()).as(path).isEqualTo(get.headers().getContentType());
				assertThat(head.headers().getETag()).as(path).isEqualTo(get.headers().getETag());
			}
		}
	}

	@Test
	void everyRouteWithAScopeWantsAToken() {
		for (Endpoint endpoint : this.api.endpoints()) {
			if (endpoint.scope() != null) {
				this.web.method(endpoint.method())
					.uri(sample(endpoint.path()))
					.exchange()
					.expectStatus()
					.isUnauthorized()
					.expectHeader()
					.valueEquals(HttpHeaders.WWW_AUTHENTICATE, "Bearer")
					.expectHeader()
					.contentType(MediaType.APPLICATION_PROBLEM_JSON);
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ "/api/products/, 404", "/api/products/{id}/, 404", "/api//products, 400", "//api/products, 400",
			"/api/products;x=1, 400", "/api/products/{id};x=1, 400", "/api/products/%2e%2e/warehouses, 400",
			"/api/products%2F{id}, 400", "/api/products/{encoded}, 200", "/api/products/{ID}, 200",
			"/api/products/{id}%00, 400", "/api/Products, 404", "/api/products/x, 404" })
	void onePathLeadsToOneThing(String path, int status) {
		String id = this.client.product("A");
		String encoded = id.chars().mapToObj("%%%02x"::formatted).collect(Collectors.joining());
		URI uri = URI.create("http://localhost:" + this.port
				+ path.replace("{id}", id).replace("{ID}", id.toUpperCase(Locale.ROOT)).replace("{encoded}", encoded));
		EntityExchangeResult<byte[]> result = this.web.get()
			.uri(uri)
			.headers((headers) -> headers.setBearerAuth(this.client.token()))
			.exchange()
			.expectBody()
			.returnResult();
		assertThat(result.getStatus().value()).as(path).isEqualTo(status);
		assertThat(result.getResponseHeaders().getContentType()).as(path)
			.isEqualTo((status == 200) ? MediaType.APPLICATION_JSON : MediaType.APPLICATION_PROBLEM_JSON);
	}

	@Test
	void everyBodyIsOfATypeThatTheRouteReads() {
		operations().forEach((key, operation) -> {
			if (operation.getRequestBody() != null) {
				HttpMethod method = HttpMethod.valueOf(key.substring(0, key.indexOf(' ')));
				String path = sample(key.substring(key.indexOf(' ') + 1));
				assertThat(status(method, path, MediaType.TEXT_PLAIN)).as(key).isEqualTo(415);
				assertThat(status(method, path, MediaType.parseMediaType("application/json;charset=utf-16"))).as(key)
					.isEqualTo(415);
				operation.getRequestBody()
					.getContent()
					.keySet()
					.forEach((type) -> assertThat(status(method, path, MediaType.parseMediaType(type)))
						.as(key + " " + type)
						.isNotEqualTo(415));
			}
		});
	}

	@Test
	void everyPatchIsAMergePatch() {
		operations().forEach((key, operation) -> {
			if (key.startsWith("PATCH ")) {
				assertThat(operation.getRequestBody().getContent()).as(key)
					.containsOnlyKeys("application/merge-patch+json", "application/json");
			}
		});
	}

	@Test
	void everyChangeOfAVersionedThingHonoursTheVersionThatWasSeen() {
		operations().forEach((key, operation) -> {
			if (key.startsWith("PUT ") || key.startsWith("PATCH ") || key.startsWith("DELETE ")) {
				assertThat(headers(operation)).as(key).contains("If-Match");
				assertThat(operation.getResponses()).as(key).containsKey("412");
			}
		});
		for (Change change : changes()) {
			if (headers(Objects.requireNonNull(operations().get(change.route()))).contains("If-Match")) {
				change.send(this.client, "If-Match", "\"999\"").expectProblem(412, "stale-version");
				Reply changed = change.send(this.client, "If-Match", "\"998\", *");
				assertThat(changed.status()).as("%s: %s", change, changed).isBetween(200, 204);
			}
		}
	}

	@Test
	void everySingleThingThatChangesHasATag() {
		for (Change change : changes()) {
			String get = "GET " + change.route().substring(change.route().indexOf(' ') + 1);
			if (operations().containsKey(get) && !change.route().startsWith("POST ")) {
				String tag = Objects.requireNonNull(this.client.get(change.path()).expect(200).headers().getETag());
				Reply changed = change.send(this.client, "If-Match", tag).expect(200);
				assertThat(changed.headers().getETag()).as(change.route())
					.isNotEqualTo(tag)
					.isEqualTo(this.client.get(change.path()).headers().getETag());
			}
		}
	}

	@Test
	void whoPrefersNoBodyGetsNone() {
		List<Change> changes = changes();
		Set<String> preferring = operations().entrySet()
			.stream()
			.filter((operation) -> headers(operation.getValue()).contains("Prefer"))
			.map(Map.Entry::getKey)
			.collect(Collectors.toSet());
		assertThat(changes.stream().map(Change::route)).containsAll(preferring);
		for (Change change : changes) {
			Reply reply = change.send(this.client, "Prefer", "return=minimal");
			boolean created = reply.headers().getLocation() != null;
			assertThat(reply.status()).as("%s: %s", change, reply).isEqualTo(created ? 201 : 204);
			assertThat(reply.body().isNull()).as("%s: %s", change, reply).isTrue();
			assertThat(reply.headers().getFirst("Preference-Applied")).as("%s", change).isEqualTo("return=minimal");
			if (created) {
				this.client.get(String.valueOf(reply.headers().getLocation())).expect(200);
			}
		}
	}

	/** One good request for each route that changes something and answers with it. */
	private List<Change> changes() {
		List<Change> changes = new ArrayList<>();
		String suffix = UUID.randomUUID().toString().substring(0, 8);
		catalogue(changes, "/api/products", this.client.product("P" + suffix),
				"{\"sku\": \"N" + suffix + "\", \"name\": \"N\"}", "{\"name\": \"changed\"}");
		catalogue(changes, "/api/warehouses", this.client.warehouse("W" + suffix), "{\"name\": \"N" + suffix + "\"}",
				"{\"location\": \"changed\"}");
		changes.add(new Change("POST /api/tenants", "/api/tenants", "{\"name\": \"new\"}"));
		changes.add(new Change("PATCH /api/tenants/{id}", "/api/tenants/" + this.client.tenant(), "{\"name\": \"a\"}"));
		changes.add(new Change("PATCH /api/tenant", "/api/tenant", "{\"defaultMinStock\": 3}"));
		String product = this.client.product("S" + suffix);
		String north = this.client.warehouse("North" + suffix);
		String south = this.client.warehouse("South" + suffix);
		String main = this.client.stock(product).get("warehouseId").asString();
		String line = "{\"productId\": \"%s\", \"quantity\": 1}".formatted(product);
		String lines = "{\"lines\": [" + line + "]}";
		this.client.move(product, "IN", 500).expect(201);
		String row = "/api/inventory/" + this.client.stock(product).get("id").asString();
		changes.add(new Change("PUT /api/inventory/{id}", row, "{\"minStock\": 4}"));
		changes.add(new Change("PATCH /api/inventory/{id}", row, "{\"minStock\": 5}"));
		String pair = "/api/warehouses/" + main + "/inventory/" + product;
		changes.add(new Change("PUT /api/warehouses/{id}/inventory/{productId}", pair, "{\"minStock\": 6}"));
		changes.add(new Change("PATCH /api/warehouses/{id}/inventory/{productId}", pair, "{\"minStock\": 7}"));
		changes.add(new Change("POST /api/warehouses/{id}/inventory", "/api/warehouses/" + north + "/inventory", line));
		changes.add(new Change("POST /api/inventory", "/api/inventory",
				"{\"productId\": \"%s\", \"warehouseId\": \"%s\"}".formatted(product, south)));
		String sequence = this.client.move(product, "IN", 1).expect(201).text("sequence");
		changes.add(new Change("POST /api/stock-movements", "/api/stock-movements",
				"{\"productId\": \"%s\", \"type\": \"IN\", \"quantity\": 1}".formatted(product)));
		changes.add(new Change("POST /api/stock-movements/{sequence}/reversal",
				"/api/stock-movements/" + sequence + "/reversal", "{}"));
		changes.add(new Change("POST /api/reservations", "/api/reservations", lines));
		for (String end : List.of("extension", "commit", "release")) {
			String id = this.client.post("/api/reservations", lines).expect(201).text("id");
			changes.add(new Change("POST /api/reservations/{id}/" + end, "/api/reservations/" + id + "/" + end,
					end.equals("extension") ? "{\"ttlSeconds\": 60}" : "{}"));
		}
		String transfer = "{\"fromWarehouseId\": \"%s\", \"toWarehouseId\": \"%s\", \"mode\": \"IN_TRANSIT\", \"lines\": [%s]}"
			.formatted(main, north, line);
		changes.add(new Change("POST /api/transfers", "/api/transfers", transfer));
		changes.add(new Change("POST /api/transfers/{id}/receipt",
				"/api/transfers/" + this.client.post("/api/transfers", transfer).expect(201).text("id") + "/receipt",
				"{\"closing\": true}"));
		changes.add(new Change("POST /api/stock-counts", "/api/stock-counts",
				"{\"lines\": [{\"productId\": \"%s\", \"counted\": 400, \"atSequence\": %s}]}".formatted(product,
						sequence)));
		String low = this.client.product("L" + suffix);
		this.client.move(low, "IN", 20).expect(201);
		this.client.move(low, "OUT", 15).expect(201);
		String alert = this.client.get("/api/alerts?productId=" + low).body().at("/items/0/id").asString();
		changes.add(
				new Change("POST /api/alerts/{id}/acknowledgement", "/api/alerts/" + alert + "/acknowledgement", null));
		return changes;
	}

	private void catalogue(List<Change> changes, String path, String id, String fresh, String change) {
		changes.add(new Change("POST " + path, path, fresh));
		changes.add(new Change("PUT " + path + "/{id}", path + "/" + id, change));
		changes.add(new Change("PATCH " + path + "/{id}", path + "/" + id, change.replace("changed", "again")));
		String gone = path.endsWith("products") ? this.client.product("G" + id) : this.client.warehouse("G" + id);
		this.client.delete(path + "/" + gone).expect(204);
		changes.add(new Change("POST " + path + "/{id}/restore", path + "/" + gone + "/restore", null));
	}

	/** The methods of each path. */
	private Map<String, Set<HttpMethod>> methods() {
		Map<String, Set<HttpMethod>> methods = new TreeMap<>();
		for (Endpoint endpoint : this.api.endpoints()) {
			Set<HttpMethod> allowed = methods.computeIfAbsent(endpoint.path(),
					(_) -> new TreeSet<>(Set.of(HttpMethod.OPTIONS)));
			allowed.add(endpoint.method());
			if (endpoint.method().equals(HttpMethod.GET)) {
				allowed.add(HttpMethod.HEAD);
			}
		}
		return methods;
	}

	private int status(HttpMethod method, String path, MediaType type) {
		return this.web.method(method)
			.uri(path)
			.headers((headers) -> headers.setBearerAuth(this.client.token()))
			.contentType(type)
			.bodyValue("{\"nonsense\": 1}".getBytes())
			.exchange()
			.expectBody()
			.returnResult()
			.getStatus()
			.value();
	}

	/** The operations of openapi.yaml by method and path, which take a second to read. */
	private Map<String, Operation> operations() {
		if (operations.isEmpty()) {
			operations.putAll(parsed());
		}
		return operations;
	}

	private Map<String, Operation> parsed() {
		byte[] yaml = this.web.get().uri("/openapi.yaml").exchange().expectBody().returnResult().getResponseBody();
		ParseOptions options = new ParseOptions();
		options.setResolve(true);
		options.setResolveFully(true);
		OpenAPI document = new OpenAPIV3Parser().readContents(new String(Objects.requireNonNull(yaml)), null, options)
			.getOpenAPI();
		Map<String, Operation> found = new TreeMap<>();
		document.getPaths()
			.forEach((path, item) -> item.readOperationsMap()
				.forEach((method, operation) -> found.put(method + " " + path, operation)));
		return found;
	}

	private static Set<String> headers(Operation operation) {
		return Stream.ofNullable(operation.getParameters())
			.flatMap(List::stream)
			.map((parameter) -> (parameter.get$ref() != null)
					? Map.of("IfMatch", "If-Match")
						.getOrDefault(parameter.get$ref().substring(parameter.get$ref().lastIndexOf('/') + 1),
								parameter.get$ref().substring(parameter.get$ref().lastIndexOf('/') + 1))
					: parameter.getName())
			.collect(Collectors.toSet());
	}

	/** The path with ids of nothing. */
	private static String sample(String path) {
		return path.replace("{sequence}", "999999").replaceAll("\\{[a-zA-Z]+}", UUID.randomUUID().toString());
	}

	/** A request that changes something. */
	private record Change(String route, String path, @Nullable String body) {

		Reply send(TenantClient client, String header, String value) {
			HttpMethod method = HttpMethod.valueOf(this.route.substring(0, this.route.indexOf(' ')));
			return client.send(method, this.path, this.body, header, value);
		}

	}

}
