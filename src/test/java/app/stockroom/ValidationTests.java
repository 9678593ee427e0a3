package app.stockroom;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

import app.stockroom.TenantClient.Reply;
import app.stockroom.tenancy.Tenants;
import io.swagger.v3.parser.OpenAPIV3Parser;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A body in which everything is wrong is refused with everything that is wrong.
 */
@StockroomTest
class ValidationTests {

	/**
	 * Route, body, and the fields that are refused; 'L' stands for a text that is too
	 * long.
	 */
	private static final String CASES = """
			POST /api/auth/dev-token | {'tenantId': 1, 'tenantIds': ['x', 5], 'scope': 5, 'subject': '', 'ttlSeconds': 0, 'c': 1}
			  | tenantId tenantIds[0] tenantIds[1] scope subject ttlSeconds c
			POST /api/products | {'sku': ' a', 'name': '', 'description': 5, 'price': -1, 'barcodes': ['', 5, 'x'], 'status': 'X', 'c': 1}
			  | sku name description price barcodes[0] barcodes[1] status c
			POST /api/products | {'sku': 'L', 'description': 'L', 'price': 1.23456, 'barcodes': ['L', 'x']}
			  | sku name description price barcodes[0]
			PUT /api/products/{id} | {'sku': ' a', 'name': '', 'description': 5, 'price': -1, 'barcodes': ['', 5, 'x'], 'status': 'X', 'c': 1}
			  | sku name description price barcodes[0] barcodes[1] status c
			PATCH /api/products/{id} | {'sku': 1, 'name': ' ', 'description': 5, 'price': 'x', 'barcodes': 'x', 'status': 'X', 'c': 1}
			  | sku name description price barcodes status c
			PATCH /api/products/{id} | {'sku': null, 'name': null, 'description': null, 'price': 'x', 'status': null, 'c': null}
			  | sku name price status c
			PATCH /api/tenant | {'name': null, 'defaultMinStock': -1, 'rateLimit': null} | name defaultMinStock
			POST /api/warehouses | {'name': ' ', 'location': 5, 'status': 1, 'c': 1} | name location status c
			PUT /api/warehouses/{id} | {'name': ' ', 'location': 5, 'status': 1, 'c': 1} | name location status c
			PATCH /api/warehouses/{id} | {'name': ' ', 'location': 5, 'status': 1, 'c': 1} | name location status c
			POST /api/inventory | {'quantity': -1, 'minStock': 'x', 'maxStock': -1, 'warehouseId': 'x', 'c': 1}
			  | productId quantity minStock maxStock warehouseId c
			POST /api/warehouses/{id}/inventory | {'quantity': -1, 'minStock': 'x', 'maxStock': -1, 'c': 1}
			  | productId quantity minStock maxStock c
			PUT /api/inventory/{id} | {'quantity': -1, 'minStock': 'x', 'maxStock': 1.5, 'c': 1} | quantity minStock maxStock c
			PATCH /api/inventory/{id} | {'quantity': -1, 'minStock': 'x', 'maxStock': 1.5, 'c': 1} | quantity minStock maxStock c
			PUT /api/warehouses/{id}/inventory/{productId} | {'quantity': -1, 'minStock': 'x', 'c': 1} | quantity minStock c
			PATCH /api/warehouses/{id}/inventory/{productId} | {'quantity': -1, 'minStock': 'x', 'c': 1} | quantity minStock c
			POST /api/stock-movements | {'type': 'X', 'quantity': 'x', 'warehouseId': 1, 'reason': 5, 'reference': 'L', 'occurredAt': 'x', 'idempotencyKey': ' ', 'c': 1}
			  | productId type quantity warehouseId reason reference occurredAt idempotencyKey c
			POST /api/stock-movements | {'type': 'OUT', 'quantity': 0, 'reason': 5} | productId quantity reason
			POST /api/stock-movements | {'type': 'OUT', 'quantity': -1} | productId quantity
			POST /api/stock-movements | {} | productId type quantity
			POST /api/stock-movements/batch?atomic=true | [{'type': 'OUT', 'quantity': 0}, {'sku': 'A', 'type': 'IN', 'quantity': 1, 'c': 1}]
			  | [0].productId [0].quantity [1].c
			POST /api/stock-movements/{sequence}/reversal | {'reason': 5, 'reference': 'L', 'c': 1} | reason reference c
			POST /api/reservations | {'lines': [{'sku': 'A', 'quantity': 1}, {'quantity': 0}, {'sku': 5, 'quantity': 'x'}, 7, {'sku': 'A', 'productId': 'x', 'quantity': 1, 'size': 1}, null], 'ttlSeconds': 0, 'reference': 5, 'c': 1}
			  | lines[1].productId lines[1].quantity lines[2].sku lines[2].quantity lines[3] lines[4].productId lines[4].size lines[5] ttlSeconds reference c
			POST /api/reservations | {'lines': [{'sku': 'A', 'quantity': 1}, {'quantity': 0}, {'sku': 'L', 'quantity': 1}], 'ttlSeconds': 86401}
			  | lines[1].productId lines[1].quantity lines[2].sku ttlSeconds
			POST /api/reservations/{id}/commit | {'lines': [{'sku': 'A', 'quantity': 1}, {'quantity': 0}], 'c': 1}
			  | lines[1].productId lines[1].quantity c
			POST /api/reservations/{id}/release | {'c': 1, 'd': 1} | c d
			POST /api/reservations/{id}/extension | {'ttlSeconds': 0, 'c': 1} | ttlSeconds c
			POST /api/transfers | {'fromWarehouseId': 'x', 'lines': [{'quantity': 1, 'sku': 'A'}, {'sku': 'A'}, {'quantity': 'x'}], 'mode': 'X', 'reference': 5, 'c': 1}
			  | fromWarehouseId toWarehouseId lines[1].quantity lines[2].productId lines[2].quantity mode reference c
			POST /api/transfers/{id}/receipt | {'lines': [{'quantity': 0}], 'closing': 'x', 'c': 1}
			  | lines[0].productId lines[0].quantity closing c
			POST /api/stock-counts | {'warehouseId': 'x', 'lines': [{'counted': -1, 'atSequence': -1}, {'sku': 'A'}], 'reason': 5, 'c': 1}
			  | warehouseId lines[0].productId lines[0].counted lines[0].atSequence lines[1].counted reason c
			POST /api/tenants | {'name': ' a', 'defaultMinStock': -1, 'defaultMaxStock': 'x', 'rateLimit': -1, 'c': 1}
			  | name defaultMinStock defaultMaxStock rateLimit c
			PATCH /api/tenants/{id} | {'name': ' a', 'defaultMinStock': -1, 'defaultMaxStock': 'x', 'rateLimit': -1, 'c': 1}
			  | name defaultMinStock defaultMaxStock rateLimit c
			PATCH /api/tenant | {'name': '', 'defaultMinStock': -1, 'defaultMaxStock': 'x', 'rateLimit': -1, 'c': 1}
			  | name defaultMinStock defaultMaxStock rateLimit c
			""";

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@Test
	void everyBadFieldOfEveryBodyIsNamedAtOnce() {
		TenantClient client = TenantClient.open(this.web, this.tenants)
			.with("inventory:read inventory:write catalog:write tenant:admin platform:admin");
		for (Case bad : cases()) {
			String path = bad.path()
				.replace("{sequence}", "1")
				.replaceAll("\\{[a-zA-Z]+}", UUID.randomUUID().toString());
			Reply reply = client.send(bad.method(), path, bad.body()).expectProblem(400, "invalid-request");
			assertThat(reply.fields()).as("%s", bad).containsExactlyInAnyOrderElementsOf(bad.fields());
		}
	}

