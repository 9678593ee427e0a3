package app.stockroom.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class EmbeddedPostgresTests {

	private static final Path PROGRAMS = Path.of("target", "test-servers", "programs").toAbsolutePath();

	@TempDir
	private Path data;

	@Test
	void dataSurvivesARestart() throws SQLException {
		try (DataDirectory directory = DataDirectory.open(this.data); PostgresServer server = start(directory)) {
			server.cluster().createDatabase("stockroom");
			query(server, PostgresCluster.OWNER, "create table kept as select 42 as answer");
		}
		try (DataDirectory directory = DataDirectory.open(this.data); PostgresServer server = start(directory)) {
			server.cluster().createDatabase("stockroom");
			assertThat(query(server, PostgresCluster.OWNER, "select answer from kept")).isEqualTo("42");
		}
	}

	@Test
	void theServerItselfSaysThatItIsDurableAndOnLoopbackOnly() throws SQLException {
		try (DataDirectory directory = DataDirectory.open(this.data); PostgresServer server = start(directory)) {
			server.cluster().createDatabase("stockroom");
			for (String setting : new String[] { "fsync", "synchronous_commit", "full_page_writes",
					"data_checksums" }) {
				assertThat(query(server, PostgresCluster.APPLICATION, "show " + setting)).as(setting).isEqualTo("on");
			}
			assertThat(query(server, PostgresCluster.APPLICATION, "show listen_addresses")).isEqualTo("127.0.0.1");
			assertThat(query(server, PostgresCluster.APPLICATION, "show server_version")).startsWith("18.");
		}
	}

	@Test
	void nobodyEntersWithoutAPasswordThatOnlyTheOwnerCanRead() throws SQLException, IOException {
		try (DataDirectory directory = DataDirectory.open(this.data); PostgresServer server = start(directory)) {
			for (String role : new String[] { PostgresCluster.SUPERUSER, PostgresCluster.OWNER,
					PostgresCluster.APPLICATION }) {
				assertThatExceptionOfType(SQLException.class)
					.isThrownBy(
							() -> DriverManager.getConnection(server.cluster().jdbcUrl("postgres"), role, "guessed"))
					.withMessageContaining("password authentication failed");
			}
			assertThat(server.cluster().password(PostgresCluster.OWNER))
				.isNotEqualTo(server.cluster().password(PostgresCluster.APPLICATION));
			assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(this.data.resolve("secret"))))
				.isEqualTo("rw-------");
			assertThat(this.data.resolve("postgres.password")).doesNotExist();
		}
	}

	@Test
	void refusesADirectoryThatIsInUse() {
		try (DataDirectory directory = DataDirectory.open(this.data)) {
			assertThatExceptionOfType(EmbeddedServerException.class)
				.isThrownBy(() -> DataDirectory.open(directory.path()))
				.withMessageContaining("in use")
				.withMessageContaining(Long.toString(ProcessHandle.current().pid()));
		}
	}

	@Test
	void refusesDataOfAnotherMajorVersion() throws IOException {
		Files.createDirectories(this.data.resolve("postgres"));
		Files.writeString(this.data.resolve("postgres/PG_VERSION"), "17\n");
		try (DataDirectory directory = DataDirectory.open(this.data)) {
			assertThatExceptionOfType(EmbeddedServerException.class).isThrownBy(() -> start(directory))
				.withMessageContaining("written by PostgreSQL 17")
				.withMessageContaining("18.");
		}
	}

	@Test
	void saysWhyWhenTheServerDoesNotStart() {
		try (DataDirectory directory = DataDirectory.open(this.data)) {
			assertThatExceptionOfType(EmbeddedServerException.class)
				.isThrownBy(
						() -> PostgresServer.start(directory, PROGRAMS, Ports.free(), Map.of("no_such_setting", "1")))
				.withMessageContaining("no_such_setting");
		}
	}

	@Test
	void namesThePlatformThatHasNoServers() {
		assertThatExceptionOfType(EmbeddedServerException.class)
			.isThrownBy(() -> Binaries.require(Platform.of("Windows 11", "amd64")))
			.withMessageContaining("windows-11-amd64")
			.satisfies((ex) -> assertThat(ex.action()).contains("WSL", "spring.r2dbc.url"));
	}

	private static PostgresServer start(DataDirectory directory) {
		return PostgresServer.start(directory, PROGRAMS, Ports.free(), Map.of());
	}

	private static String query(PostgresServer server, String role, String sql) throws SQLException {
		try (Connection connection = server.cluster().connect("stockroom", role);
				Statement statement = connection.createStatement()) {
			if (!statement.execute(sql)) {
				return "";
			}
			try (ResultSet rows = statement.getResultSet()) {
				rows.next();
				return rows.getString(1);
			}
		}
	}

}
