package app.stockroom.tenancy;

import java.time.Duration;

import app.stockroom.TenantClient;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import org.awaitility.Awaitility;

import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpMethod;

/**
 * Brings a tenant to its limit, as if another process had spent it for an hour.
 */
public final class SpentLimit {

	/** The limit, in requests a second. */
	public static final int RATE = 7;

	private SpentLimit() {
	}

	/**
	 * Limits the client's tenant, which must not be limited yet, and waits until its
	 * requests are refused.
	 */
	public static void of(ApplicationContext context, TenantClient client) {
		spendAnHour(context, client.tenant());
		client.send(HttpMethod.PATCH, "/api/tenant", "{\"rateLimit\": %d}".formatted(RATE)).expect(200);
		Awaitility.await()
			.pollInterval(Duration.ofMillis(10))
			.until(() -> client.get("/api/products").number("retryAfter") > 60);
	}

	private static void spendAnHour(ApplicationContext context, TenantId tenant) {
		try (StatefulRedisConnection<String, byte[]> connection = context.getBean(RedisClient.class)
			.connect(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE), context.getBean(RedisURI.class))) {
			Bucket4jLettuce.casBasedBuilder(connection)
				.build()
				.builder()
				.build(SharedBuckets.key(tenant, RATE), () -> SharedBuckets.full(RATE))
				.consumeIgnoringRateLimits(RATE * 3600);
		}
	}

}
