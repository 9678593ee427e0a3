package app.stockroom.platform;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import app.stockroom.Invariants;
import app.stockroom.Patience;
import app.stockroom.PrivatePostgres;
import app.stockroom.StockroomTest;
import app.stockroom.TcpProxy;
import app.stockroom.TcpProxy.Line;
import app.stockroom.TenantClient;
import app.stockroom.TestServers;
import app.stockroom.embedded.PostgresCluster;
import app.stockroom.tenancy.Tenants;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpStatusCode;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The database goes away in two ways and comes back: killed, and silent.
 */
@StockroomTest
class OutageTests {

	private static final PrivatePostgres POSTGRES = TestServers.privatePostgres();

	private static final String DATABASE = TestServers.newDatabase(POSTGRES.cluster());

	private static final TcpProxy LINE = TcpProxy.to(POSTGRES.cluster().host(), POSTGRES.cluster().port());

	private static final int CLIENTS = 40;

	/** Sooner than a client gives up, however slow the machine is. */
	private static final Duration AT_MOST = Duration.ofSeconds(45);

	private static final int WRITE_CONNECTIONS = 2;

	@Autowired
	private WebTestClient web;

	@Autowired
	private Tenants tenants;

	@Autowired
	private Environment environment;

	@Autowired
	private Database database;

	@DynamicPropertySource
	static void servers(DynamicPropertyRegistry registry) {
		Map<String, Object> properties = new HashMap<>(TestServers.properties(POSTGRES.cluster(), DATABASE));
		properties.put("spring.r2dbc.url", new PostgresCluster("127.0.0.1", LINE.port(), (_) -> "").r2dbcUrl(DATABASE));
		TestServers.register(registry, properties);
		// Short, for outages; long enough for a machine that stands still meanwhile.
		registry.add("stockroom.tenancy.read-timeout", () -> "5s");
		registry.add("stockroom.database.acquire-timeout", () -> "5s");
		registry.add("stockroom.database.connect-timeout", () -> "5s");
		registry.add("stockroom.ledger.write-connections", () -> WRITE_CONNECTIONS);
	}

	@AfterAll
	static void stop() {
		LINE.close();
		POSTGRES.close();
	}

	@Test
	void aKilledDatabaseIs503AtOnceAndEverythingWorksAfterwards() {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		assertServing(client);
		POSTGRES.kill();
		assertOutage(client);
		POSTGRES.start();
		Awaitility.await().untilAsserted(() -> assertServing(client));
	}

	@Test
	void aDatabaseThatWasRestartedIsUsedAtOnce() {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		assertServing(client);
		POSTGRES.stop();
		Awaitility.await().until(() -> LINE.connections() == 0);
		POSTGRES.start();
		assertThat(statuses(client)).as("nobody is lent one of the dead connections")
			.allMatch(HttpStatusCode::is2xxSuccessful);
	}

	@Test
	void aSilentDatabaseIs503AfterTheTimeoutAndEverythingWorksAfterwards() {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		assertServing(client);
		POSTGRES.pause();
		assertOutage(client);
		POSTGRES.resume();
		Awaitility.await().untilAsserted(() -> assertServing(client));
	}

