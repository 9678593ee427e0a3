package app.stockroom.live;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

import app.stockroom.ledger.Position;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.MonoSink;

/**
 * The subscribers of one tenant's feed, who have all been offered the same. Belongs to
 * the feed's worker.
 */
final class Audience {

	private final EventEncoder encoder;

	private final Map<Executor, Lane> lanes = new HashMap<>();

	/** Who asked for the position before the feed knew it. */
	private final List<MonoSink<Position>> waiting = new ArrayList<>();

	/**
	 * What every subscriber has been offered; null until that is known. Everybody may
	 * look.
	 */
	private volatile @Nullable Position position;

	Audience(EventEncoder encoder) {
		this.encoder = encoder;
	}

	void add(FeedSubscriber subscriber) {
		if (subscriber.join()) { // else its leaving was handled before its coming
			this.lanes.computeIfAbsent(subscriber.loop(), (loop) -> new Lane(loop, this.encoder)).add(subscriber);
		}
	}

	void remove(FeedSubscriber subscriber) {
		if (subscriber.leave()) {
			this.lanes.computeIfPresent(subscriber.loop(), (_, lane) -> {
				lane.remove(subscriber);
				return lane.isEmpty() ? null : lane;
			});
		}
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
		each((subscriber) -> subscriber.reset(reason));
	}

	/**
	 * Offers the next changes to everybody.
	 */
	void offer(List<Change> changes, Position after) {
		this.position = after;
		each((subscriber) -> subscriber.offer(changes));
	}

	/**
	 * Tells everybody where the feed stands.
	 */
	void heartbeat() {
		Position now = this.position;
		if (now != null && !this.lanes.isEmpty()) {
			Frame frame = this.encoder.heartbeat(now);
			each((subscriber) -> subscriber.heartbeat(now, frame));
		}
	}

	/**
	 * Sends everybody away after these last events.
	 */
	void dismiss(byte[]... last) {
		each((subscriber) -> subscriber.end(last));
	}

	private void each(Consumer<FeedSubscriber> step) {
		this.lanes.values().forEach((lane) -> lane.each(step));
	}

}
