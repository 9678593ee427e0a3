package app.stockroom;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import app.stockroom.embedded.PostgresCluster;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class TestServersTests {

	@Test
	void eachDatabaseBelongsToTheOwnerAndAdmitsTheApplication() throws SQLException {
		String database = TestServers.newDatabase();
		assertThat(database).isNotEqualTo(TestServers.newDatabase());
		PostgresCluster postgres = TestServers.postgres();
		execute(postgres, database, PostgresCluster.OWNER, "create table product (id int)");
		assertThatExceptionOfType(SQLException.class)
			.isThrownBy(() -> execute(postgres, database, PostgresCluster.APPLICATION, "select * from product"))
			.withMessageContaining("permission denied");
		try (Connection connection = postgres.connect(database, PostgresCluster.APPLICATION);
				Statement statement = connection.createStatement();
				ResultSet role = statement
					.executeQuery("select rolsuper or rolbypassrls from pg_roles where rolname = current_user")) {
			assertThat(role.next()).isTrue();
			assertThat(role.getBoolean(1)).isFalse();
		}
	}

	@Test
	void aKilledPostgresComesBackWithItsDataOnTheSamePort() throws SQLException {
		try (PrivatePostgres postgres = TestServers.privatePostgres()) {
			String database = TestServers.newDatabase(postgres.cluster());
			execute(postgres.cluster(), database, PostgresCluster.OWNER, "create table product as select 42 as id");
			long killed = postgres.pid();
			postgres.kill();
			assertThat(ProcessHandle.of(killed).flatMap((process) -> process.info().command())).isEmpty();
			postgres.start();
			execute(postgres.cluster(), database, PostgresCluster.OWNER, "select 1 / count(*) from product");
			postgres.stop();
			postgres.start();
			execute(postgres.cluster(), database, PostgresCluster.OWNER, "select 1 / count(*) from product");
		}
	}

	@Test
	void aKilledRedisComesBackOnTheSamePort() {
		try (PrivateRedis redis = TestServers.privateRedis()) {
			long killed = redis.pid();
			TestServers.RedisAddress address = redis.address();
			redis.kill();
			assertThat(ProcessHandle.of(killed).flatMap((process) -> process.info().command())).isEmpty();
			redis.start();
			assertThat(redis.address()).isEqualTo(address);
			assertThat(ProcessHandle.of(redis.pid())).isPresent();
		}
	}

	private static void execute(PostgresCluster postgres, String database, String role, String sql)
			throws SQLException {
		try (Connection connection = postgres.connect(database, role);
				Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

}
