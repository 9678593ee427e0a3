package app.stockroom.live;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
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

	/** Who asked for the position before the feed knew it. */
	private final List<MonoSink<Position>> waiting = new ArrayList<>();

	/**
	 * What every subscriber has been offered; null until that is known. Everybody may
	 * look.
	 */
	private volatile @Nullable Position position;

	Audience(Scheduler.Worker worker, EventEncoder encoder, FeedMetrics metrics) {
		this.worker = worker;
		this.encoder = encoder;
		this.metrics = metrics;
	}

	void add(FeedSubscriber subscriber) {
		if (!subscriber.isGone()) { // else its leaving was handled before its coming
			this.subscribers.add(subscriber);
		}
	}

	void remove(FeedSubscriber subscriber) {
		this.subscribers.remove(subscriber);
	}

	/**
	 * The position after the last change that all were offered.
	 */
	@Nullable Position position() {
		return this.position;
	}

	/**
	 * Tells the position as soon as there is one.
	 */
	void tell(MonoSink<Position> asking) {
		Position now = this.position;
		if (now != null) {
			asking.success(now);
		}
		else {
			this.waiting.add(asking);
		}
	}

	/**
	 * Starts at a position, which those who waited for it are told.
	 */
	void startAt(Position start) {
		this.position = start;
		this.waiting.forEach((asking) -> asking.success(start));
		this.waiting.clear();
	}

	/**
	 * Tells those who wait for the position that it cannot be known now.
	 */
	void failToStart(Throwable error) {
		this.waiting.forEach((asking) -> asking.error(error));
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

	/**
	 * Sends everybody away after these last events.
	 */
	void dismiss(byte[]... last) {
		this.subscribers.forEach((subscriber) -> subscriber.end(last));
	}

}
