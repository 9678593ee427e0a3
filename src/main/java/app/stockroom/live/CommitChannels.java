package app.stockroom.live;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import app.stockroom.ledger.Commit;
import app.stockroom.tenancy.TenantId;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.retry.Retry;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/**
 * The process's one connection for listening to Redis, with one subscription per tenant
 * whose feed somebody reads. It is made when it is first needed and tried again for as
 * long as Redis is away; nobody waits for it, since the feeds find in the ledger what
 * they do not hear.
 */
@Component
class CommitChannels implements DisposableBean {

	private static final Logger log = LoggerFactory.getLogger(CommitChannels.class);

	private static final RedisCodec<String, byte[]> CODEC = RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

	private static final Retry PATIENTLY = Retry.backoff(Long.MAX_VALUE, Duration.ofMillis(100))
		.maxBackoff(Duration.ofSeconds(5))
		.jitter(0.5);

	private final Map<String, TenantId> wanted = new ConcurrentHashMap<>();

	private final Set<String> subscribed = ConcurrentHashMap.newKeySet();

	private final Sinks.Empty<Void> closed = Sinks.empty();

	private final Mono<StatefulRedisPubSubConnection<String, byte[]>> connection;

	private volatile @Nullable StatefulRedisPubSubConnection<String, byte[]> connected;

	private volatile Listener listener = (tenant, message) -> {
	};

	CommitChannels(RedisClient client, RedisURI uri) {
		this.connection = Mono.defer(() -> Mono.fromCompletionStage(client.connectPubSubAsync(CODEC, uri)))
			.doOnError((error) -> log.debug("Redis cannot be reached yet", error))
			.retryWhen(PATIENTLY)
			.takeUntilOther(this.closed.asMono())
			.doOnNext(this::connected)
			.cache();
	}

	/**
	 * Says who gets the messages; called once, before the first subscription.
	 */
	void onMessage(Listener to) {
		this.listener = to;
	}

	/**
	 * Listens to a tenant's commits from now on.
	 * @return completes when Redis has confirmed it, or soon without that
	 */
	Mono<Void> subscribe(TenantId tenant) {
		String channel = Commit.channel(tenant);
		this.wanted.put(channel, tenant);
		return this.connection
			.flatMap((open) -> this.subscribed.contains(channel) ? Mono.<Void>empty()
					: Mono.fromCompletionStage(() -> open.async().subscribe(channel)))
			.timeout(FeedLimits.SUBSCRIBE)
			.doOnError((error) -> log.debug("Not subscribed to {} yet", channel, error))
			// The next reconciliation tries again.
			.onErrorComplete();
	}

	void unsubscribe(TenantId tenant) {
		String channel = Commit.channel(tenant);
		this.wanted.remove(channel);
		StatefulRedisPubSubConnection<String, byte[]> open = this.connected;
		if (open != null) {
			open.async().unsubscribe(channel);
		}
	}

	/**
	 * Subscribes to what is wanted and not confirmed, for instance because Redis was away
	 * at that moment, and ends what is confirmed and not wanted: two calls about one
	 * channel may have overtaken each other. Called regularly.
	 */
	void reconcile() {
		StatefulRedisPubSubConnection<String, byte[]> open = this.connected;
		if (open == null) {
			return;
		}
		String[] missing = this.wanted.keySet()
			.stream()
			.filter((channel) -> !this.subscribed.contains(channel))
			.toArray(String[]::new);
		if (missing.length > 0) {
			open.async().subscribe(missing).whenComplete((done, error) -> {
				if (error != null) {
					log.debug("Not subscribed to {} channels yet", missing.length, error);
				}
			});
		}
		String[] superfluous = this.subscribed.stream()
			.filter((channel) -> !this.wanted.containsKey(channel))
			.toArray(String[]::new);
		if (superfluous.length > 0) {
			open.async().unsubscribe(superfluous);
		}
	}

	@Override
	public void destroy() {
		this.closed.tryEmitEmpty();
	}

	private void connected(StatefulRedisPubSubConnection<String, byte[]> open) {
		open.addListener(new Messages());
		open.addListener(new Disconnections());
		this.connected = open;
	}

	/**
	 * Gets a tenant's messages on a thread of the network, and must not keep it.
	 */
	interface Listener {

		void received(TenantId tenant, byte[] message);

	}

	private final class Messages extends RedisPubSubAdapter<String, byte[]> {

		@Override
		public void message(String channel, byte[] message) {
			TenantId tenant = CommitChannels.this.wanted.get(channel);
			if (tenant != null) {
				CommitChannels.this.listener.received(tenant, message);
			}
		}

		@Override
		public void subscribed(String channel, long count) {
			CommitChannels.this.subscribed.add(channel);
		}

		@Override
		public void unsubscribed(String channel, long count) {
			CommitChannels.this.subscribed.remove(channel);
		}

	}

	private final class Disconnections implements RedisConnectionStateListener {

		@Override
		public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
			CommitChannels.this.subscribed.clear();
		}

	}

}
