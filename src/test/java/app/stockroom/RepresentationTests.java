package app.stockroom;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One resource, several representations: each list is the same in all of them, and every
 * route refuses what it does not have.
 */
@StockroomTest
class RepresentationTests {

	private static final JsonMapper JSON = new JsonMapper();

	private static final String NDJSON = "application/x-ndjson";

	private static final String CSV = "text/csv";

	/** What a spreadsheet, a parser of CSV or a reader of lines may stumble over. */
	private static final List<String> HOSTILE = List.of("=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1",
			"'=1", "''+1", "'plain", "a \"quoted\" word", "comma, comma", "two\r\nlines", "line\nfeed", " spaces ",
			"Grüße, 東京 \uD83D\uDE80", "{\"json\": true}", "\u2028 and \u0007", "\"", ",");

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@Autowired
	Api api;

	private TenantClient client;

	private String product = "";

	private String main = "";

	private String north = "";

	@BeforeEach
	void openTenant() {
		this.client = TenantClient.open(this.web, this.tenants);
		this.main = this.client.get("/api/warehouses").body().at("/items/0/id").asString();
	}

	/** Lists with several pages of a few items each, and with text that is hostile. */
	private void fill() {
		this.north = this.client.warehouse("North");
		this.client.post("/api/warehouses", json("name", "=South", "location", "Rue \"B\", 2")).expect(201);
		for (int i = 0; i < HOSTILE.size(); i++) {
			this.product = this.client
				.post("/api/products", json("sku", "S" + i, "name", HOSTILE.get(i), "description", HOSTILE.get(i)))
				.expect(201)
				.text("id");
			String movement = json("sku", "S" + i, "type", "IN", "reason", HOSTILE.get(i), "reference", HOSTILE.get(i));
			this.client
				.post("/api/stock-movements", movement.substring(0, movement.length() - 1) + ", \"quantity\": 20}")
				.expect(201);
		}
		this.client.patch("/api/products/" + this.product, "{\"price\": 10.50, \"barcodes\": [\"=1\", \"2,3\"]}")
			.expect(200);
		for (int i = 0; i < 3; i++) {
			String lines = "{\"lines\": [{\"sku\": \"S%d\", \"quantity\": 1}, {\"sku\": \"S4\", \"quantity\": 1}]}"
				.formatted(i);
			this.client.post("/api/reservations", lines).expect(201);
			this.client.post("/api/transfers", """
					{"fromWarehouseId": "%s", "toWarehouseId": "%s", "mode": "IN_TRANSIT", "reference": "-%d",
					 "lines": [{"sku": "S%d", "quantity": 15}]}""".formatted(this.main, this.north, i, i)).expect(201);
		}
	}

	@Test
	void everyListIsTheSameInAllRepresentations() {
		fill();
		String afterwards = this.client.get("/api/inventory/summary").expect(200).text("sequence");
		List<String> lists = List.of("/api/products", "/api/products?sortBy=name&order=desc", "/api/products?name=q",
				"/api/warehouses", "/api/warehouses?sortBy=location", "/api/inventory",
				"/api/inventory?sortBy=quantity&order=desc", "/api/inventory?status=LOW_STOCK,OK",
				"/api/inventory?asOf=9", "/api/inventory?asOf=" + afterwards,
				"/api/warehouses/" + this.main + "/inventory", "/api/stock-movements",
				"/api/stock-movements?sortBy=sequence&order=asc", "/api/stock-movements?type=IN",
				"/api/stock-movements?type=IN,RESERVE", "/api/stock-movements?productId=" + this.product,
				"/api/stock-movements?sku=S4&warehouseId=" + this.main, "/api/stock-movements?reference='plain",
				"/api/stock-movements?warehouseId=" + this.main, "/api/stock-movements?from=2020-01-01T00:00:00Z",
				"/api/reservations", "/api/reservations?status=HELD", "/api/transfers", "/api/alerts",
				"/api/alerts?sortBy=openedAt&order=asc");
		for (String list : lists) {
			List<JsonNode> items = pages(this.client, list);
			assertThat(items).as(list).isNotEmpty();
			assertThat(lines(ok(this.client.text(list, NDJSON)))).as(list).isEqualTo(items);
			assertThat(rows(ok(this.client.text(list, CSV)))).as(list)
				.isEqualTo(items.stream().map(RepresentationTests::flat).toList());
		}
	}

	@Test
	void theListOfTenantsIsTheSameInAllRepresentations() {
		TenantClient admin = this.client.with("platform:admin");
		// Others open tenants meanwhile; ids ascend, so what was there first stays first.
		List<JsonNode> items = pages(admin, "/api/tenants");
		assertThat(lines(ok(admin.text("/api/tenants", NDJSON)))).containsAll(items);
		assertThat(rows(ok(admin.text("/api/tenants", CSV))))
			.containsAll(items.stream().map(RepresentationTests::flat).toList());
	}

