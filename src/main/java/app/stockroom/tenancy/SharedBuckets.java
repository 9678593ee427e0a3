package app.stockroom.tenancy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.VerboseResult;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.AsyncProxyManager;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import reactor.core.publisher.Mono;

/**
 * The token buckets in Redis that all processes share, one per tenant and rate. The
 * connection is made when it is first needed, and again until Redis answers.
 */
final class SharedBuckets {

	/** An answer that is late for its request still serves the next ones. */
	private static final Duration LEAST_TIMEOUT = Duration.ofSeconds(1);

	/** How long Redis keeps a bucket that is full again. */
	private static final Duration KEPT = Duration.ofMinutes(1);

	private static final RedisCodec<String, byte[]> CODEC = RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

	private final Mono<AsyncProxyManager<String>> buckets;

	/** Longest wait for one answer of Redis, with all tries against other processes. */
	private final Duration timeout;

	SharedBuckets(RedisClient client, RedisURI uri, TimeMeter clock, Duration patience) {
		this.timeout = (patience.compareTo(LEAST_TIMEOUT) > 0) ? patience : LEAST_TIMEOUT;
		this.buckets = Mono.fromCompletionStage(() -> client.connectAsync(CODEC, uri))
			.<AsyncProxyManager<String>>map((connection) -> Bucket4jLettuce.casBasedBuilder(connection)
				.clientClock(clock)
				.requestTimeout(this.timeout)
				.expirationAfterWrite(ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(KEPT))
				.build()
				.asAsync())
			// For ever, but not a failure.
			.cache((_) -> Duration.ofMillis(Long.MAX_VALUE), (_) -> Duration.ZERO, () -> Duration.ZERO);
	}

	/**
	 * Takes as many of the wanted tokens as there are. An error is Redis's.
	 */
	Mono<Taken> take(TenantId tenant, int rate, long wanted) {
		return this.buckets.flatMap((open) -> Mono.fromFuture(() -> open.builder()
			.build(key(tenant, rate), () -> CompletableFuture.completedFuture(full(rate)))
			.asVerbose()
			.tryConsumeAsMuchAsPossible(wanted))).map(Taken::of).timeout(this.timeout);
	}

	/** Another rate is another bucket: a changed tenant begins with a full one. */
	static String key(TenantId tenant, int rate) {
		return "stockroom:%s:rate-limit:%d".formatted(tenant, rate);
	}

	/** A bucket of one second's requests, refilled evenly. */
	static BucketConfiguration full(int rate) {
		return BucketConfiguration.builder()
			.addLimit((limit) -> limit.capacity(rate).refillGreedy(rate, Duration.ofSeconds(1)))
			.build();
	}

	/**
	 * What Redis answered.
	 *
	 * @param tokens those that are ours now
	 * @param left those that are left; negative if the bucket is in debt
	 */
	record Taken(long tokens, long left) {

		static Taken of(VerboseResult<Long> result) {
			return new Taken(result.getValue(), result.getDiagnostics().getAvailableTokens());
		}

	}

}
