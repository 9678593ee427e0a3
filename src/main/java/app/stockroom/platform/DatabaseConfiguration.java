package app.stockroom.platform;

import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.ConnectionFactoryOptions.Builder;
import io.r2dbc.spi.Option;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcConnectionDetails;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The address of an external PostgreSQL. Spring Boot's own auto-configuration would do
 * this too, but brings one shared pool with it, which we do not want.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(R2dbcProperties.class)
class DatabaseConfiguration {

	@Bean
	@ConditionalOnProperty("spring.r2dbc.url")
	R2dbcConnectionDetails externalDatabase(R2dbcProperties properties) {
		return () -> {
			Builder options = ConnectionFactoryOptions.parse(String.valueOf(properties.getUrl())).mutate();
			if (properties.getUsername() != null) {
				options.option(ConnectionFactoryOptions.USER, properties.getUsername());
			}
			if (properties.getPassword() != null) {
				options.option(ConnectionFactoryOptions.PASSWORD, properties.getPassword());
			}
			properties.getProperties().forEach((key, value) -> options.option(Option.valueOf(key), value));
			return options.build();
		};
	}

}
