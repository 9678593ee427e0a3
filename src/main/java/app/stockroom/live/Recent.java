package app.stockroom.live;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import app.stockroom.ledger.Position;

/**
 * A tenant's last changes with their encoded events, so that who comes back soon costs no
 * read of the database. Bounded for the tenant, and together with those of all tenants of
 * the process: when there are too many, each lets go of its own oldest with the next
 * change. Belongs to the feed's worker.
 */
final class Recent {

	private final ArrayDeque<Change> changes = new ArrayDeque<>();

	/** Bytes of all tenants of this process. */
	private final AtomicLong all;

	private long bytes;

	/** The last sequence that is not here any more. */
	private long floor;

	/** The same for stock, whose readers need the records of changes. */
	private long stockFloor;

	/**
	 * Has nothing.
	 * @param all the bytes that all tenants of this process have together
	 */
	Recent(AtomicLong all) {
		this.all = all;
	}

	/**
	 * Forgets everything and goes on after a position.
	 */
	void startAt(Position position) {
		release();
		this.floor = position.sequence();
		this.stockFloor = position.sequence();
	}

	/**
	 * Changes up to this sequence were kept without their records.
	 */
	void hasRecordsFrom(long sequence) {
		this.stockFloor = sequence;
	}

	/**
	 * Keeps the next changes, and lets go of the oldest where there is no room.
	 */
	void add(List<Change> next) {
		for (Change change : next) {
			this.changes.add(change);
			count(change.weight());
		}
		while (isFull()) {
			drop(this.changes.remove());
		}
	}

	/**
	 * The sequence after which everything is here that readers of a feed may need.
	 */
	long floor(Feed feed) {
		return (feed == Feed.STOCK) ? Math.max(this.floor, this.stockFloor) : this.floor;
	}

	/**
	 * The changes after a sequence that is not below the floor, in order.
	 */
	List<Change> after(long sequence) {
		List<Change> found = new ArrayList<>();
		for (Iterator<Change> newest = this.changes.descendingIterator(); newest.hasNext();) {
			Change change = newest.next();
			if (change.sequence() <= sequence) {
				break;
			}
			found.add(change);
		}
		Collections.reverse(found);
		return found;
	}

	/**
	 * Gives back the room.
	 */
	void release() {
		this.changes.clear();
		count(-this.bytes);
	}

	private boolean isFull() {
		return this.changes.size() > FeedLimits.RECENT_CHANGES || this.bytes > FeedLimits.RECENT_BYTES
				|| (this.all.get() > FeedLimits.RECENT_BYTES_OF_ALL && this.bytes > FeedLimits.RECENT_BYTES_LEAST);
	}

	private void drop(Change oldest) {
		this.floor = oldest.sequence();
		count(-oldest.weight());
	}

	private void count(long more) {
		this.bytes += more;
		this.all.addAndGet(more);
	}

}
