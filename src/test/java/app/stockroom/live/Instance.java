package app.stockroom.live;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import app.stockroom.StockroomApplication;
import app.stockroom.StockroomTest;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.client.ReactorResourceFactory;

/**
 * Another instance of the service beside the one of the test, on the same database and
 * Redis.
 */
public final class Instance {

	private static final List<String> SHARED = List.of("spring.r2dbc.url", "spring.r2dbc.username",
			"spring.r2dbc.password", "spring.flyway.url", "spring.flyway.user", "spring.flyway.password",
			"spring.data.redis.host", "spring.data.redis.port", "spring.data.redis.password",
			"stockroom.embedded.postgresql.enabled", "stockroom.embedded.redis.enabled", "stockroom.demo.enabled",
			"stockroom.security.dev-token.enabled", "stockroom.embedded.data-directory");

	private Instance() {
	}

	public static ConfigurableApplicationContext beside(ApplicationContext first, Map<String, Object> settings) {
		Map<String, Object> properties = new HashMap<>();
		for (String name : SHARED) {
			String value = first.getEnvironment().getProperty(name);
			if (value != null) {
				properties.put(name, value);
			}
		}
		properties.putAll(settings);
		return start(properties);
	}

	/** An instance on servers of a test's own. */
	public static ConfigurableApplicationContext start(Map<String, Object> settings) {
		Map<String, Object> properties = new HashMap<>(Map.of("server.port", "0", "stockroom.security.secret",
				"a secret of the tests, at least 32 bytes long", "spring.config.import", StockroomTest.PATIENT));
		properties.putAll(settings);
		String[] arguments = properties.entrySet()
			.stream()
			.map((property) -> "--" + property.getKey() + "=" + property.getValue())
			.toArray(String[]::new);
		return new SpringApplicationBuilder(StockroomApplication.class)
			.initializers((context) -> context.getBeanFactory().addBeanPostProcessor(new OwnEventLoops()))
			.run(arguments);
	}

	/** With the JVM's shared loops, an instance that stops would take others with it. */
	private static final class OwnEventLoops implements BeanPostProcessor {

		@Override
		public Object postProcessBeforeInitialization(Object bean, String name) {
			if (bean instanceof ReactorResourceFactory resources) {
				resources.setUseGlobalResources(false);
			}
			return bean;
		}

	}

}
