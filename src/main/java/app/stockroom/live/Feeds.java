package app.stockroom.live;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

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
import org.springframework.stereotype.Component;

/**
 * All live feeds of this process: one per tenant while it has subscribers and for a while
 * after, each with one subscription on Redis and one worker.
 */
@Component
class Feeds implements DisposableBean {

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

	private final AtomicLong remembered = new AtomicLong();

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
	 * Where a tenant's feed stands; an error if there is none and the ledger cannot be
	 * asked.
	 */
	Mono<Position> position(TenantId tenant) {
		return this.feeds.computeIfAbsent(tenant, (_) -> {
			Shared unread = new Shared(create(tenant), 0, System.nanoTime());
			// Unless somebody stays. Not a moment earlier: nobody would drop it then.
			dropLater(tenant);
			return unread;
		}).feed().position();
	}

	/**
	 * A stream begins: its tenant's feed stays until the last has ended.
	 */
	void opened(TenantId tenant) {
		// Counting and creating are one step, so that nobody gets a feed that is being
		// dropped.
		this.feeds.compute(tenant,
				(_, shared) -> (shared != null) ? shared.joined() : new Shared(create(tenant), 1, 0));
	}

	/**
	 * A stream has ended.
	 */
	void closed(FeedSubscriber subscriber) {
		Shared left = this.feeds.computeIfPresent(subscriber.tenant(), (_, shared) -> shared.left(subscriber));
		if (left != null && left.readers() == 0) {
			dropLater(subscriber.tenant());
		}
	}

	/**
	 * Adds an open stream to its tenant's feed, see {@link TenantFeed#join}.
	 */
	Mono<Entrance> join(FeedSubscriber subscriber, long after) {
		Shared shared = this.feeds.get(subscriber.tenant());
		// Without one the stream has been closed meanwhile.
		return (shared != null) ? shared.feed().join(subscriber, after) : Mono.never();
	}

	/**
	 * The changes between two sequences, if the tenant's feed remembers all of them.
	 */
	Mono<List<Change>> recent(TenantId tenant, Feed feed, long after, long until) {
		Shared shared = this.feeds.get(tenant);
		return (shared != null) ? shared.feed().recent(feed, after, until) : Mono.empty();
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

	/**
	 * A tenant was seen to be deleted.
	 */
	void gone(TenantId tenant) {
		Shared shared = this.feeds.get(tenant);
		if (shared != null) {
			shared.feed()
				.dismiss(this.encoder.problem(Problem.FORBIDDEN.because("The tenant does not exist any more.")));
		}
	}

	@Override
	public void destroy() {
		this.workers.dispose();
	}

	private TenantFeed create(TenantId tenant) {
		TenantFeed feed = new TenantFeed(tenant, this.workers.createWorker(), this.history,
				new StockNames((ids) -> this.inventory.records(tenant, ids)), this.encoder, this.metrics,
				new Recent(this.remembered));
		long every = this.settings.heartbeatMs();
		feed.beat(ThreadLocalRandom.current().nextLong(every) + 1, every);
		// First listen, then look: what is committed in between is heard.
		this.channels.subscribe(tenant).subscribe(null, (error) -> feed.start(), feed::start);
		return feed;
	}

	private void dropLater(TenantId tenant) {
		this.workers.schedule(() -> drop(tenant), this.settings.lingerMs(), TimeUnit.MILLISECONDS);
	}

	private void drop(TenantId tenant) {
		this.feeds.computeIfPresent(tenant, (_, shared) -> {
			if (shared.isNeeded(this.settings.lingerMs())) {
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

	/**
	 * A feed and who needs it.
	 *
	 * @param feed the feed
	 * @param readers its open streams
	 * @param leftAt when the last of them ended, in nanoseconds
	 */
	private record Shared(TenantFeed feed, int readers, long leftAt) {

		Shared joined() {
			return new Shared(this.feed, this.readers + 1, this.leftAt);
		}

		Shared left(FeedSubscriber subscriber) {
			this.feed.leave(subscriber);
			return new Shared(this.feed, this.readers - 1, System.nanoTime());
		}

		/** Somebody was here again meanwhile: another time for dropping was set then. */
		boolean isNeeded(long lingerMs) {
			return this.readers > 0 || System.nanoTime() - this.leftAt < TimeUnit.MILLISECONDS.toNanos(lingerMs);
		}

	}

}