	@Test
	void everyBodyIsTried() {
		byte[] yaml = this.web.get().uri("/openapi.yaml").exchange().expectBody().returnResult().getResponseBody();
		Set<String> routes = new TreeSet<>();
		new OpenAPIV3Parser().readContents(new String(Objects.requireNonNull(yaml)))
			.getOpenAPI()
			.getPaths()
			.forEach((path, item) -> item.readOperationsMap().forEach((method, operation) -> {
				if (operation.getRequestBody() != null
						&& operation.getRequestBody().getContent().containsKey("application/json")) {
					routes.add(method + " " + path);
				}
			}));
		assertThat(cases().stream().map(Case::route).collect(Collectors.toSet())).isEqualTo(routes);
	}

	private static List<Case> cases() {
		return Arrays.stream(CASES.replace("\n  |", " |").strip().split("\n"))
			.map((line) -> line.split(" \\| "))
			.map((parts) -> new Case(parts[0].strip(),
					parts[1].strip().replace("'L'", "'" + "x".repeat(257) + "'").replace('\'', '"'),
					List.of(parts[2].strip().split(" "))))
			.toList();
	}

	private record Case(String request, String body, List<String> fields) {

		HttpMethod method() {
			return HttpMethod.valueOf(this.request.substring(0, this.request.indexOf(' ')));
		}

		String path() {
			return this.request.substring(this.request.indexOf(' ') + 1);
		}

		String route() {
			return this.request.replaceAll("\\?.*", "");
		}

	}

}
