package app.stockroom.tenancy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import app.stockroom.TestServers;
import app.stockroom.embedded.PostgresCluster;
import app.stockroom.platform.StartRefusedException;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryOptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class DatabaseRoleCheckTests {

	private static final AtomicInteger COUNTER = new AtomicInteger();

	private static String database = "";

	@BeforeAll
	static void tables() throws SQLException {
		database = TestServers.newDatabase();
		run("set role " + PostgresCluster.OWNER, "create table stock (tenant_id uuid primary key)",
				"alter table stock enable row level security", "create table plain (id int)");
	}

	@Test
	void aPlainRoleMayServe() throws SQLException {
		String role = role("");
		assertThatCode(() -> check(role)).doesNotThrowAnyException();
	}

	@Test
	void aSuperuserIsRefused() throws SQLException {
		assertRefused(role("superuser"), "is a superuser");
	}

	@Test
	void aRoleThatBypassesPoliciesIsRefused() throws SQLException {
		assertRefused(role("bypassrls"), "may bypass row level security");
	}

	@Test
	void theOwnerIsRefused() throws SQLException {
		String role = role("");
		run("create table mine (id int)", "alter table mine owner to " + role);
		assertRefused(role, "owns, or is a member of the owner of, the table mine");
		run("drop table mine");
	}

	@Test
	void aMemberOfTheOwnerIsRefusedEvenIfItDoesNotInherit() throws SQLException {
		String role = role("noinherit");
		run("grant %s to %s".formatted(PostgresCluster.OWNER, role));
		assertRefused(role, "owns, or is a member of the owner of, the table stock");
	}

	@Test
	void aTableOfTenantsWithoutRowLevelSecurityIsRefused() throws SQLException {
		String role = role("");
		run("create table leaky (tenant_id uuid)");
		assertRefused(role, "sees the table leaky, which has a tenant_id but no row level security");
		run("drop table leaky");
	}

	@Test
	void anotherIsolationIsRefused() throws SQLException {
		String role = role("");
		run("alter role %s set default_transaction_isolation = 'serializable'".formatted(role));
		assertRefused(role, "has the default isolation serializable in place of read committed");
	}

	@Test
	void aDatabaseWithoutTablesIsRefused() throws SQLException {
		String role = role("");
		String empty = TestServers.newDatabase();
		run("grant connect on database %s to %s".formatted(empty, role));
		assertThatExceptionOfType(StartRefusedException.class).isThrownBy(() -> check(role, empty))
			.withMessageContaining("finds no tables");
	}

	private static void assertRefused(String role, String reason) {
		assertThatExceptionOfType(StartRefusedException.class).isThrownBy(() -> check(role))
			.withMessageContaining(reason);
	}

	private static void check(String role) {
		check(role, database);
	}

	private static void check(String role, String in) {
		PostgresCluster postgres = TestServers.postgres();
		ConnectionFactory connections = ConnectionFactories.get(ConnectionFactoryOptions.parse(postgres.r2dbcUrl(in))
			.mutate()
			.option(ConnectionFactoryOptions.USER, role)
			.option(ConnectionFactoryOptions.PASSWORD, "secret")
			.build());
		DatabaseRoleCheck.check(connections, false).block(Duration.ofSeconds(30));
	}

	/** Roles belong to the whole server, which other tests share. */
	private static String role(String attributes) throws SQLException {
		String role = "role_" + ProcessHandle.current().pid() + "_" + COUNTER.incrementAndGet();
		run("create role %s login %s password 'secret'".formatted(role, attributes),
				"grant connect on database %s to %s".formatted(database, role));
		return role;
	}

	private static void run(String... statements) throws SQLException {
		try (Connection connection = TestServers.postgres().connect(database, PostgresCluster.SUPERUSER);
				Statement statement = connection.createStatement()) {
			for (String sql : statements) {
				statement.execute(sql);
			}
		}
	}

}
