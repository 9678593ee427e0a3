package app.stockroom.embedded;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.UnaryOperator;

/**
 * A running PostgreSQL as its clients see it, with the roles that the service asks for:
 * an owner that migrates, and an application role that owns nothing and cannot bypass a
 * policy.
 *
 * @param host name or address
 * @param port TCP port
 * @param passwords the password of each role
 */
public record PostgresCluster(String host, int port, UnaryOperator<String> passwords) {

	/** Creates roles and databases, and serves for nothing else. */
	public static final String SUPERUSER = "postgres";

	/** Owns the database and its tables; Flyway logs in as this role. */
	public static final String OWNER = "stockroom_owner";

	/** Runs the service. */
	public static final String APPLICATION = "stockroom_app";

	/**
	 * Creates the roles and the database, as far as they are missing.
	 * @param database a plain lower-case identifier
	 * @throws SQLException if the server refuses
	 */
	public void createDatabase(String database) throws SQLException {
		try (Connection connection = connect("postgres", SUPERUSER);
				Statement statement = connection.createStatement()) {
			for (String role : new String[] { OWNER, APPLICATION }) {
				if (!exists(statement, "select from pg_roles where rolname = '%s'".formatted(role))) {
					statement
						.execute("create role %s login nosuperuser nobypassrls nocreatedb nocreaterole password '%s'"
							.formatted(role, password(role)));
				}
			}
			if (!exists(statement, "select from pg_database where datname = '%s'".formatted(database))) {
				statement.execute("create database %s owner %s".formatted(database, OWNER));
			}
			statement.execute("revoke all on database %s from public".formatted(database));
			statement.execute("grant connect on database %s to %s".formatted(database, APPLICATION));
		}
	}

	/**
	 * Connects over JDBC.
	 * @param database the database
	 * @param role one of the three roles
	 * @return a new connection
	 * @throws SQLException if the server cannot be reached or refuses
	 */
	public Connection connect(String database, String role) throws SQLException {
		return DriverManager.getConnection(jdbcUrl(database), role, password(role));
	}

	private static boolean exists(Statement statement, String query) throws SQLException {
		try (ResultSet rows = statement.executeQuery(query)) {
			return rows.next();
		}
	}

	/**
	 * The password of a role.
	 * @param role one of the three roles
	 * @return the password
	 */
	public String password(String role) {
		return this.passwords.apply(role);
	}

	/**
	 * The address for JDBC, without credentials.
	 * @param database the database
	 * @return an URL
	 */
	public String jdbcUrl(String database) {
		return "jdbc:postgresql://%s:%d/%s".formatted(this.host, this.port, database);
	}

	/**
	 * The address for R2DBC, without credentials.
	 * @param database the database
	 * @return an URL
	 */
	public String r2dbcUrl(String database) {
		return "r2dbc:postgresql://%s:%d/%s".formatted(this.host, this.port, database);
	}

}
