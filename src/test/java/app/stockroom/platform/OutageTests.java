package app.stockroom.platform;

import java.time.Duration;
import java.util.List;

import app.stockroom.PrivatePostgres;
import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.TestServers;
import app.stockroom.tenancy.Tenants;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Autowired;
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

	private static final int CLIENTS = 40;

	@Autowired
	private WebTestClient web;

	@Autowired
	private Tenants tenants;

	@DynamicPropertySource
	static void servers(DynamicPropertyRegistry registry) {
		TestServers.register(registry, TestServers.properties(POSTGRES.cluster(), DATABASE));
		registry.add("stockroom.tenancy.read-timeout", () -> "2s");
	}

	@AfterAll
	static void stop() {
		POSTGRES.close();
	}

	@Test
	void aKilledDatabaseIs503AtOnceAndEverythingWorksAfterwards() {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		assertServing(client);
		POSTGRES.kill();
		assertOutage(client);
		POSTGRES.start();
		Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertServing(client));
	}

	@Test
	void aDatabaseThatWasRestartedIsUsedAtOnce() {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		assertServing(client);
		POSTGRES.stop();
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
		Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertServing(client));
	}

	private void assertServing(TenantClient client) {
		this.web.get().uri("/actuator/health/readiness").exchange().expectStatus().isOk();
		assertThat(statuses(client)).allMatch(HttpStatusCode::is2xxSuccessful);
	}

	private void assertOutage(TenantClient client) {
		long start = System.nanoTime();
		assertThat(statuses(client)).extracting(HttpStatusCode::value).containsOnly(503);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
		TenantClient.Reply reply = client.get("/api/tenant").expectProblem(503, "unavailable");
		assertThat(reply.headers().getFirst("Retry-After")).isEqualTo("1");
		this.web.get().uri("/actuator/health/readiness").exchange().expectStatus().isEqualTo(503);
		this.web.get().uri("/actuator/health/liveness").exchange().expectStatus().isOk();
	}

	/** Many clients at once, each with its own request. */
	private List<HttpStatusCode> statuses(TenantClient client) {
		WebTestClient patient = this.web.mutate().responseTimeout(Duration.ofSeconds(30)).build();
		return Flux.range(0, CLIENTS)
			.parallel(CLIENTS)
			.runOn(reactor.core.scheduler.Schedulers.boundedElastic())
			.map((_) -> patient.get()
				.uri("/api/tenant")
				.headers((headers) -> headers.setBearerAuth(client.token()))
				.exchange()
				.returnResult(byte[].class)
				.getStatus())
			.sequential()
			.collectList()
			.block(Duration.ofSeconds(60));
	}

}
