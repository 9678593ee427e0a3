package app.stockroom.platform;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.data.redis.autoconfigure.DataRedisProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.Assert;

/**
 * The Redis client for publishing and subscribing. Its users connect asynchronously and
 * retry: Redis is a messenger, and the service starts and works without it. (Spring
 * Data's connection factory connects on the calling thread, which here is an event loop.)
 */
@Configuration(proxyBeanMethods = false)
class RedisConfiguration {

	/** Unless {@code spring.data.redis.connect-timeout} says otherwise. */
	private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

	private static final Duration RECONNECT_MIN = Duration.ofMillis(100);

	private static final Duration RECONNECT_MAX = Duration.ofSeconds(3);

	@Bean
	RedisURI redisUri(DataRedisConnectionDetails details, DataRedisProperties properties) {
		DataRedisConnectionDetails.Standalone server = details.getStandalone();
		Assert.state(server != null, "Stockroom speaks to a single Redis: set spring.data.redis.url");
		RedisURI.Builder uri = RedisURI.builder()
			.withHost(server.getHost())
			.withPort(server.getPort())
			.withDatabase(server.getDatabase())
			.withSsl(details.getSslBundle() != null)
			.withTimeout(Objects.requireNonNullElse(properties.getConnectTimeout(), CONNECT_TIMEOUT));
		String password = details.getPassword();
		if (password != null) {
			String username = details.getUsername();
			if (username != null) {
				uri.withAuthentication(username, password);
			}
			else {
				uri.withPassword(password.toCharArray());
			}
		}
		return uri.build();
	}

	/** Reconnects soon, and not all instances at the same moment. */
	@Bean(destroyMethod = "shutdown")
	ClientResources redisResources() {
		return ClientResources.builder()
			.reconnectDelay(
					Delay.fullJitter(RECONNECT_MIN, RECONNECT_MAX, RECONNECT_MIN.toMillis(), TimeUnit.MILLISECONDS))
			.build();
	}

	@Bean(destroyMethod = "shutdown")
	RedisClient redisClient(ClientResources resources, RedisURI uri) {
		RedisClient client = RedisClient.create(resources, uri);
		// While Redis is away a message is refused, not queued: the feeds read the ledger
		// then, and a queue would only grow.
		client.setOptions(ClientOptions.builder()
			.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
			.socketOptions(SocketOptions.builder().connectTimeout(uri.getTimeout()).keepAlive(true).build())
			.build());
		return client;
	}

}
