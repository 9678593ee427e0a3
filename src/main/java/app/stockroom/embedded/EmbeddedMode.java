package app.stockroom.embedded;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.apache.commons.logging.Log;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.logging.DeferredLogFactory;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * Decides from the settings which servers are embedded, and says so in properties that
 * anything may condition on:
 * <ul>
 * <li>{@code stockroom.embedded.postgresql.enabled}: no URL of a PostgreSQL is set</li>
 * <li>{@code stockroom.embedded.redis.enabled}: no address of a Redis is set</li>
 * <li>{@code stockroom.embedded.active}: the one-command mode with demo data and
 * development tokens, which is the first of the two</li>
 * <li>{@code stockroom.embedded.data-directory}: where the files are</li>
 * </ul>
 * All but {@code active} may be set by the user. Because embedded mode hands out tokens
 * to whoever asks, it listens on loopback whatever server.address says.
 */
class EmbeddedMode implements EnvironmentPostProcessor, Ordered {

	static final String POSTGRES = "stockroom.embedded.postgresql.enabled";

	static final String REDIS = "stockroom.embedded.redis.enabled";

	static final String ACTIVE = "stockroom.embedded.active";

	static final String DATA_DIRECTORY = "stockroom.embedded.data-directory";

	private static final String LOOPBACK = "127.0.0.1";

	private static final List<String> EXTERNAL_POSTGRES = List.of("spring.r2dbc.url", "spring.datasource.url",
			"spring.flyway.url");

	private static final List<String> EXTERNAL_REDIS = List.of("spring.data.redis.url", "spring.data.redis.host",
			"spring.data.redis.sentinel.master", "spring.data.redis.cluster.nodes",
			"spring.data.redis.cluster.nodes[0]", "spring.data.redis.masterreplica.nodes",
			"spring.data.redis.masterreplica.nodes[0]");

	private final Log logger;

	EmbeddedMode(DeferredLogFactory logs) {
		this.logger = logs.getLog(EmbeddedMode.class);
	}

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		// The production jar leaves the servers' libraries out
		boolean present = ClassUtils.isPresent("org.tukaani.xz.XZInputStream", application.getClassLoader());
		Map<String, Object> defaults = new HashMap<>(
				Map.of(POSTGRES, present && noneIsSet(environment, EXTERNAL_POSTGRES), REDIS,
						present && noneIsSet(environment, EXTERNAL_REDIS), DATA_DIRECTORY, "./data"));
		defaults.keySet().removeIf(environment::containsProperty);
		environment.getPropertySources().addLast(new MapPropertySource("embedded defaults", defaults));
		boolean active = environment.getRequiredProperty(POSTGRES, boolean.class);
		Map<String, Object> enforced = new HashMap<>(Map.of(ACTIVE, active));
		if (active) {
			enforced.put("server.address", LOOPBACK);
			if (environment.containsProperty("management.server.port")) {
				enforced.put("management.server.address", LOOPBACK);
			}
			warnOfOtherAddress(environment);
		}
		environment.getPropertySources().addFirst(new MapPropertySource("embedded mode", enforced));
	}

	private static boolean noneIsSet(ConfigurableEnvironment environment, List<String> properties) {
		return properties.stream().noneMatch((property) -> StringUtils.hasText(environment.getProperty(property)));
	}

	private void warnOfOtherAddress(ConfigurableEnvironment environment) {
		String address = environment.getProperty("server.address");
		if (address != null && !address.equals(LOOPBACK)) {
			this.logger.warn("server.address=" + address + " is ignored: embedded mode listens on " + LOOPBACK
					+ " only. Configure a PostgreSQL (spring.r2dbc.url, spring.flyway.url) to be reachable from outside.");
		}
	}

	/** After the configuration files have been read. */
	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

}