	@Test
	void aDatabaseThatIsKnownToBeSilentIsSentNothing() throws Exception {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		String product = client.product("A");
		client.move(product, "IN", 1).expect(201);
		try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
			POSTGRES.pause();
			Future<TenantClient.Reply> early = threads
				.submit(() -> client.move(product, "IN", 2, "Idempotency-Key", "k"));
			Awaitility.await().until(this.database::isSilent);
			// Sent, it would be one whose outcome is unknown.
			assertUnavailable(client.move(product, "IN", 4));
			assertUnavailable(client.get("/api/products"));
			assertThat(early).as("nobody waits behind what was sent before").isNotDone();
			early.get().expectProblem(503, "outcome-unknown");
			POSTGRES.resume();
		}
		Awaitility.await().until(() -> !this.database.isSilent());
		client.move(product, "IN", 2, "Idempotency-Key", "k").expect(201);
		assertThat(client.stock(product).get("quantity").asLong()).isEqualTo(3);
	}

	@Test
	void afterASilenceNobodyIsLentAConnectionFromBefore() {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		String product = client.product("A");
		assertServing(client);
		LINE.become(Line.SILENT);
		LINE.forget();
		Awaitility.await().until(this.database::isSilent);
		LINE.heal();
		Awaitility.await().until(() -> !this.database.isSilent());
		// Each from a pool of its own; nothing passes on what it held before
		client.get("/api/products").expect(200);
		client.move(product, "IN", 1).expect(201);
		TenantClient.open(this.web, this.tenants);
	}

	@Test
	void whoFindsNoConnectionForAReadIs503() throws SQLException {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		client.get("/api/products").expect(200);
		try (Connection owner = Invariants.owner(this.environment)) {
			owner.setAutoCommit(false);
			owner.createStatement().execute("lock table product in access exclusive mode");
			long start = System.nanoTime();
			List<TenantClient.Reply> replies = Flux.range(0, CLIENTS)
				.flatMap((_) -> Mono.fromCallable(() -> client.get("/api/products"))
					.subscribeOn(Schedulers.boundedElastic()), CLIENTS)
				.collectList()
				.block();
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_MOST);
			assertThat(replies).allSatisfy(OutageTests::assertUnavailable);
		}
		Awaitility.await().until(() -> client.get("/api/products").status() == 200);
	}

	@Test
	void whoFindsNoConnectionForAWriteIs503AndChangesNothing() throws Exception {
		List<TenantClient> clients = Stream.generate(() -> TenantClient.open(this.web, this.tenants))
			.limit(WRITE_CONNECTIONS + 1)
			.toList();
		List<String> products = clients.stream().map((client) -> client.product("A")).toList();
		List<Future<TenantClient.Reply>> blocked = new ArrayList<>();
		try (Connection owner = Invariants.owner(this.environment);
				ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
			owner.setAutoCommit(false);
			owner.createStatement().execute("select from ledger_head for update");
			for (int i = 0; i < WRITE_CONNECTIONS; i++) {
				TenantClient client = clients.get(i);
				String product = products.get(i);
				blocked.add(threads.submit(() -> client.move(product, "IN", 1)));
			}
			Awaitility.await().until(() -> waiting(owner) == WRITE_CONNECTIONS);
			long start = System.nanoTime();
			assertUnavailable(clients.getLast().move(products.getLast(), "IN", 1));
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_MOST);
			owner.rollback();
		}
		for (Future<TenantClient.Reply> reply : blocked) {
			assertThat(reply.get().status()).isIn(201, 503);
		}
		assertThat(clients.getLast().stock(products.getLast()).get("quantity").asLong()).isZero();
		clients.getLast().move(products.getLast(), "IN", 1).expect(201);
	}

	/** Calls that wait for a lock. */
	private static int waiting(Connection connection) throws SQLException {
		try (ResultSet rows = connection.createStatement()
			.executeQuery("select count(distinct pid) from pg_locks where not granted")) {
			rows.next();
			return rows.getInt(1);
		}
	}

	private static void assertUnavailable(TenantClient.Reply reply) {
		reply.expectProblem(503, "unavailable");
		assertThat(reply.headers().getFirst("Retry-After")).isEqualTo("1");
	}

	private void assertServing(TenantClient client) {
		this.web.get().uri("/actuator/health/readiness").exchange().expectStatus().isOk();
		assertThat(statuses(client)).allMatch(HttpStatusCode::is2xxSuccessful);
	}

	private void assertOutage(TenantClient client) {
		long start = System.nanoTime();
		assertThat(statuses(client)).extracting(HttpStatusCode::value).containsOnly(503);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_MOST);
		TenantClient.Reply reply = client.get("/api/tenant").expectProblem(503, "unavailable");
		assertThat(reply.headers().getFirst("Retry-After")).isEqualTo("1");
		this.web.get().uri("/actuator/health/readiness").exchange().expectStatus().isEqualTo(503);
		this.web.get().uri("/actuator/health/liveness").exchange().expectStatus().isOk();
	}

	/** Many clients at once, each with its own request. */
	private List<HttpStatusCode> statuses(TenantClient client) {
		WebTestClient patient = this.web.mutate().responseTimeout(Patience.LONG).build();
		return Flux.range(0, CLIENTS)
			.parallel(CLIENTS)
			.runOn(Schedulers.boundedElastic())
			.map((_) -> patient.get()
				.uri("/api/tenant")
				.headers((headers) -> headers.setBearerAuth(client.token()))
				.exchange()
				.returnResult(byte[].class)
				.getStatus())
			.sequential()
			.collectList()
			.block(Patience.LONG.multipliedBy(2));
	}

}
