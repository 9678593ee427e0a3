package app.stockroom;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import app.stockroom.embedded.PostgresCluster;
import app.stockroom.platform.Limits;
import app.stockroom.tenancy.Tenants;
import io.micrometer.core.instrument.MeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.env.Environment;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * An export of a large ledger to clients that read slowly, hang up, or are too many.
 */
@StockroomTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExportTests {

	private static final String NDJSON = "application/x-ndjson";

	private static final int FIRST = 101;

	private static final int ENTRIES = 300_000;

	/** Every row has this many bytes at least. */
	private static final int ROW_BYTES = 450;

	/** What Reactor Netty asks for ahead of the socket. */
	private static final int BUFFERS_AHEAD = 128;

	/** What two sockets on one machine hold at most, with room to spare. */
	private static final int SOCKET_BYTES = 16 * 1024 * 1024;

	private static final int ROWS_PER_FETCH = 1000;

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@Autowired
	MeterRegistry meters;

	@Autowired
	Environment environment;

	@LocalServerPort
	int port;

	@Value("${stockroom.tenancy.stream-connections}")
	int mostExports;

	@Value("${stockroom.tenancy.streams-per-tenant}")
	int mostOfOneTenant;

	private TenantClient client;

	private TenantClient other;

	@BeforeAll
	void fill() throws SQLException {
		this.client = TenantClient.open(this.web, this.tenants);
		this.other = TenantClient.open(this.web, this.tenants);
		fill(this.client, ENTRIES);
		// Just more than is read ahead of a client that takes nothing.
		fill(this.other, ENTRIES / 5);
	}

	private void fill(TenantClient tenant, int entries) throws SQLException {
		try (Connection owner = Invariants.owner(this.environment); Statement statement = owner.createStatement()) {
			statement.execute(
					"""
							insert into movement (tenant_id, sequence, created_at, delta, reserved_delta, type, actor, reason)
							select '%s', n, timestamptz '2020-01-01Z' + n * interval '1 second', 0, 0, 11, 'test', repeat('x', 400)
							from generate_series(%d, %d) n
							"""
						.formatted(tenant.tenant(), FIRST, FIRST + entries - 1));
		}
	}

	/** What was filled in stands for no stock, and others look at the whole database. */
	@AfterAll
	void takeAwayWhatWasFilledIn() throws SQLException {
		try (Connection owner = Invariants.owner(this.environment); Statement statement = owner.createStatement()) {
			statement.execute("delete from movement where sequence >= %d and tenant_id in ('%s', '%s')".formatted(FIRST,
					this.client.tenant(), this.other.tenant()));
		}
	}

	@Test
	void theDatabaseIsReadNoFasterThanTheClientReads() throws Exception {
		double before = rows();
		try (BufferedReader lines = reader(open(this.client, NDJSON))) {
			assertThat(lines.readLine()).hasSizeGreaterThan(ROW_BYTES);
			awaitThatTheDatabaseWaits(1);
			long ahead = (BUFFERS_AHEAD * 2L * Limits.EXPORT_BUFFER_BYTES + SOCKET_BYTES) / ROW_BYTES
					+ 2 * Limits.EXPORT_ROWS_AHEAD + ROWS_PER_FETCH;
			assertThat(ahead).isLessThan(ENTRIES / 4);
			assertThat(rows() - before).isBetween(1.0, (double) ahead);
			for (int read = 1; read < ENTRIES / 2; read++) {
				lines.readLine();
			}
			awaitThatTheDatabaseWaits(1);
			assertThat(rows() - before).isBetween(ENTRIES / 2.0, ENTRIES / 2.0 + ahead);
			assertThat(lines.lines().count()).isEqualTo(ENTRIES - ENTRIES / 2);
		}
		assertThat(rows() - before).isEqualTo(ENTRIES);
		awaitNoExport();
	}

	@ParameterizedTest
	@ValueSource(strings = { NDJSON, "text/csv" })
	void aClientThatHangsUpFreesItsConnection(String type) throws Exception {
		for (boolean stalled : new boolean[] { true, false }) {
			InputStream body = open(this.client, type);
			body.readNBytes(1000);
			if (stalled) {
				awaitThatTheDatabaseWaits(1);
			}
			body.close();
			awaitNoExport();
		}
	}

	@Test
	void oneExportMoreThanThereMayBeIsRefusedAtOnce() throws Exception {
		List<InputStream> open = new ArrayList<>();
		for (TenantClient tenant : List.of(this.client, this.other)) {
			for (int i = 0; i < this.mostOfOneTenant; i++) {
				open.add(open(tenant, NDJSON));
			}
			if (open.size() < this.mostExports) {
				refuse(tenant, this.mostOfOneTenant);
			}
		}
		assertThat(open).hasSize(this.mostExports);
		refuse(TenantClient.open(this.web, this.tenants), this.mostExports);
		// Pages do not wait behind exports.
		this.client.get("/api/stock-movements").expect(200);
		open.removeFirst().close();
		Awaitility.await().untilAsserted(() -> open.add(open(this.client, NDJSON)));
		for (InputStream body : open) {
			body.close();
		}
		awaitNoExport();
	}

	private void refuse(TenantClient tenant, int most) throws Exception {
		for (String type : List.of(NDJSON, "text/csv")) {
			HttpResponse<InputStream> refused = send(tenant, type);
			assertThat(refused.statusCode()).isEqualTo(503);
			assertThat(refused.headers().firstValue("Retry-After")).isPresent();
			assertThat(refused.headers().firstValue("Content-Disposition")).isEmpty();
			JsonNode problem = new JsonMapper().readTree(refused.body());
			assertThat(problem.get("type").asString()).isEqualTo("urn:stockroom:unavailable");
			assertThat(problem.get("exports").asInt()).isEqualTo(most);
		}
	}

	@Test
	void anExportThatLosesItsDatabaseSaysSo() throws Exception {
		try (BufferedReader lines = reader(open(this.client, NDJSON))) {
			awaitThatTheDatabaseWaits(1);
			terminate();
			List<String> all = lines.lines().toList();
			assertThat(all.size()).isLessThan(ENTRIES);
			JsonNode problem = new JsonMapper().readTree(all.getLast());
			assertThat(problem.get("type").asString()).isEqualTo("urn:stockroom:unavailable");
			assertThat(problem.get("status").asInt()).isEqualTo(503);
		}
		// The server says goodbye before its backend has left.
		awaitNoExport();
		Awaitility.await().untilAsserted(() -> assertThat(backends("count(*)")).isZero());
		InputStream csv = open(this.client, "text/csv");
		awaitThatTheDatabaseWaits(1);
		terminate();
		assertThatExceptionOfType(IOException.class).isThrownBy(csv::readAllBytes);
		awaitNoExport();
	}

	private InputStream open(TenantClient tenant, String type) throws IOException, InterruptedException {
		HttpResponse<InputStream> response = send(tenant, type);
		assertThat(response.statusCode()).isEqualTo(200);
		return response.body();
	}

	/** A client of its own each time, so that closing it closes the connection. */
	private HttpResponse<InputStream> send(TenantClient tenant, String type) throws IOException, InterruptedException {
		HttpRequest request = HttpRequest
			.newBuilder(URI.create("http://localhost:" + this.port + "/api/stock-movements?fromSequence=" + FIRST))
			.header("Authorization", "Bearer " + tenant.token())
			.header("Accept", type)
			.timeout(Duration.ofSeconds(60))
			.build();
		return HttpClient.newBuilder()
			.version(HttpClient.Version.HTTP_1_1)
			.build()
			.send(request, HttpResponse.BodyHandlers.ofInputStream());
	}

	private static BufferedReader reader(InputStream body) {
		return new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
	}

	private double rows() {
		return this.meters.get("stockroom.export.rows").counter().count();
	}

	private void awaitNoExport() {
		Awaitility.await()
			.untilAsserted(
					() -> assertThat(this.meters.get("r2dbc.pool.acquired").tag("name", "streams").gauge().value())
						.isZero());
	}

	/**
	 * Waits until rows are not taken any more, and the server waits to be asked for more.
	 */
	private void awaitThatTheDatabaseWaits(int exports) {
		double[] seen = { -1 };
		Awaitility.await().pollInterval(Duration.ofMillis(200)).untilAsserted(() -> {
			double before = seen[0];
			seen[0] = rows();
			assertThat(seen[0]).isEqualTo(before);
			assertThat(backends("count(*)")).isEqualTo(exports);
		});
	}

	private void terminate() throws SQLException {
		assertThat(backends("count(pg_terminate_backend(pid))")).isEqualTo(1);
	}

	/** Asks about the exports whose next step is the client's. */
	private long backends(String what) throws SQLException {
		String url = this.environment.getRequiredProperty("spring.r2dbc.url");
		try (Connection connection = TestServers.postgres()
			.connect(url.substring(url.lastIndexOf('/') + 1), PostgresCluster.SUPERUSER);
				Statement statement = connection.createStatement();
				ResultSet result = statement.executeQuery("select " + what + " from pg_stat_activity"
						+ " where datname = current_database() and application_name = 'stockroom-streams'"
						+ " and xact_start is not null and wait_event = 'ClientRead'")) {
			result.next();
			return result.getLong(1);
		}
	}

}
