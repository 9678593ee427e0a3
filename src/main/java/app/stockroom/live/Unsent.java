package app.stockroom.live;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What is still to be written to one reader: the events of its history, and behind them,
 * as soon as that is complete, whatever waits in its outbox. Guarded by its stream's
 * monitor.
 */
final class Unsent {

	private final Outbox outbox;

	private ArrayDeque<byte[]> history = new ArrayDeque<>();

	private boolean live;

	private boolean ending;

	/**
	 * Has nothing yet.
	 * @param outbox what the live feed has for this reader
	 */
	Unsent(Outbox outbox) {
		this.outbox = outbox;
	}

	void add(Collection<byte[]> events) {
		this.history.addAll(events);
	}

	/**
	 * Lets the outbox flow: the history is complete.
	 */
	void goLive() {
		this.live = true;
		if (this.history.isEmpty()) {
			this.history = new ArrayDeque<>(0); // the room of a long one is not needed
												// again
		}
	}

	/**
	 * Only these are left.
	 */
	void endWith(byte[]... last) {
		this.ending = true;
		clear();
		this.history.addAll(List.of(last));
	}

	void clear() {
		this.history.clear();
		this.outbox.clear();
	}

	/**
	 * Takes what goes into the next write; nothing if there is nothing.
	 */
	Batch next() {
		List<byte[]> parts = new ArrayList<>();
		int size = 0;
		while (!this.history.isEmpty() && size < FeedLimits.WRITE_BYTES) {
			byte[] part = this.history.remove();
			parts.add(part);
			size += part.length;
		}
		boolean flows = this.live && !this.ending && this.history.isEmpty() && size < FeedLimits.WRITE_BYTES;
		return flows ? withLive(parts, FeedLimits.WRITE_BYTES - size) : new Batch(parts, 0, Long.MAX_VALUE);
	}

	private Batch withLive(List<byte[]> parts, int room) {
		int frames = 0;
		long oldest = Long.MAX_VALUE;
		for (Frame frame : this.outbox.take(room)) {
			parts.add(frame.bytes());
			if (frame.committedAt() != Frame.UNTIMED) {
				frames++;
				oldest = Math.min(oldest, frame.committedAt());
			}
		}
		return new Batch(parts, frames, oldest);
	}

	/**
	 * What is written together.
	 *
	 * @param parts the bytes, in this order
	 * @param frames how many live frames are among them
	 * @param oldest when the oldest of these was committed, in microseconds since 1970
	 */
	record Batch(List<byte[]> parts, int frames, long oldest) {

		boolean isEmpty() {
			return this.parts.isEmpty();
		}

	}

}