	@Test
	void anExportIsTrueAtThePositionThatItNames() {
		fill();
		for (String type : List.of(NDJSON, CSV)) {
			Text export = ok(this.client.text("/api/stock-movements", type));
			String position = export.headers().getFirst("Stockroom-Position");
			assertThat(position).matches("[0-9a-f]{8}-[0-9]+");
			int rows = (type.equals(CSV) ? rows(export) : lines(export)).size();
			assertThat(position).endsWith("-" + rows);
			this.client.move(this.product, "IN", 1).expect(201);
		}
	}

	@Test
	void csvIsAFileOfRfc4180() {
		Text empty = ok(this.client.text("/api/reservations", CSV));
		assertThat(empty.headers().getFirst(HttpHeaders.CONTENT_TYPE)).isEqualTo("text/csv;charset=UTF-8");
		assertThat(empty.headers().getFirst(HttpHeaders.CONTENT_DISPOSITION))
			.isEqualTo("attachment; filename=\"reservations.csv\"");
		assertThat(empty.body()).isEqualTo("id,status,reference,lines,expiresAt,version,createdAt,updatedAt\r\n");
		assertThat(ok(this.client.text("/api/reservations", NDJSON)).body()).isEmpty();
	}

	@Test
	void noCellOfCsvIsAFormulaAndNumbersStayNumbers() {
		fill();
		List<String[]> cells = cells(ok(this.client.text("/api/stock-movements", CSV)).body());
		List<String> header = List.of(cells.getFirst());
		for (String[] row : cells.subList(1, cells.size())) {
			for (int i = 0; i < row.length; i++) {
				if (!header.get(i).matches("delta|reservedDelta")) {
					assertThat(row[i]).as(header.get(i)).doesNotMatch("(?s)[=+\\-@\t\r].*");
				}
			}
		}
		assertThat(cells).anySatisfy((row) -> assertThat(row[header.indexOf("delta")]).isEqualTo("-15"));
		assertThat(cells).anySatisfy((row) -> assertThat(row[header.indexOf("reason")]).isEqualTo("'+1"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "-", value = { "- | application/json", "*/* | application/json",
			"application/* | application/json", "text/* | text/csv", "application/problem+json, */* | application/json",
			"text/csv, application/json | text/csv", "application/json, text/csv | application/json",
			"application/json;q=0.5, text/csv;q=0.6 | text/csv", "*/*, text/csv;q=0.9 | application/json",
			"application/json;q=0, */* | application/x-ndjson", "*/*, application/x-ndjson | application/x-ndjson",
			"text/csv;charset=utf-8 | text/csv", "text/csv;charset=iso-8859-1, application/json | application/json",
			"text/html, application/xhtml+xml, */*;q=0.8 | application/json" })
	void theClientChooses(@Nullable String accept, String expected) {
		Text answer = this.client.text("/api/products", (accept != null) ? accept : "");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(String.valueOf(answer.headers().getContentType())).startsWith(expected);
		assertThat(answer.headers().getVary()).contains("Accept");
	}

	@ParameterizedTest
	@ValueSource(strings = { "text/html", "application/xml", "text/csv;charset=utf-16", "*/*;q=0",
			"application/json;q=0", "text/event-stream", "nonsense", "text/csv;q=2" })
	void whatThereIsNotIsListed(String accept) {
		Reply reply = this.client.send(HttpMethod.GET, "/api/products", null, HttpHeaders.ACCEPT, accept);
		reply.expectProblem(406, "not-acceptable");
		assertThat(reply.body().get("acceptable").valueStream().map(JsonNode::asString))
			.containsExactly("application/json", NDJSON, CSV);
		assertThat(reply.headers().getVary()).contains("Accept");
	}

	@Test
	void everyRouteRefusesWhatItDoesNotHave() {
		TenantClient admin = this.client
			.with("inventory:read inventory:write catalog:write tenant:admin platform:admin");
		int refused = 0;
		for (Endpoint endpoint : this.api.endpoints()) {
			String path = endpoint.path()
				.replace("{id}", UUID.randomUUID().toString())
				.replace("{productId}", UUID.randomUUID().toString())
				.replace("{sequence}", "1");
			String body = endpoint.method().equals(HttpMethod.POST) ? "{}" : null;
			admin.send(endpoint.method(), path, body, HttpHeaders.ACCEPT, "text/html")
				.expectProblem(406, "not-acceptable");
			refused++;
			if (!offered(endpoint).contains(Representation.CSV)) {
				admin.send(endpoint.method(), path, body, HttpHeaders.ACCEPT, CSV).expectProblem(406, "not-acceptable");
			}
		}
		assertThat(refused).isEqualTo(this.api.endpoints().size());
		// None of them was done.
		assertThat(pages(this.client, "/api/stock-movements")).hasSize(pages(this.client, "/api/products").size());
	}

	private List<Representation> offered(Endpoint endpoint) {
		return this.api.endpoints()
			.stream()
			.filter((other) -> other.path().equals(endpoint.path()) && other.method().equals(endpoint.method()))
			.flatMap((other) -> other.representations().stream())
			.toList();
	}

	@ParameterizedTest
	@ValueSource(strings = { NDJSON, CSV })
	void theWholeHasNoPages(String type) {
		for (Endpoint endpoint : this.api.endpoints()) {
			if (endpoint.representations().contains(Representation.CSV)) {
				TenantClient caller = this.client.with("inventory:read platform:admin");
				Reply reply = caller.send(HttpMethod.GET,
						endpoint.path().replace("{id}", this.main) + "?page=1&limit=2&cursor=x", null,
						HttpHeaders.ACCEPT, type);
				assertThat(reply.expectProblem(400, "invalid-request").fields()).contains("cursor", "limit", "page");
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ "application/json, application/json", "application/x-ndjson, application/x-ndjson",
			"text/csv, text/csv;charset=UTF-8" })
	void headAnswersWithoutTheRows(String accept, String type) {
		for (String path : List.of("/api/products", "/api/stock-movements", "/api/inventory")) {
			this.web.head()
				.uri(path)
				.header(HttpHeaders.AUTHORIZATION, "Bearer " + this.client.token())
				.header(HttpHeaders.ACCEPT, accept)
				.exchange()
				.expectStatus()
				.isOk()
				.expectHeader()
				.valueEquals(HttpHeaders.CONTENT_TYPE, type)
				.expectBody()
				.isEmpty();
		}
	}

	private static Text ok(Text text) {
		assertThat(text.status()).as(text.body()).isEqualTo(200);
		return text;
	}

	/** All items of a list, page by page of JSON. */
	private static List<JsonNode> pages(TenantClient client, String list) {
		List<JsonNode> items = new ArrayList<>();
		String cursor = "";
		do {
			Reply page = client.get(list + (list.contains("?") ? "&" : "?") + "limit=7"
					+ (cursor.isEmpty() ? "" : "&cursor=" + cursor));
			page.expect(200).body().get("items").forEach(items::add);
			cursor = page.text("nextCursor");
		}
		while (!cursor.isEmpty());
		return items;
	}

	private static List<JsonNode> lines(Text text) {
		assertThat(text.body()).matches("(?s)|.*\n");
		return text.body().lines().map(JSON::readTree).toList();
	}

	/** The rows of CSV by their columns, empty ones left out as JSON leaves out null. */
	private static List<Map<String, String>> rows(Text text) {
		List<String[]> cells = cells(text.body());
		List<Map<String, String>> rows = new ArrayList<>();
		for (String[] row : cells.subList(1, cells.size())) {
			Map<String, String> columns = new LinkedHashMap<>();
			for (int i = 0; i < row.length; i++) {
				if (!row[i].isEmpty()) {
					columns.put(cells.getFirst()[i],
							row[i].matches("(?s)'+[=+\\-@\t\r].*") ? row[i].substring(1) : row[i]);
				}
			}
			rows.add(columns);
		}
		return rows;
	}

	/** An item as its row: what is nested by both names, a list as JSON. */
	private static Map<String, String> flat(JsonNode item) {
		Map<String, String> columns = new LinkedHashMap<>();
		item.propertyStream().forEach((property) -> {
			String name = property.getKey();
			if (property.getValue().isObject()) {
				property.getValue()
					.propertyStream()
					.forEach((nested) -> columns.putIfAbsent(
							name + Character.toUpperCase(nested.getKey().charAt(0)) + nested.getKey().substring(1),
							text(nested.getValue())));
			}
			else {
				columns.put(name, text(property.getValue()));
			}
		});
		columns.values().removeIf("[]"::equals);
		return columns;
	}

	private static String text(JsonNode value) {
		return value.isContainer() ? value.toString() : value.asString();
	}

	/** A reader of RFC 4180 that takes no liberties. */
	private static List<String[]> cells(String csv) {
		List<String[]> rows = new ArrayList<>();
		List<String> row = new ArrayList<>();
		int at = 0;
		while (at < csv.length()) {
			StringBuilder cell = new StringBuilder();
			if (csv.charAt(at) == '"') {
				for (at++; csv.charAt(at) != '"' || (at + 1 < csv.length() && csv.charAt(at + 1) == '"'); at++) {
					at += (csv.charAt(at) == '"') ? 1 : 0;
					cell.append(csv.charAt(at));
				}
				at++;
			}
			else {
				for (; ",\r".indexOf(csv.charAt(at)) < 0; at++) {
					assertThat(csv.charAt(at)).isNotIn('"', '\n');
					cell.append(csv.charAt(at));
				}
			}
			row.add(cell.toString());
			if (csv.charAt(at) == ',') {
				at++;
			}
			else {
				assertThat(csv.substring(at, at + 2)).isEqualTo("\r\n");
				at += 2;
				rows.add(row.toArray(String[]::new));
				row.clear();
			}
		}
		assertThat(rows).allMatch((cells) -> cells.length == rows.getFirst().length);
		return rows;
	}

	private static String json(String... namesAndValues) {
		Map<String, String> members = new LinkedHashMap<>();
		for (int i = 0; i < namesAndValues.length; i += 2) {
			members.put(namesAndValues[i], namesAndValues[i + 1]);
		}
		return JSON.writeValueAsString(members);
	}

}
