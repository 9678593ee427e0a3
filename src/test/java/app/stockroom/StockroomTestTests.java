package app.stockroom;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import app.stockroom.embedded.PostgresCluster;
import app.stockroom.embedded.PostgresServer;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

@StockroomTest
class StockroomTestTests {

	@Autowired
	private WebTestClient client;

	@Autowired
	private ApplicationContext context;

	@Test
	void theServiceRunsAsWithConfiguredServersAndStartsNoneItself() {
		this.client.get().uri("/actuator/health/readiness").exchange().expectStatus().isOk();
		Environment environment = this.context.getEnvironment();
		assertThat(environment.getProperty("spring.r2dbc.username")).isEqualTo(PostgresCluster.APPLICATION);
		assertThat(environment.getProperty("spring.flyway.user")).isEqualTo(PostgresCluster.OWNER);
		assertThat(environment.getProperty("stockroom.embedded.active")).isEqualTo("false");
		assertThat(this.context.getBeansOfType(PostgresServer.class)).isEmpty();
	}

	@Test
	void itsDatabaseIsMigratedByTheOwner() throws SQLException {
		String url = this.context.getEnvironment().getRequiredProperty("spring.r2dbc.url");
		String database = url.substring(url.lastIndexOf('/') + 1);
		try (Connection connection = TestServers.postgres().connect(database, PostgresCluster.APPLICATION);
				Statement statement = connection.createStatement();
				ResultSet owners = statement
					.executeQuery("select distinct tableowner from pg_tables where schemaname = 'public'")) {
			assertThat(owners.next()).isTrue();
			assertThat(owners.getString(1)).isEqualTo(PostgresCluster.OWNER);
			assertThat(owners.next()).isFalse();
		}
	}

}
