package app.stockroom.replay;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import app.stockroom.Invariants;
import app.stockroom.StockroomTest;
import app.stockroom.TcpProxy;
import app.stockroom.TenantClient;
import app.stockroom.ledger.EntryType;
import app.stockroom.sales.SalesFiles;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.env.Environment;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@StockroomTest
class ReplayTests {

	private static final int LINES = 3_000;

	@LocalServerPort
	private int port;

	@Autowired
	private Environment environment;

	@Autowired
	private WebTestClient web;

	@Autowired
	private Tenants tenants;

	@TempDir
	private Path directory;

	@ParameterizedTest
	@EnumSource
	void everyProductEndsAsTheModelSays(Options.Mode mode) throws Exception {
		Path file = file("all", 1, LINES);
		Run run = replay(file, "--mode=" + mode.word());
		assertThat(run.text()).contains("0 refused; 0 were known from before")
			.contains("products compared with the model: 0 deviate");
		assertThat(run.exitCode()).isZero();
		Invariants.hold(this.environment);
	}

	@ParameterizedTest
	@EnumSource
	void aSecondReplayAddsNothing(Options.Mode mode) throws Exception {
		Path file = file("again", 2, LINES);
		assertThat(replay(file, "--mode=" + mode.word()).exitCode()).isZero();
		long entries = entries();
		Run again = replay(file, "--mode=" + mode.word());
		assertThat(again.exitCode()).isZero();
		assertThat(again.text()).doesNotContain(" 0 were known from before");
		assertThat(entries()).isEqualTo(entries);
	}

	@ParameterizedTest
	@EnumSource
	void linesWhoseAnswersAreLostAreNeitherDroppedNorDoubled(Options.Mode mode) throws Exception {
		Path file = file("cut", 3, LINES);
		// With a token nothing is asked for whose answer grows with the other tests: more
		// than a page of the few products, so that the lines' answers are what is cut.
		TenantClient client = TenantClient.open(this.web, this.tenants);
		try (TcpProxy proxy = TcpProxy.to("127.0.0.1", this.port).cutting(20, 8_000)) {
			Run run = replay(file, "--mode=" + mode.word(), "--token=" + client.token(),
					"--url=http://127.0.0.1:" + proxy.port());
			assertThat(run.text()).contains("waiting for the service").contains("0 deviate");
			assertThat(run.exitCode()).isZero();
			assertThat(proxy.cutsLeft()).isZero();
		}
		Invariants.hold(this.environment);
	}

	@Test
	void aReplayKilledInTheMiddleIsCompletedByTheNext() throws Exception {
		Path file = file("killed", 4, 20 * LINES);
		long before = entries();
		List<String> command = List.of(ProcessHandle.current().info().command().orElseThrow(), "-cp",
				System.getProperty("java.class.path"), Replay.class.getName(), file.toString(),
				"--url=http://127.0.0.1:" + this.port);
		Process process = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start();
		await().until(() -> entries() > before + LINES);
		process.destroyForcibly().waitFor();
		Run run = replay(file);
		assertThat(run.text()).doesNotContain(" 0 were known from before").contains("0 refused").contains("0 deviate");
		assertThat(run.exitCode()).isZero();
		Invariants.hold(this.environment);
	}

	@Test
	void aMalformedFileIsNamedWithItsLineAndNothingIsPosted() throws Exception {
		Path file = SalesFiles.write(this.directory.resolve("bad.csv.gz"),
				SalesFiles.awkwardLines(LINES, 5) + "1,A,B,many,2010-12-01 08:00:00,1.0,,EIRE\n");
		long entries = entries();
		long tenantsBefore = count("tenant");
		Run run = replay(file);
		assertThat(run.exitCode()).isEqualTo(2);
		assertThat(run.text())
			.contains("bad.csv.gz, line " + (LINES + 2) + ": Quantity 'many' is not an integer up to 9007199254740991");
		assertThat(entries()).isEqualTo(entries);
		assertThat(count("tenant")).isEqualTo(tenantsBefore);
	}

	@Test
	void aFileThatIsNotThereAndWrongUsageEndWithTheUsersFault() {
		assertThat(replay(this.directory.resolve("none.csv.gz")).exitCode()).isEqualTo(2);
		Run usage = run("--mode=fast");
		assertThat(usage.exitCode()).isEqualTo(2);
		assertThat(usage.text()).contains("Usage: replay <file.csv.gz>");
	}

	@Test
	void aPieceThatSomebodyElseTookIsADeviation() throws Exception {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		Path file = file("taken", 6, 200);
		assertThat(replay(file, "--token=" + client.token()).exitCode()).isZero();
		client
			.post("/api/stock-movements",
					"{\"sku\": \"RETURNED\", \"type\": \"OUT\", \"quantity\": 1, \"reason\": \"theft\"}")
			.expect(201);
		Run run = replay(file, "--token=" + client.token());
		assertThat(run.text()).contains("RETURNED: quantity 74214, the model says 74215");
		assertThat(run.exitCode()).isEqualTo(1);
	}

	@Test
	void stockFromElsewhereEndsTheReplayBeforeItsFirstLine() throws Exception {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		String product = client.product("1A");
		client.move(product, "IN", 5).expect(201);
		Path file = SalesFiles.write(this.directory.resolve("mixed.csv.gz"),
				"1,1A,BAG,3,2010-12-01 08:00:00,1.0,,EIRE\n");
		Run run = replay(file, "--token=" + client.token());
		assertThat(run.exitCode()).isEqualTo(3);
		assertThat(run.text()).contains("opening of 1A").contains("replay into a tenant of its own");
		assertThat(client.stock(product).get("quantity").asLong()).isEqualTo(5);
	}

	@Test
	void aTokenThatDoesNotAllowItEndsTheReplay() throws Exception {
		TenantClient reader = TenantClient.open(this.web, this.tenants).with("inventory:read");
		Run run = replay(file("forbidden", 7, 10), "--token=" + reader.token());
		assertThat(run.exitCode()).isEqualTo(3);
		assertThat(run.text()).contains("the service refused: 403 forbidden");
	}

	private Path file(String name, long seed, int lines) throws IOException {
		return SalesFiles.write(this.directory.resolve(name + ".csv.gz"), SalesFiles.awkwardLines(lines, seed));
	}

	/** What other tests have reserved may be set free meanwhile. */
	private long entries() throws SQLException {
		return count("movement where type <> " + EntryType.RELEASE.code());
	}

	private long count(String table) throws SQLException {
		try (Connection owner = Invariants.owner(this.environment);
				Statement statement = owner.createStatement();
				ResultSet rows = statement.executeQuery("select count(*) from " + table)) {
			rows.next();
			return rows.getLong(1);
		}
	}

	private Run replay(Path file, String... options) {
		List<String> arguments = new ArrayList<>(List.of(file.toString(), "--url=http://127.0.0.1:" + this.port));
		arguments.addAll(List.of(options));
		return run(arguments.toArray(String[]::new));
	}

	private static Run run(String... arguments) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		int exitCode = Replay.run(new PrintStream(out, true, StandardCharsets.UTF_8), arguments);
		return new Run(exitCode, out.toString(StandardCharsets.UTF_8));
	}

	private record Run(int exitCode, String text) {
	}

}
