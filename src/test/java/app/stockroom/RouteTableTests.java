package app.stockroom;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import app.stockroom.platform.Problem;
import app.stockroom.tenancy.Api;
import app.stockroom.tenancy.Endpoint;
import app.stockroom.tenancy.Tenants;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * openapi.yaml, as the service serves it, describes every route and every problem, and
 * nothing that there is not.
 */
@StockroomTest
class RouteTableTests {

	private static final Pattern CODE = Pattern.compile("`([a-z]+(?:-[a-z]+)*)`");

	private static final Pattern CATALOGUE_ROW = Pattern.compile("(?m)^\\| `([a-z-]+)` \\| (\\d{3}) \\| (.+) \\|$");

	@Autowired
	WebTestClient web;

	@Autowired
	Api api;

	@Autowired
	Tenants tenants;

	private SwaggerParseResult parsed;

	private OpenAPI document;

	@BeforeEach
	void parse() {
		byte[] yaml = this.web.get()
			.uri("/openapi.yaml")
			.exchange()
			.expectStatus()
			.isOk()
			.expectHeader()
			.contentTypeCompatibleWith(MediaType.APPLICATION_YAML)
			.expectBody()
			.returnResult()
			.getResponseBody();
		ParseOptions options = new ParseOptions();
		options.setResolve(true);
		options.setResolveFully(true);
		this.parsed = new OpenAPIV3Parser().readContents(new String(Objects.requireNonNull(yaml)), null, options);
		this.document = this.parsed.getOpenAPI();
	}

	@Test
	void theDocumentIsValid() {
		assertThat(this.parsed.getMessages()).isEmpty();
		assertThat(this.document.getOpenapi()).isEqualTo("3.1.0");
	}

	@Test
	void everyRouteIsDescribedAndNothingElse() {
		Set<String> described = new TreeSet<>();
		operations().forEach((key, operation) -> {
			Set<String> types = new TreeSet<>();
			operation.getResponses().forEach((status, response) -> {
				if (status.startsWith("2") && response.getContent() != null) {
					types.addAll(response.getContent().keySet());
				}
			});
			if (types.isEmpty()) {
				types.add(MediaType.APPLICATION_JSON_VALUE);
			}
			described.add("%s %s %s".formatted(key, extensions(operation).get("x-scope"), types));
		});
		Map<String, Set<String>> routes = new TreeMap<>();
		this.api.endpoints()
			.forEach((endpoint) -> endpoint.representations()
				.forEach((representation) -> routes.computeIfAbsent(line(endpoint), (_) -> new TreeSet<>())
					.add(representation.type().toString())));
		assertThat(described).isEqualTo(routes.entrySet()
			.stream()
			.map((route) -> route.getKey() + " " + route.getValue())
			.collect(Collectors.toCollection(TreeSet::new)));
	}

	@Test
	void everyCsvHasTheColumnsOfItsExample() {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		String warehouse = client.get("/api/warehouses").body().at("/items/0/id").asString();
		int compared = 0;
		for (Map.Entry<String, Operation> operation : operations().entrySet()) {
			String path = operation.getKey().replace("{id}", warehouse);
			ApiResponse answer = operation.getValue().getResponses().get("200");
			Content content = (answer != null) ? answer.getContent() : null;
			if (content != null && content.containsKey("text/csv") && !path.equals("GET /api/tenants")) {
				String example = String.valueOf(content.get("text/csv").getExample());
				String served = client.text(path.substring("GET ".length()), "text/csv").body();
				assertThat(served).as(path).startsWith(example.substring(0, example.indexOf('\n') + 1));
				compared++;
			}
		}
		assertThat(compared).isEqualTo(8);
	}

	@Test
	void everyQueryParameterIsDescribedAndNoOther() {
		Map<String, Set<String>> routes = new TreeMap<>();
		for (Endpoint endpoint : this.api.endpoints()) {
			Set<String> names = routes.computeIfAbsent(endpoint.method() + " " + endpoint.path(),
					(_) -> new TreeSet<>());
			names.addAll(endpoint.query().single());
			endpoint.query().several().forEach((name) -> names.add(name + "[]"));
		}
		Map<String, Set<String>> described = new TreeMap<>();
		operations().forEach((key, operation) -> described.put(key,
				Stream.ofNullable(operation.getParameters())
					.flatMap(List::stream)
					.map(this::resolved)
					.filter((parameter) -> "query".equals(parameter.getIn()))
					.map((parameter) -> parameter.getName() + (isArray(parameter) ? "[]" : ""))
					.collect(Collectors.toCollection(TreeSet::new))));
		assertThat(described).isEqualTo(routes);
	}

	private Parameter resolved(Parameter parameter) {
		return (parameter.get$ref() == null) ? parameter
				: this.document.getComponents()
					.getParameters()
					.get(parameter.get$ref().substring(parameter.get$ref().lastIndexOf('/') + 1));
	}

	private static boolean isArray(Parameter parameter) {
		return parameter.getSchema().getTypes() != null && parameter.getSchema().getTypes().contains("array");
	}

	@Test
	void onlyRoutesWithoutScopeNeedNoToken() {
		operations()
			.forEach((key, operation) -> assertThat(operation.getSecurity() != null).as("%s needs no token", key)
				.isEqualTo(!extensions(operation).containsKey("x-scope")));
	}

	@Test
	void everyProblemIsInTheCatalogueAndNoOther() {
		Set<String> catalogue = CATALOGUE_ROW.matcher(this.document.getInfo().getDescription())
			.results()
			.map((row) -> "%s %s %s".formatted(row.group(1), row.group(2), row.group(3)))
			.collect(Collectors.toCollection(TreeSet::new));
		Set<String> problems = Arrays.stream(Problem.values())
			.map((problem) -> "%s %d %s".formatted(problem.code(), problem.status().value(), problem.title()))
			.collect(Collectors.toCollection(TreeSet::new));
		assertThat(catalogue).isEqualTo(problems);
	}

	@Test
	void everyErrorNamesProblemsOfItsStatus() {
		Map<String, String> statuses = Arrays.stream(Problem.values())
			.collect(Collectors.toMap(Problem::code, (problem) -> String.valueOf(problem.status().value())));
		operations().forEach((key, operation) -> operation.getResponses().forEach((status, response) -> {
			if (status.compareTo("400") >= 0) {
				assertThat(codes(response).filter(statuses::containsKey).map(statuses::get).distinct())
					.as("statuses of the problems that %s %s names", key, status)
					.containsExactly(status);
				assertThat(response.getContent()).as("%s %s", key, status)
					.containsOnlyKeys(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
			}
		}));
	}

	private Map<String, Operation> operations() {
		Map<String, Operation> operations = new TreeMap<>();
		this.document.getPaths()
			.forEach((path, item) -> item.readOperationsMap()
				.forEach((method, operation) -> operations.put(method + " " + path, operation)));
		return operations;
	}

	private Stream<String> codes(ApiResponse response) {
		ApiResponse resolved = (response.get$ref() == null) ? response
				: this.document.getComponents()
					.getResponses()
					.get(response.get$ref().substring(response.get$ref().lastIndexOf('/') + 1));
		return CODE.matcher(resolved.getDescription()).results().map((MatchResult code) -> code.group(1));
	}

	private static Map<String, Object> extensions(Operation operation) {
		return (operation.getExtensions() != null) ? operation.getExtensions() : Map.of();
	}

	private static String line(Endpoint endpoint) {
		String scope = (endpoint.scope() != null) ? endpoint.scope().claim() : "null";
		return "%s %s %s".formatted(endpoint.method(), endpoint.path(), scope);
	}

}
