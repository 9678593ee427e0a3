package app.stockroom.embedded;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;

import io.r2dbc.spi.ConnectionFactoryOptions;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcConnectionDetails;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

class EmbeddedModeTests {

	@TempDir
	private Path data;

	@Test
	void withoutAnyUrlBothServersRunUntilTheLastBeanIsGone() {
		List<String> events = new ArrayList<>();
		long postgres;
		try (ConfigurableApplicationContext context = run(Everything.class)) {
			postgres = context.getBean(PostgresServer.class).pid();
			context.getBean(Everything.Pool.class).events = events;
			assertThat(context.getBean(Flyway.class).info().current()).isNull();
			assertThat(context.getBean(R2dbcConnectionDetails.class)
				.getConnectionFactoryOptions()
				.getValue(ConnectionFactoryOptions.USER)).isEqualTo("stockroom_app");
			assertThat(context.getBean(JdbcConnectionDetails.class).getUsername()).isEqualTo("stockroom_owner");
			assertThat(context.getBean(RedisConnectionFactory.class).getConnection().ping()).isEqualTo("PONG");
			assertThat(context.getEnvironment().getProperty("stockroom.embedded.active")).isEqualTo("true");
		}
		assertThat(events).containsExactly("database still there");
		assertThat(ProcessHandle.of(postgres).flatMap((process) -> process.info().command())).isEmpty();
	}

	@Test
	void embeddedModeListensOnLoopbackWhateverTheSettingsSay() {
		try (ConfigurableApplicationContext context = run(Nothing.class, "--server.address=0.0.0.0",
				"--management.server.port=9000")) {
			assertThat(context.getEnvironment().getProperty("server.address")).isEqualTo("127.0.0.1");
			assertThat(context.getEnvironment().getProperty("management.server.address")).isEqualTo("127.0.0.1");
		}
	}

	@Test
	void aConfiguredDatabaseSwitchesTheEmbeddedOneOffAndLeavesRedis() {
		try (ConfigurableApplicationContext context = run(Servers.class, "--server.address=0.0.0.0",
				"--spring.r2dbc.url=r2dbc:postgresql://db/stockroom")) {
			assertThat(context.getBeansOfType(PostgresServer.class)).isEmpty();
			assertThat(context.getBeansOfType(RedisServer.class)).hasSize(1);
			assertThat(context.getEnvironment().getProperty("stockroom.embedded.active")).isEqualTo("false");
			assertThat(context.getEnvironment().getProperty("server.address")).isEqualTo("0.0.0.0");
		}
	}

	@Test
	void aConfiguredRedisSwitchesTheEmbeddedOneOffAndLeavesTheDatabase() {
		try (ConfigurableApplicationContext context = run(Servers.class,
				"--spring.data.redis.url=redis://cache:6379")) {
			assertThat(context.getBeansOfType(RedisServer.class)).isEmpty();
			assertThat(context.getBeansOfType(DataRedisConnectionDetails.class)).isEmpty();
			assertThat(context.getBeansOfType(PostgresServer.class)).hasSize(1);
		}
	}

	@Test
	void theLineToTryNeedsNothingButAShellAndCurl() {
		PostgresCluster cluster = new PostgresCluster("127.0.0.1", 5432, (role) -> "");
		try (DataDirectory directory = DataDirectory.open(this.data)) {
			assertThat(new StartupMessage(directory, cluster).text("http://127.0.0.1:8080"))
				.contains("Dashboard   http://127.0.0.1:8080/\n")
				.contains(
						"curl -s \"http://127.0.0.1:8080/api/inventory?limit=3\" -H \"Authorization: Bearer $(curl -s ")
				.contains("| sed 's/.*\"access_token\" *: *\"\\([^\"]*\\)\".*/\\1/')\"");
		}
	}

	private ConfigurableApplicationContext run(Class<?> application, String... arguments) {
		return new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.properties("stockroom.embedded.data-directory=" + this.data, "spring.flyway.locations=classpath:none",
					"spring.flyway.fail-on-missing-locations=false")
			.run(arguments);
	}

	static class Nothing {

	}

	@ImportAutoConfiguration({ EmbeddedPostgresAutoConfiguration.class, EmbeddedRedisAutoConfiguration.class })
	static class Servers {

	}

	@ImportAutoConfiguration({ EmbeddedPostgresAutoConfiguration.class, EmbeddedRedisAutoConfiguration.class,
			FlywayAutoConfiguration.class, DataRedisAutoConfiguration.class })
	static class Everything {

		@Bean
		Pool pool(JdbcConnectionDetails details) {
			return new Pool(details);
		}

		/** Stands for whatever still writes while the service shuts down. */
		static final class Pool implements AutoCloseable {

			private final JdbcConnectionDetails details;

			private List<String> events = new ArrayList<>();

			Pool(JdbcConnectionDetails details) {
				this.details = details;
			}

			@Override
			public void close() throws Exception {
				try (Connection connection = DriverManager.getConnection(this.details.getJdbcUrl(),
						this.details.getUsername(), this.details.getPassword())) {
					this.events.add(connection.isValid(1) ? "database still there" : "database gone");
				}
			}

		}

	}

}
