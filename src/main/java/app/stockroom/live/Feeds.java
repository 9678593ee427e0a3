package app.stockroom.live;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import app.stockroom.inventory.Inventory;
import app.stockroom.ledger.Commit;
import app.stockroom.ledger.Position;
import app.stockroom.platform.Problem;
import app.stockroom.tenancy.TenantId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * All live feeds of this process: one per tenant while it has subscribers, each with one
 * subscription on Redis and one worker.
 */
@Component
class Feeds implements SmartLifecycle, DisposableBean {

	private static final Logger log = LoggerFactory.getLogger(Feeds.class);

	private final History history;

	private final Inventory inventory;

	private final CommitChannels channels;

	private final EventEncoder encoder;

	private final FeedMetrics metrics;

	private final LiveSettings settings;

	private final JsonMapper json;

	private final Scheduler workers = Schedulers.newParallel("live", Runtime.getRuntime().availableProcessors(), true);

	private final Map<TenantId, Shared> feeds = new ConcurrentHashMap<>();

	private final Set<FeedSubscriber> subscribers = ConcurrentHashMap.newKeySet();

	private volatile boolean stopping;

	private boolean running;

	Feeds(History history, Inventory inventory, CommitChannels channels, EventEncoder encoder, FeedMetrics metrics,
			LiveSettings settings, JsonMapper json) {
		this.history = history;
		this.inventory = inventory;
		this.channels = channels;
		this.encoder = encoder;
		this.metrics = metrics;
		this.settings = settings;
		this.json = json;
		channels.onMessage(this::received);
	}

	/**
	 * Refuses when no further stream can be served.
	 */
	void admit() {
		if (this.stopping || this.subscribers.size() >= this.settings.streams()) {
			throw Problem.UNAVAILABLE.because("This instance serves no further streams. Come back later.");
		}
	}

	/**
	 * A stream begins: its tenant's feed exists from now on.
	 */
	FeedSubscriber opened(FeedSubscriber subscriber) {
		this.subscribers.add(subscriber);
		this.metrics.opened(subscriber.feed());
		// Counting and creating are one step, so that nobody gets a feed that is being
		// dropped.
		this.feeds.compute(subscriber.tenant(),
				(tenant, shared) -> (shared != null) ? shared.joined() : new Shared(create(tenant), 1));
		if (this.stopping) {
			subscriber.end(this.encoder.retry());
		}
		return subscriber;
	}

	/**
	 * A stream has ended.
	 */
	void closed(FeedSubscriber subscriber) {
		subscriber.gone();
		this.subscribers.remove(subscriber);
		this.metrics.closed(subscriber.feed());
		this.metrics.conflated(subscriber.outbox().conflated());
		Shared left = this.feeds.computeIfPresent(subscriber.tenant(), (_, shared) -> shared.left(subscriber));
		if (left != null && left.readers() == 0) {
			this.workers.schedule(() -> drop(subscriber.tenant()), FeedLimits.LINGER.toMillis(), TimeUnit.MILLISECONDS);
		}
	}

	/**
	 * Adds an open stream to its tenant's feed.
	 * @return the position after which it is offered every change
	 */
	Mono<Position> join(FeedSubscriber subscriber) {
		Shared shared = this.feeds.get(subscriber.tenant());
		return (shared != null) ? shared.feed().join(subscriber) : Mono.never(); // closed
																					// meanwhile
	}

	/**
	 * The tenants that somebody listens to.
	 */
	Set<TenantId> tenants() {
		return Set.copyOf(this.feeds.keySet());
	}

	/**
	 * A tenant's ledger was seen to stand here.
	 */
	void seen(TenantId tenant, Position position) {
		Shared shared = this.feeds.get(tenant);
		if (shared != null) {
			shared.feed().seen(position);
		}
	}

	@Override
	public void start() {
		this.running = true;
		this.workers.schedulePeriodically(this::tend, FeedLimits.TICK.toMillis(), FeedLimits.TICK.toMillis(),
				TimeUnit.MILLISECONDS);
	}

	/**
	 * Ends all streams, before the web server waits for its open responses: every stream
	 * would hold the shutdown for its whole time-out (spring-boot#49275).
	 */
	@Override
	public void stop() {
		this.running = false;
		this.stopping = true;
		this.subscribers.forEach((subscriber) -> subscriber.end(this.encoder.retry()));
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public void destroy() {
		this.workers.dispose();
	}

	private TenantFeed create(TenantId tenant) {
		TenantFeed feed = new TenantFeed(tenant, this.workers.createWorker(), this.history,
				new StockNames((ids) -> this.inventory.records(tenant, ids)), this.encoder, this.metrics);
		long every = this.settings.heartbeatMs();
		feed.beat(ThreadLocalRandom.current().nextLong(every) + 1, every);
		// First listen, then look: what is committed in between is heard.
		this.channels.subscribe(tenant).subscribe(null, (error) -> feed.check(), feed::check);
		return feed;
	}

	private void drop(TenantId tenant) {
		this.feeds.computeIfPresent(tenant, (_, shared) -> {
			if (shared.readers() > 0) {
				return shared;
			}
			this.channels.unsubscribe(tenant);
			shared.feed().close();
			return null;
		});
	}

	private void received(TenantId tenant, byte[] message) {
		Shared shared = this.feeds.get(tenant);
		if (shared != null) {
			shared.feed().announced(message.length, () -> read(tenant, message));
		}
	}

	private @Nullable Commit read(TenantId tenant, byte[] message) {
		try {
			return this.json.readValue(message, Commit.class);
		}
		catch (JacksonException ex) {
			// Anybody can write to a channel; what is true is in the ledger.
			log.warn("Tenant {} has an unreadable message on its channel: {}", tenant, ex.getOriginalMessage());
			return null;
		}
	}

	/** Looks after every open stream, once a second. */
	private void tend() {
		Instant now = Instant.now();
		for (FeedSubscriber subscriber : this.subscribers) {
			this.metrics.conflated(subscriber.outbox().conflated());
			if (subscriber.isStalled()) {
				this.metrics.slow(subscriber.feed());
				subscriber.abort();
			}
			else if (subscriber.isExpired(now)) {
				subscriber.end(this.encoder.retry());
			}
		}
	}

	/**
	 * A feed and the number of its open streams.
	 */
	private record Shared(TenantFeed feed, int readers) {

		Shared joined() {
			return new Shared(this.feed, this.readers + 1);
		}

		Shared left(FeedSubscriber subscriber) {
			this.feed.leave(subscriber);
			return new Shared(this.feed, this.readers - 1);
		}

	}

}
