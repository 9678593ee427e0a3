package app.stockroom.docs;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

import app.stockroom.Description;
import app.stockroom.Description.Operation;
import app.stockroom.PrivatePostgres;
import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.TestServers;
import app.stockroom.embedded.PostgresCluster;
import app.stockroom.live.Instance;
import app.stockroom.platform.Limits;
import app.stockroom.tenancy.Tenants;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.FluxExchangeResult;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every operation of openapi.yaml is made to answer with every status that it declares
 * there, and every refusal, over HTTP on real servers. Whatever else is answered on the
 * way, and whatever is answered otherwise than described, fails {@link TenantClient}.
 * What every operation has in common comes from the description, with its own examples as
 * bodies; what only some have is told by {@link CatalogueStory} and {@link StockStory}.
 */
@StockroomTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryOutcomeTests {

	private static final Logger logger = LoggerFactory.getLogger(EveryOutcomeTests.class);

	private static final String EVERY_SCOPE = "inventory:read inventory:write catalog:write tenant:admin platform:admin";

	private static final int ATTEMPTS = 1000;

	/** Whatever was read of a record has changed before it is written. */
	private static final String NEVER_STILL = """
			create function never_still(p_tenant uuid) returns boolean language plpgsql volatile as $$
			begin
			  if current_setting('transaction_read_only') = 'off' then
			    update inventory set version = version + 1 where tenant_id = p_tenant;
			  end if;
			  return true;
			end $$;
			create policy never_still on ledger_head as restrictive using (never_still(tenant_id));
			""";

	private final Outcomes outcomes = new Outcomes();

	private final List<String> surprises = new ArrayList<>();

	@Autowired
	private WebTestClient web;

	@Autowired
	private Tenants tenants;

	@Autowired
	private ApplicationContext context;

	@BeforeAll
	void askEverything() throws SQLException {
		new CatalogueStory(open()).tell();
		new StockStory(open()).tell();
		TenantClient empty = open().with(EVERY_SCOPE);
		empty.move(empty.product("OTHER"), "IN", 1, "Idempotency-Key", "used").expect(201);
		TenantClient other = open().with(EVERY_SCOPE);
		for (Operation operation : Description.get().operations()) {
			ask(operation, 401, empty.withToken(operation.path().contains("/auth/") ? "no.to.ken" : null));
			ask(operation, 403, empty.with(scopeThatLacks(operation)));
			askForNothing(operation, empty);
			ask(operation, 406, empty, "Accept", "image/png");
			askAgain(operation, empty);
			askInEveryWay(operation, other);
			mistakes(operation, empty);
		}
		empty.withToken(null).post("/api/auth/dev-token", "{}").expect(200);
		TenantClient limited = open().with(EVERY_SCOPE);
		limited.send(HttpMethod.PATCH, "/api/tenant", "{\"rateLimit\": 1}").expect(200);
		Description.get().operations().forEach((operation) -> askTooOften(operation, limited));
		withoutDatabase();
	}

	@Test
	void nothingElseIsAnswered() {
		assertThat(this.surprises).isEmpty();
	}

	@Test
	void everyStatusOfEveryOperationIsExercised() {
		Set<String> pairs = Outcomes.pairs();
		assertThat(this.outcomes.missing(pairs)).as("operations and statuses that no request has led to").isEmpty();
		logger.info("{} operations x their statuses = {} pairs, all exercised", Description.get().operations().size(),
				pairs.size());
	}

	@Test
	void everyRepresentationIsAnswered() {
		assertThat(this.outcomes.missing(Outcomes.representations())).as("representations that none asked for")
			.isEmpty();
	}

	@Test
	void everyRefusalOfEveryOperationIsExercised() {
		Set<String> refusals = Outcomes.refusals();
		assertThat(this.outcomes.missing(refusals)).as("operations and refusals that no request has led to").isEmpty();
		logger.info("{} refusals of operations, all exercised", refusals.size());
	}

	private TenantClient open() {
		return TenantClient.open(this.web, this.tenants).telling(this.outcomes::heard);
	}

	private static String scopeThatLacks(Operation operation) {
		return operation.node().path("x-scope").asString().equals("inventory:read") ? "tenant:admin" : "inventory:read";
	}

	/** Sends what is good but for one thing, if the operation declares the answer. */
	private void ask(Operation operation, int status, TenantClient client, String... headers) {
		if (operation.statuses().contains(status)) {
			JsonNode body = example(operation);
			String query = operation.takes("query", "atomic") ? "atomic=true" : "";
			ask(operation, status, client, type(operation), text(body), query, headers);
		}
	}

	private void ask(Operation operation, int status, TenantClient client, MediaType type, @Nullable String body,
			String query, String... headers) {
		String path = operation.path()
			.replaceAll("\\{(id|productId)}", UUID.randomUUID().toString())
			.replace("{sequence}", "999999");
		try {
			client.send(operation.method(), type, query.isEmpty() ? path : path + "?" + query, body, headers)
				.expect(status);
		}
		catch (AssertionError surprise) {
			this.surprises.add(operation + ": " + surprise.getMessage());
		}
	}

	/** Names what is not there, in the path or in the body. */
	private void askForNothing(Operation operation, TenantClient client) {
		if (!List.of("/api/auth/dev-token", "/api/tenant", "/api/stock-counts").contains(operation.path())) {
			ask(operation, 404, client);
		}
	}

	/** Uses a key again, if that is what is wrong first and the key is for one change. */
	private void askAgain(Operation operation, TenantClient client) {
		if (!operation.path().contains("{sequence}") && !operation.path().endsWith("/import")) {
			ask(operation, 422, client, "Idempotency-Key", "used");
		}
	}

	/** Reads no further than the headers: a feed has no end. */
	private void askInEveryWay(Operation operation, TenantClient client) {
		String main = client.get("/api/warehouses").expect(200).body().at("/items/0/id").asString();
		String path = operation.path().replace("/{id}/inventory", "/" + main + "/inventory");
		if (path.contains("{") || path.endsWith("/batch")) {
			return;
		}
		operation.response(200).path("content").propertyNames().forEach((type) -> {
			WebTestClient.RequestBodySpec request = this.web.method(operation.method())
				.uri(path)
				.header(HttpHeaders.ACCEPT, type)
				.headers((headers) -> headers.setBearerAuth(client.token()));
			String body = text(example(operation));
			FluxExchangeResult<byte[]> answer = ((body == null) ? request
					: request.contentType(type(operation)).bodyValue(body))
				.exchange()
				.returnResult(byte[].class);
			answer.getResponseBody().take(0).blockLast();
			if (answer.getStatus().value() == 200) {
				this.outcomes.heard(operation, Objects.requireNonNull(answer.getResponseHeaders().getContentType()));
			}
		});
	}

	/** Asks until it is too often for a tenant that may ask once a second. */
	private static void askTooOften(Operation operation, TenantClient limited) {
		String body = text(example(operation));
		String path = operation.path()
			.replaceAll("\\{(id|productId)}", UUID.randomUUID().toString())
			.replace("{sequence}", "999999");
		for (int i = 0; i < ATTEMPTS && operation.problems(429).contains("rate-limited"); i++) {
			if (limited.send(operation.method(), type(operation), path, body).status() == 429) {
				return;
			}
		}
	}

	private void mistakes(Operation operation, TenantClient client) {
		if (operation.statuses().contains(400)) {
			boolean bodily = !operation.bodies().isMissingNode();
			ask(operation, 400, client, type(operation), bodily ? "{\"nonsense\": true}" : null,
					bodily ? "" : "nonsense=1");
		}
		if (operation.statuses().contains(413)) {
			ask(operation, 413, client, type(operation), " ".repeat(limit(operation) + 1), "");
			ask(operation, 415, client, MediaType.TEXT_PLAIN, "nonsense", "");
		}
	}

	private static int limit(Operation operation) {
		return switch (operation.path().replaceFirst(".*/", "")) {
			case "batch" -> Limits.BATCH_BYTES;
			case "import" -> Limits.IMPORT_BYTES;
			default -> Limits.BODY_BYTES;
		};
	}

	private static @Nullable String text(JsonNode example) {
		return example.isMissingNode() ? null : example.isString() ? example.asString() : example.toString();
	}

	private static MediaType type(Operation operation) {
		return operation.bodies()
			.propertyStream()
			.findFirst()
			.map((body) -> MediaType.parseMediaType(body.getKey()))
			.orElse(MediaType.APPLICATION_JSON);
	}

	private static JsonNode example(Operation operation) {
		JsonNode body = operation.bodies()
			.propertyStream()
			.findFirst()
			.map((first) -> first.getValue())
			.orElse(operation.bodies());
		JsonNode named = body.path("examples");
		return named.isEmpty() ? body.path("example") : Description.get().resolve(named.iterator().next()).get("value");
	}

	/** A count without a sequence loses to a record that never stands still. */
	private static void countWhatMoves(TenantClient client, PrivatePostgres postgres, String database)
			throws SQLException {
		client.product("A");
		run(postgres, database, NEVER_STILL);
		client.post("/api/stock-counts", "{\"lines\": [{\"sku\": \"A\", \"counted\": 5}]}")
			.expectProblem(412, "stale-version");
		run(postgres, database, "drop policy never_still on ledger_head");
	}

	/** Another instance, whose own database first refuses everything and is then gone. */
	private void withoutDatabase() throws SQLException {
		LoggingSystem logging = LoggingSystem.get(getClass().getClassLoader());
		try (PrivatePostgres postgres = TestServers.privatePostgres()) {
			String database = TestServers.newDatabase(postgres.cluster());
			Map<String, Object> settings = new HashMap<>(TestServers.properties(postgres.cluster(), database));
			settings.put("stockroom.security.secret",
					this.context.getEnvironment().getProperty("stockroom.security.secret"));
			settings.put("stockroom.security.dev-token.enabled", false);
			settings.put("stockroom.tenancy.tenant-cache-time", "1h");
			settings.put("stockroom.live.streams-per-user", 0);
			try (ConfigurableApplicationContext other = Instance.beside(this.context, settings)) {
				TenantClient known = at(other);
				known.withToken(null).post("/api/auth/dev-token", "{}").expectProblem(404, "not-found");
				known.get("/api/tenant").expect(200);
				Description.get()
					.operations()
					.stream()
					.filter((operation) -> operation.problems(429).contains("too-many-streams"))
					.forEach((operation) -> ask(operation, 429, known, "Accept", "text/event-stream"));
				countWhatMoves(at(other), postgres, database);
				run(postgres, database, "update tenant set deleted_at = now()");
				known.get("/api/tenant").expectProblem(404, "not-found");
				known.send(HttpMethod.PATCH, "/api/tenant", "{}").expectProblem(404, "not-found");
				TenantClient unknown = at(other);
				run(postgres, database, "revoke all on all tables in schema public from public, stockroom_app");
				run(postgres, database, "revoke all on all functions in schema public from public, stockroom_app");
				// Sixty stack traces would hide those that nobody has asked for.
				logging.setLogLevel("app.stockroom.platform.ProblemHandler", LogLevel.OFF);
				Description.get().operations().forEach((operation) -> ask(operation, 500, unknown));
				postgres.kill();
				Description.get().operations().forEach((operation) -> ask(operation, 503, known));
			}
		}
		finally {
			logging.setLogLevel("app.stockroom.platform.ProblemHandler", null);
		}
	}

	/** A client of a tenant that the other instance has too; it knows the same keys. */
	private TenantClient at(ConfigurableApplicationContext other) {
		TenantClient client = open().with(EVERY_SCOPE);
		other.getBean(Tenants.class).open(client.tenant(), "Test", 10, 1000).block();
		String port = other.getEnvironment().getProperty("local.server.port");
		return client.at(WebTestClient.bindToServer()
			.baseUrl("http://localhost:" + port)
			.responseTimeout(Duration.ofMinutes(1))
			.build());
	}

	private static void run(PrivatePostgres postgres, String database, String sql) throws SQLException {
		try (Connection connection = postgres.cluster().connect(database, PostgresCluster.SUPERUSER);
				Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

}
