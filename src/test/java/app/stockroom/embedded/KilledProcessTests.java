package app.stockroom.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class KilledProcessTests {

	private static final Path PROGRAMS = Path.of("target", "test-servers", "programs").toAbsolutePath();

	@TempDir
	private Path data;

	private Process jvm;

	private List<ProcessHandle> servers;

	@BeforeEach
	void startServersInAnotherJvm() throws IOException {
		this.jvm = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-cp",
				System.getProperty("java.class.path"), ServersToKill.class.getName(), this.data.toString(),
				PROGRAMS.toString())
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
		String pids = this.jvm.inputReader()
			.lines()
			.filter((line) -> line.matches("\\d+ \\d+"))
			.findFirst()
			.orElseThrow();
		this.servers = Stream.of(pids.split(" "))
			.map((pid) -> ProcessHandle.of(Long.parseLong(pid)).orElseThrow())
			.toList();
		assertThat(this.servers).allMatch(KilledProcessTests::runs);
	}

	@AfterEach
	void killWhatIsLeft() {
		this.jvm.destroyForcibly();
		this.servers.forEach(ProcessHandle::destroyForcibly);
	}

	@Test
	void aJvmKilledWithMinus9LeavesNoServerBehind() {
		this.jvm.destroyForcibly();
		await().until(() -> this.servers.stream().noneMatch(KilledProcessTests::runs));
	}

	@Test
	void aServerThatOutlivedItsWatchdogTooIsReplacedAndNotAdopted() throws SQLException {
		List<ProcessHandle> watchdogs = this.jvm.children().toList();
		assertThat(watchdogs).hasSize(2);
		watchdogs.forEach(ProcessHandle::destroyForcibly);
		this.jvm.destroyForcibly().onExit().join();
		assertThat(this.servers).allMatch(KilledProcessTests::runs);
		try (DataDirectory directory = DataDirectory.open(this.data);
				RedisServer redis = RedisServer.start(directory, PROGRAMS, Ports.free());
				PostgresServer postgres = PostgresServer.start(directory, PROGRAMS, Ports.free(), Map.of());
				Connection connection = postgres.cluster().connect("kept", PostgresCluster.OWNER)) {
			assertThat(this.servers).noneMatch(KilledProcessTests::runs);
			assertThat(connection.isValid(1)).isTrue();
			assertThat(List.of(postgres.pid(), redis.pid()))
				.doesNotContainAnyElementsOf(this.servers.stream().map(ProcessHandle::pid).toList());
		}
	}

	/** A process that nobody has reaped yet still has a number, but runs no program. */
	private static boolean runs(ProcessHandle process) {
		return process.info().command().isPresent();
	}

}
