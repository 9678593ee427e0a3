package app.stockroom.live;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import app.stockroom.platform.Problem;
import app.stockroom.tenancy.Caller;
import app.stockroom.tenancy.TenantId;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * The open streams of this process: how many there may be, and that each ends when its
 * time has come.
 */
@Component
class Streams implements SmartLifecycle {

	private final Feeds feeds;

	private final EventEncoder encoder;

	private final FeedMetrics metrics;

	private final LiveSettings settings;

	private final Set<FeedSubscriber> open = ConcurrentHashMap.newKeySet();

	private final AtomicInteger count = new AtomicInteger();

	private final Map<TenantId, Integer> ofTenants = new ConcurrentHashMap<>();

	private final Map<User, Integer> ofUsers = new ConcurrentHashMap<>();

	private volatile boolean stopping;

	private Disposable tending = () -> {
	};

	private boolean running;

	Streams(Feeds feeds, EventEncoder encoder, FeedMetrics metrics, LiveSettings settings) {
		this.feeds = feeds;
		this.encoder = encoder;
		this.metrics = metrics;
		this.settings = settings;
	}

	/**
	 * A stream begins, if there is a place for it; {@link #closed} gives that back.
	 * @throws app.stockroom.platform.Refusal where there is none
	 */
	void opened(FeedSubscriber subscriber) {
		takePlace(subscriber.caller());
		this.open.add(subscriber);
		this.metrics.opened(subscriber.feed());
		this.feeds.opened(subscriber.tenant());
		if (this.stopping) {
			subscriber.end(this.encoder.retry());
		}
	}

	/**
	 * A stream has ended.
	 */
	void closed(FeedSubscriber subscriber) {
		givePlaceBack(subscriber.caller());
		this.open.remove(subscriber);
		this.metrics.closed(subscriber.feed());
		this.metrics.conflated(subscriber.outbox().conflated());
		this.feeds.closed(subscriber);
	}

	private void takePlace(Caller caller) {
		if (this.stopping || !take(this.count, this.settings.streams())) {
			throw Problem.UNAVAILABLE.because("This instance serves no further streams. Come back later.");
		}
		if (!take(this.ofTenants, caller.tenant(), this.settings.streamsPerTenant())) {
			this.count.decrementAndGet();
			throw tooMany("tenant", this.settings.streamsPerTenant());
		}
		if (!take(this.ofUsers, User.of(caller), this.settings.streamsPerUser())) {
			this.count.decrementAndGet();
			giveBack(this.ofTenants, caller.tenant());
			throw tooMany("user", this.settings.streamsPerUser());
		}
	}

	private void givePlaceBack(Caller caller) {
		this.count.decrementAndGet();
		giveBack(this.ofTenants, caller.tenant());
		giveBack(this.ofUsers, User.of(caller));
	}

	@Override
	public void start() {
		this.running = true;
		this.tending = Flux.interval(FeedLimits.TICK, Schedulers.parallel())
			.onBackpressureDrop()
			.subscribe((_) -> tend());
	}

	/**
	 * Ends all streams before the web server closes its connections, so that each reader
	 * learns when to come back.
	 */
	@Override
	public void stop(Runnable stopped) {
		stop();
		Flux.interval(FeedLimits.FAREWELL_CHECK)
			.takeUntil((_) -> this.open.isEmpty())
			.take(FeedLimits.FAREWELL)
			.subscribe(null, null, stopped);
	}

	@Override
	public void stop() {
		this.running = false;
		this.stopping = true;
		this.tending.dispose();
		this.open.forEach((subscriber) -> subscriber.end(this.encoder.retry()));
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	/** Looks after every open stream. */
	private void tend() {
		Instant now = Instant.now();
		for (FeedSubscriber subscriber : this.open) {
			this.metrics.conflated(subscriber.outbox().conflated());
			if (subscriber.isStalled()) {
				subscriber.abort();
			}
			else if (subscriber.isExpired(now)) {
				subscriber.end(this.encoder.retry());
			}
		}
	}

	private static RuntimeException tooMany(String of, int limit) {
		return Problem.TOO_MANY_STREAMS.because("This %s has as many streams open as one may have.".formatted(of))
			.with("limit", limit)
			.with("of", of);
	}

	private static boolean take(AtomicInteger places, int limit) {
		return places.getAndUpdate((taken) -> (taken < limit) ? taken + 1 : taken) < limit;
	}

	private static <K> boolean take(Map<K, Integer> places, K key, int limit) {
		boolean[] taken = new boolean[1];
		places.compute(key, (_, count) -> {
			int before = (count != null) ? count : 0;
			taken[0] = before < limit;
			return taken[0] ? Integer.valueOf(before + 1) : count;
		});
		return taken[0];
	}

	private static <K> void giveBack(Map<K, Integer> places, K key) {
		places.computeIfPresent(key, (_, count) -> (count > 1) ? count - 1 : null);
	}

	/**
	 * Who may have only so many streams: a subject means somebody within its tenant.
	 */
	private record User(TenantId tenant, String subject) {

		static User of(Caller caller) {
			return new User(caller.tenant(), caller.subject());
		}

	}

}
