package app.stockroom.embedded;

import java.sql.SQLException;
import java.util.Map;

import io.r2dbc.spi.ConnectionFactoryOptions;
import org.tukaani.xz.XZInputStream;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcAutoConfiguration;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * PostgreSQL in the data directory when none is configured. Whoever needs the database
 * depends on one of the connection details, and these on the server: so it starts before
 * Flyway and the pools and stops after them.
 */
@AutoConfiguration(
		before = { R2dbcAutoConfiguration.class, DataSourceAutoConfiguration.class, FlywayAutoConfiguration.class })
@ConditionalOnClass(XZInputStream.class)
@ConditionalOnBooleanProperty(EmbeddedMode.POSTGRES)
@ConditionalOnMissingBean(R2dbcConnectionDetails.class)
@Import({ DataDirectoryConfiguration.class, StartupMessage.class })
public class EmbeddedPostgresAutoConfiguration {

	private static final String DATABASE = "stockroom";

	@Bean
	PostgresServer embeddedPostgres(DataDirectory directory) {
		return PostgresServer.start(directory, directory.programs(), Ports.free(), Map.of());
	}

	@Bean
	PostgresCluster embeddedPostgresCluster(PostgresServer server) throws SQLException {
		server.cluster().createDatabase(DATABASE);
		return server.cluster();
	}

	@Bean
	R2dbcConnectionDetails embeddedR2dbcConnectionDetails(PostgresCluster cluster) {
		return () -> ConnectionFactoryOptions.parse(cluster.r2dbcUrl(DATABASE))
			.mutate()
			.option(ConnectionFactoryOptions.USER, PostgresCluster.APPLICATION)
			.option(ConnectionFactoryOptions.PASSWORD, cluster.password(PostgresCluster.APPLICATION))
			.build();
	}

	@Bean
	OwnerConnectionDetails embeddedOwnerConnectionDetails(PostgresCluster cluster) {
		return new OwnerConnectionDetails(cluster, DATABASE);
	}

}
