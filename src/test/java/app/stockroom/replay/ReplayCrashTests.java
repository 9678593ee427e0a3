package app.stockroom.replay;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

import app.stockroom.Invariants;
import app.stockroom.ServiceProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class ReplayCrashTests {

	private static final int LINES = 6000;

	@TempDir
	Path directory;

	@Test
	void aServiceKilledAmidAReplayLosesNothingAndDoublesNothing() throws Exception {
		Path file = sales();
		try (ServiceProcess service = ServiceProcess.start()) {
			CompletableFuture<String> cutOff = CompletableFuture.supplyAsync(() -> replay(file, service));
			await().atMost(Duration.ofMinutes(1)).until(() -> movements(service) > LINES / 4);
			service.kill();
			assertThat(movements(service)).as("the kill hit the middle").isLessThan(LINES);
			service.startAgain();
			cutOff.get();
			assertThat(replay(file, service)).startsWith("0 ");
			assertThat(movements(service)).isEqualTo(LINES);
			Invariants.hold(service.environment());
		}
	}

	private static String replay(Path file, ServiceProcess service) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		int code = Replay.run(new PrintStream(out, true, StandardCharsets.UTF_8), file.toString(),
				"--url=" + service.url());
		return code + " " + out.toString(StandardCharsets.UTF_8);
	}

	private static long movements(ServiceProcess service) throws SQLException {
		try (Connection owner = Invariants.owner(service.environment());
				ResultSet rows = owner.createStatement()
					.executeQuery("select count(*) from movement where type in (2, 3)")) {
			rows.next();
			return rows.getLong(1);
		}
	}

	/** The first lines of the sample. */
	private Path sales() throws IOException {
		Path file = this.directory.resolve("sales.csv.gz");
		try (BufferedReader sample = new BufferedReader(new InputStreamReader(
				new GZIPInputStream(getClass().getResourceAsStream("/demo/online-retail-2010-12.csv.gz")),
				StandardCharsets.UTF_8)); GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
			String lines = sample.lines().limit(LINES + 1).collect(Collectors.joining("\n", "", "\n"));
			out.write(lines.getBytes(StandardCharsets.UTF_8));
		}
		return file;
	}

}
