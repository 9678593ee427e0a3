package app.stockroom.platform;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import app.stockroom.PrivatePostgres;
import app.stockroom.TestServers;
import app.stockroom.embedded.PostgresCluster;
import app.stockroom.live.Instance;
import org.awaitility.Awaitility;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The service starts before its database does.
 */
class StartWithoutDatabaseTests {

	private static final HttpClient HTTP = HttpClient.newHttpClient();

	private static final Duration LONG = Duration.ofSeconds(60);

	private final PrivatePostgres postgres = TestServers.privatePostgres();

	private final PostgresCluster cluster = this.postgres.cluster();

	private final String database = TestServers.newDatabase(this.cluster);

	@AfterEach
	void close() {
		this.postgres.close();
	}

	@Test
	void whereItMigratesItWaits() throws Exception {
		this.postgres.stop();
		CompletableFuture<ConfigurableApplicationContext> start;
		try (ServerSocket nobody = new ServerSocket(this.cluster.port(), 1, InetAddress.getByName("127.0.0.1"))) {
			start = CompletableFuture.supplyAsync(() -> start(true));
			nobody.accept().close(); // tried, and sent away
		}
		this.postgres.start();
		try (ConfigurableApplicationContext service = start.join()) {
			Awaitility.await().until(() -> status(service, "/readyz") == 200);
		}
	}

	@Test
	void whereItDoesNotItLivesIsNotReadyAndServesNobody() throws Exception {
		this.postgres.stop();
		try (ConfigurableApplicationContext service = start(false)) {
			assertUnready(service);
			this.postgres.start();
			Awaitility.await().until(() -> checks() == 1);
			assertUnready(service);
			migrate();
			Awaitility.await().until(() -> status(service, "/readyz") == 200);
			// Connections that are not needed any more.
			Awaitility.await().until(() -> checks() == 0);
		}
	}

	private static void assertUnready(ConfigurableApplicationContext service) throws Exception {
		assertThat(status(service, "/livez")).isEqualTo(200);
		assertThat(status(service, "/readyz")).isEqualTo(503);
		HttpResponse<String> token = HTTP
			.send(request(service, "/api/auth/dev-token").header("Content-Type", "application/json")
				.POST(HttpRequest.BodyPublishers.ofString("{\"scope\":\"platform:admin\"}"))
				.build(), HttpResponse.BodyHandlers.ofString());
		String bearer = token.body().replaceAll(".*\"access_token\":\"([^\"]*)\".*", "$1");
		HttpResponse<String> answer = HTTP.send(
				request(service, "/api/tenants").header("Authorization", "Bearer " + bearer).build(),
				HttpResponse.BodyHandlers.ofString());
		assertThat(answer.statusCode()).isEqualTo(503);
		assertThat(answer.body()).contains("urn:stockroom:unavailable");
	}

	private ConfigurableApplicationContext start(boolean migrating) {
		Map<String, Object> settings = new HashMap<>(TestServers.properties(this.cluster, this.database));
		settings.putAll(TestServers.properties(TestServers.redis()));
		settings.putAll(Map.of("spring.flyway.enabled", migrating, "stockroom.embedded.postgresql.enabled", false,
				"stockroom.embedded.redis.enabled", false, "stockroom.demo.enabled", false,
				"stockroom.security.dev-token.enabled", true));
		return Instance.start(settings);
	}

	private void migrate() {
		Flyway.configure()
			.dataSource(this.cluster.jdbcUrl(this.database), PostgresCluster.OWNER,
					this.cluster.password(PostgresCluster.OWNER))
			.placeholders(Map.of("applicationRole", PostgresCluster.APPLICATION))
			.load()
			.migrate();
	}

	/** Connections of who has asked whether all is well. */
	private long checks() throws SQLException {
		try (Connection connection = this.cluster.connect(this.database, PostgresCluster.SUPERUSER);
				ResultSet row = connection.createStatement().executeQuery("""
						select count(*) from pg_stat_activity
						where application_name = 'stockroom-check' and state = 'idle' and query ~ 'rolbypassrls'
						""")) {
			row.next();
			return row.getLong(1);
		}
	}

	private static int status(ConfigurableApplicationContext service, String path)
			throws IOException, InterruptedException {
		return HTTP.send(request(service, path).build(), HttpResponse.BodyHandlers.discarding()).statusCode();
	}

	private static HttpRequest.Builder request(ConfigurableApplicationContext service, String path) {
		return HttpRequest
			.newBuilder(URI.create(
					"http://127.0.0.1:%s%s".formatted(service.getEnvironment().getProperty("local.server.port"), path)))
			.timeout(LONG);
	}

}
