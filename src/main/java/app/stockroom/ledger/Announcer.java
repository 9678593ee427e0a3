package app.stockroom.ledger;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Announces commits on Redis. It never waits and never fails a change: what it cannot
 * announce, the feeds find in the ledger.
 */
final class Announcer {

	private static final Logger logger = LoggerFactory.getLogger(Announcer.class);

	private static final RedisCodec<String, byte[]> CODEC = RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

	private static final CompletionStage<?> MISSED = CompletableFuture
		.failedFuture(new IllegalStateException("There is no connection to Redis"));

	/** Bytes of a message; a larger commit is announced without its entries. */
	static final int MESSAGE_BYTES = 64 * 1024;

	/** No entry's JSON is shorter, so that what cannot fit need not be written first. */
	private static final int SHORTEST_ENTRY_BYTES = 200;

	private final RedisClient redis;

	private final RedisURI uri;

	private final JsonMapper json;

	private final Counter announced;

	private final Counter missed;

	private final AtomicReference<@Nullable Attempt> attempt = new AtomicReference<>();

	Announcer(RedisClient redis, RedisURI uri, JsonMapper json, MeterRegistry meters) {
		this.redis = redis;
		this.uri = uri;
		this.json = json;
		this.announced = Counter.builder("stockroom.ledger.announcements").tag("result", "sent").register(meters);
		this.missed = Counter.builder("stockroom.ledger.announcements").tag("result", "missed").register(meters);
	}

	/**
	 * Announces a commit.
	 * @return done when Redis has taken it, failed when it has not: nobody needs to wait
	 */
	CompletionStage<?> announce(Commit commit) {
		StatefulRedisConnection<String, byte[]> connection = connection();
		if (connection == null) {
			this.missed.increment();
			return MISSED;
		}
		CompletionStage<?> published = publish(connection, Commit.channel(commit.tenant()), message(commit));
		if (commit.alerts() != null && !commit.alerts().isEmpty()) {
			Commit alerts = new Commit(commit.tenant(), commit.epoch(), commit.previous(), commit.from(), commit.to(),
					null, commit.alerts());
			publish(connection, Commit.alertChannel(commit.tenant()), this.json.writeValueAsBytes(alerts));
		}
		return published;
	}

	private byte[] message(Commit commit) {
		boolean hopeless = commit.entries() == null
				|| (long) commit.entries().size() * SHORTEST_ENTRY_BYTES > MESSAGE_BYTES;
		byte[] whole = hopeless ? null : this.json.writeValueAsBytes(commit);
		return (whole != null && whole.length <= MESSAGE_BYTES) ? whole : this.json.writeValueAsBytes(
				new Commit(commit.tenant(), commit.epoch(), commit.previous(), commit.from(), commit.to(), null, null));
	}

	private CompletionStage<?> publish(StatefulRedisConnection<String, byte[]> connection, String channel,
			byte[] message) {
		return connection.async().publish(channel, message).whenComplete((receivers, failure) -> {
			((failure != null) ? this.missed : this.announced).increment();
			if (failure != null) {
				logger.debug("Redis did not take an announcement", failure);
			}
		});
	}

	/**
	 * The connection if there is one; if there is none, one is made in the background,
	 * now and then. An established one reconnects by itself.
	 */
	private @Nullable StatefulRedisConnection<String, byte[]> connection() {
		Attempt current = this.attempt.get();
		if (current == null || current.failed()) {
			Attempt next = new Attempt(new CompletableFuture<>(), System.nanoTime() + pause());
			if (this.attempt.compareAndSet(current, next)) {
				connect().whenComplete((connection, failure) -> {
					if (failure != null) {
						logger.warn("Redis is out of reach; feeds read the ledger meanwhile: {}", failure.getMessage());
						next.connection().completeExceptionally(failure);
					}
					else {
						next.connection().complete(connection);
					}
				});
			}
			return null;
		}
		return (current.connection().isDone() && !current.connection().isCompletedExceptionally())
				? current.connection().join() : null;
	}

	private CompletionStage<StatefulRedisConnection<String, byte[]>> connect() {
		return this.redis.connectAsync(CODEC, this.uri);
	}

	private static long pause() {
		return Duration.ofMillis(ThreadLocalRandom.current().nextLong(500, 1500)).toNanos();
	}

	/**
	 * One attempt to connect, and when the next may be made should it fail.
	 */
	private record Attempt(CompletableFuture<StatefulRedisConnection<String, byte[]>> connection, long retryAt) {

		boolean failed() {
			return this.connection.isCompletedExceptionally() && System.nanoTime() - this.retryAt > 0;
		}

	}

}
