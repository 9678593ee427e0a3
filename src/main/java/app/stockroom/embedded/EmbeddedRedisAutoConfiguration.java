package app.stockroom.embedded;

import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * Redis on loopback when none is configured.
 */
@AutoConfiguration(before = DataRedisAutoConfiguration.class)
@ConditionalOnClass(XZInputStream.class)
@ConditionalOnBooleanProperty(EmbeddedMode.REDIS)
@ConditionalOnMissingBean(DataRedisConnectionDetails.class)
@Import(DataDirectoryConfiguration.class)
public class EmbeddedRedisAutoConfiguration {

	@Bean
	RedisServer embeddedRedis(DataDirectory directory) {
		return RedisServer.start(directory, directory.programs(), Ports.free());
	}

	@Bean
	DataRedisConnectionDetails embeddedRedisConnectionDetails(RedisServer server) {
		return new DataRedisConnectionDetails() {

			@Override
			public @Nullable String getPassword() {
				return server.password();
			}

			@Override
			public Standalone getStandalone() {
				return Standalone.of("127.0.0.1", server.port());
			}

		};
	}

}
