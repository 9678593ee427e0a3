package app.stockroom.live;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import app.stockroom.ledger.Position;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;

/**
 * The subscribers of one tenant's feed, who have all been offered the same. Belongs to
 * the feed's worker.
 */
final class Audience {

	private static final Logger log = LoggerFactory.getLogger(Audience.class);

	private final Scheduler.Worker worker;

	private final EventEncoder encoder;

	private final FeedMetrics metrics;

	private final Set<FeedSubscriber> subscribers = new LinkedHashSet<>();

	/** Who came before the feed knew where the ledger stands. */
	private final Map<FeedSubscriber, MonoSink<Position>> waiting = new LinkedHashMap<>();

	/** What every subscriber has been offered; null until that is known. */
	private @Nullable Position position;

	private int stockReaders;

	Audience(Scheduler.Worker worker, EventEncoder encoder, FeedMetrics metrics) {
		this.worker = worker;
		this.encoder = encoder;
		this.metrics = metrics;
	}

	void add(FeedSubscriber subscriber, MonoSink<Position> joined) {
		if (subscriber.isGone()) {
			return; // its leaving was handled before its coming
		}
		if (this.subscribers.add(subscriber) && subscriber.feed() == Feed.STOCK) {
			this.stockReaders++;
		}
		if (this.position != null) {
			joined.success(this.position);
		}
		else {
			this.waiting.put(subscriber, joined);
		}
	}

	void remove(FeedSubscriber subscriber) {
		this.waiting.remove(subscriber);
		if (this.subscribers.remove(subscriber) && subscriber.feed() == Feed.STOCK) {
			this.stockReaders--;
		}
	}

	boolean readsStock() {
		return this.stockReaders > 0;
	}

	/**
	 * The position after the last change that all were offered.
	 */
	@Nullable Position position() {
		return this.position;
	}

	/**
	 * Starts at a position, which those who waited for the start have joined at.
	 */
	void startAt(Position start) {
		this.position = start;
		this.waiting.values().forEach((joined) -> joined.success(start));
		this.waiting.clear();
	}

	/**
	 * Tells everybody that what follows is another history.
	 */
	void reset(String reason) {
		this.subscribers.forEach((subscriber) -> subscriber.reset(reason));
	}

	/**
	 * Offers the next changes to everybody.
	 */
	void offer(List<Change> changes, Position after) {
		this.position = after;
		for (FeedSubscriber subscriber : this.subscribers) {
			try {
				subscriber.offer(changes, this.worker);
			}
			catch (RuntimeException ex) {
				// One who cannot be served is sent away, to come back for what it missed;
				// the others must not miss anything because of it.
				log.error("A subscriber of tenant {} could not be served", subscriber.tenant(), ex);
				subscriber.end(this.encoder.retry());
			}
		}
		this.metrics.delivered(changes);
	}

	/**
	 * Tells everybody where the feed stands.
	 */
	void heartbeat() {
		Position now = this.position;
		if (now != null && !this.subscribers.isEmpty()) {
			Frame frame = this.encoder.heartbeat(now);
			this.subscribers.forEach((subscriber) -> subscriber.heartbeat(now, frame, this.worker));
		}
	}

}
