package app.stockroom;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webtestclient.autoconfigure.AutoConfigureWebTestClient;
import org.springframework.test.context.ContextConfiguration;

/**
 * The whole service on a random port with real servers: a database of its own for each
 * Spring context, the same roles as in production, no demo data, tokens from the
 * dev-token endpoint. A test may still point spring.r2dbc.*, spring.flyway.* or
 * spring.data.redis.* at a private server with {@code @DynamicPropertySource}, see
 * {@link TestServers}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
		properties = { "stockroom.embedded.postgresql.enabled=false", "stockroom.embedded.redis.enabled=false",
				"stockroom.demo.enabled=false", "spring.main.banner-mode=off",
				"stockroom.security.dev-token.enabled=true",
				// A test's client keeps connections, and does not expect one to be closed
				// just as it sends.
				"server.netty.idle-timeout=1h", "spring.config.import=" + StockroomTest.PATIENT,
				"stockroom.security.secret=only-for-tests-0123456789-0123456789" })
@AutoConfigureWebTestClient(timeout = Patience.SECONDS + "s")
@ContextConfiguration(initializers = TestServers.Wiring.class)
public @interface StockroomTest {

	/** The service's own time limits, as {@link Patience patient} as the tests. */
	String PATIENT = "classpath:patient.properties";

}
