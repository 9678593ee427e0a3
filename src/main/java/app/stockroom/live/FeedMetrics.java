package app.stockroom.live;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

import app.stockroom.ledger.Entry;
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

	private final Timer lag;

	FeedMetrics(MeterRegistry meters) {
		for (Feed feed : Feed.values()) {
			this.subscribers.put(feed,
					meters.gauge("stockroom.feed.subscribers", List.of(tag(feed)), new AtomicInteger()));
			this.events.put(feed, counter(meters, "events", "Frames queued for subscribers", feed));
			this.slow.put(feed, counter(meters, "slow", "Subscribers closed because they fell behind", feed));
			this.resets.put(feed, counter(meters, "resets", "Subscribers told to start again", feed));
			this.resumed.put(feed, counter(meters, "resumed", "Subscribers who went on after a position", feed));
		}
		this.conflated = meters.counter("stockroom.feed.conflated");
		this.holes = meters.counter("stockroom.feed.holes");
		this.dropped = meters.counter("stockroom.feed.messages.dropped");
		this.lag = Timer.builder("stockroom.feed.lag")
			.description("From the commit of an entry to its queueing for all subscribers")
			.publishPercentileHistogram()
			.register(meters);
	}

	void opened(Feed feed) {
		of(this.subscribers, feed).incrementAndGet();
	}

	void closed(Feed feed) {
		of(this.subscribers, feed).decrementAndGet();
	}

	void queued(Feed feed, int frames) {
		of(this.events, feed).increment(frames);
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

	void delivered(List<Change> changes) {
		Instant now = Instant.now();
		for (Change change : changes) {
			Entry entry = change.entry();
			if (entry != null) {
				// The clocks of service and database may differ: never less than nothing.
				Duration age = Duration.between(entry.createdAt(), now);
				this.lag.record(age.isNegative() ? Duration.ZERO : age);
			}
		}
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
