package app.stockroom.live;

import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;

import org.springframework.stereotype.Component;

/**
 * What an operator sees of the feed.
 */
@Component
class FeedMetrics {

	private final Map<Feed, AtomicInteger> subscribers = new EnumMap<>(Feed.class);

	private final Map<Feed, Counter> events = new EnumMap<>(Feed.class);

	private final Map<Feed, Counter> slow = new EnumMap<>(Feed.class);

	private final Map<Feed, Counter> resets = new EnumMap<>(Feed.class);

	private final Map<Feed, Counter> resumed = new EnumMap<>(Feed.class);

	private final Counter conflated;

	private final Counter holes;

	private final Counter dropped;

	private final Counter replays;

	private final Counter snapshots;

	private final Map<Feed, Timer> lag = new EnumMap<>(Feed.class);

	FeedMetrics(MeterRegistry meters) {
		for (Feed feed : Feed.values()) {
			this.subscribers.put(feed,
					meters.gauge("stockroom.feed.subscribers", List.of(tag(feed)), new AtomicInteger()));
			this.events.put(feed, counter(meters, "events", "Live events that the network has taken", feed));
			this.slow.put(feed, counter(meters, "slow", "Subscribers closed because they fell behind", feed));
			this.resets.put(feed, counter(meters, "resets", "Subscribers told to start again", feed));
			this.lag.put(feed, lag(meters, feed));
			this.resumed.put(feed, counter(meters, "resumed", "Subscribers who went on after a position", feed));
		}
		this.conflated = meters.counter("stockroom.feed.conflated");
		this.holes = meters.counter("stockroom.feed.holes");
		this.dropped = meters.counter("stockroom.feed.messages.dropped");
		this.replays = meters.counter("stockroom.feed.reads", "of", "past");
		this.snapshots = meters.counter("stockroom.feed.reads", "of", "present");
	}

	void opened(Feed feed) {
		of(this.subscribers, feed).incrementAndGet();
	}

	void closed(Feed feed) {
		of(this.subscribers, feed).decrementAndGet();
	}

	void slow(Feed feed) {
		of(this.slow, feed).increment();
	}

	void reset(Feed feed) {
		of(this.resets, feed).increment();
	}

	void resumed(Feed feed) {
		of(this.resumed, feed).increment();
	}

	void conflated(long frames) {
		this.conflated.increment(frames);
	}

	void holeFilled() {
		this.holes.increment();
	}

	void messageDropped() {
		this.dropped.increment();
	}

	/**
	 * A replay has read a part of a ledger.
	 */
	void replayed() {
		this.replays.increment();
	}

	/**
	 * A part of a snapshot, or the open alerts, were read.
	 */
	void snapshotRead() {
		this.snapshots.increment();
	}

	/**
	 * A write to one subscriber is done.
	 * @param oldest when the oldest of its events was committed, in microseconds
	 */
	void delivered(Feed feed, int frames, long oldest) {
		of(this.events, feed).increment(frames);
		// The clocks of service and database may differ: never less than nothing.
		of(this.lag, feed).record(Math.max(0, Frame.micros(Instant.now()) - oldest), TimeUnit.MICROSECONDS);
	}

	private static Timer lag(MeterRegistry meters, Feed feed) {
		return Timer.builder("stockroom.feed.lag")
			.description("From the commit of the oldest event of a write until the network has taken it")
			.tags(List.of(tag(feed)))
			.publishPercentileHistogram()
			.register(meters);
	}

	private static Counter counter(MeterRegistry meters, String name, String description, Feed feed) {
		return Counter.builder("stockroom.feed." + name)
			.description(description)
			.tags(List.of(tag(feed)))
			.register(meters);
	}

	private static Tag tag(Feed feed) {
		return Tag.of("feed", feed.tag());
	}

	private static <T> T of(Map<Feed, T> meters, Feed feed) {
		return Objects.requireNonNull(meters.get(feed));
	}

}
