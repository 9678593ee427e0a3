package app.stockroom.live;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The frames that wait for one subscriber, in the order of their sequences and bounded.
 * When a reader of states falls behind, or asks for it, only the latest frame of each key
 * is kept; for every other reader falling behind is the end.
 *
 * <p>
 * The tenant's worker fills it and the connection's event loop empties it. Both hold its
 * monitor for a few instructions only, and never while they do anything else.
 */
final class Outbox {

	private final Mode mode;

	/** By arrival, or by what the frame is about while frames are conflated. */
	private LinkedHashMap<Object, Frame> waiting = new LinkedHashMap<>();

	private long bytes;

	private long arrivals;

	private boolean conflating;

	private long conflated;

	private boolean released;

	Outbox(Mode mode) {
		this.mode = mode;
		this.conflating = (mode == Mode.LATEST);
	}

	/**
	 * Adds a frame.
	 * @return false when there is no room, and the reader is too slow to keep
	 */
	synchronized boolean offer(Frame frame) {
		if (!this.conflating && isFull(frame)) {
			if (this.mode == Mode.ALL) {
				return false;
			}
			conflate();
		}
		put(this.conflating ? frame.key() : Long.valueOf(++this.arrivals), frame);
		return this.waiting.size() <= FeedLimits.CONFLATED_RECORDS;
	}

	/**
	 * Takes the oldest frames, at least one if any waits.
	 * @param limit the bytes they may have together, unless the first is larger
	 */
	synchronized List<Frame> take(int limit) {
		if (this.mode == Mode.LATEST && !this.released) {
			return List.of();
		}
		List<Frame> taken = new ArrayList<>(Math.min(this.waiting.size(), 16));
		long room = limit;
		for (Iterator<Frame> frames = this.waiting.values().iterator(); frames.hasNext();) {
			Frame frame = frames.next();
			room -= frame.bytes().length;
			if (room < 0 && !taken.isEmpty()) {
				break;
			}
			taken.add(frame);
			this.bytes -= frame.bytes().length;
			frames.remove();
		}
		if (this.waiting.isEmpty()) {
			// Who has caught up gets every state again.
			this.conflating = (this.mode == Mode.LATEST);
			this.released = false;
		}
		return taken;
	}

	/**
	 * Lets the latest frames be taken: the interval that the reader asked for is over.
	 */
	synchronized void release() {
		this.released = true;
	}

	synchronized boolean isEmpty() {
		return this.waiting.isEmpty();
	}

	synchronized void clear() {
		this.waiting = new LinkedHashMap<>();
		this.bytes = 0;
	}

	/**
	 * The number of frames that were replaced since the last call.
	 */
	synchronized long conflated() {
		long count = this.conflated;
		this.conflated = 0;
		return count;
	}

	private boolean isFull(Frame frame) {
		return this.waiting.size() >= FeedLimits.QUEUED_EVENTS
				|| this.bytes + frame.bytes().length > FeedLimits.QUEUED_BYTES;
	}

	private void conflate() {
		Map<Object, Frame> all = this.waiting;
		this.waiting = new LinkedHashMap<>();
		this.bytes = 0;
		this.conflating = true;
		all.values().forEach((frame) -> put(frame.key(), frame));
	}

	private void put(Object key, Frame frame) {
		// Removed first, so that the map stays in the order of the sequences: a frame
		// that
		// kept its old place would move the reader's position past what still waits.
		Frame replaced = this.waiting.remove(key);
		if (replaced != null) {
			this.bytes -= replaced.bytes().length;
			this.conflated++;
		}
		this.waiting.put(key, frame);
		this.bytes += frame.bytes().length;
	}

	/**
	 * What a subscriber wants of frames about the same thing.
	 */
	enum Mode {

		/** Every one; who falls behind is closed and resumes. */
		ALL,

		/** Every one while it keeps up, then the latest. */
		ALL_OR_LATEST,

		/** The latest. */
		LATEST

	}

}
