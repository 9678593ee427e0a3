package app.stockroom.embedded;

import org.springframework.boot.flyway.autoconfigure.FlywayConnectionDetails;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;

/**
 * How Flyway reaches the embedded database. Both interfaces on one bean: its
 * auto-configuration asks for the first to exist and then uses the second, and alone the
 * second is silently passed over.
 */
record OwnerConnectionDetails(PostgresCluster cluster,
		String database) implements JdbcConnectionDetails, FlywayConnectionDetails {

	@Override
	public String getUsername() {
		return PostgresCluster.OWNER;
	}

	@Override
	public String getPassword() {
		return this.cluster.password(PostgresCluster.OWNER);
	}

	@Override
	public String getJdbcUrl() {
		return this.cluster.jdbcUrl(this.database);
	}

	@Override
	public String getDriverClassName() {
		return "org.postgresql.Driver";
	}

}
