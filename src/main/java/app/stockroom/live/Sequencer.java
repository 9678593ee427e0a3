package app.stockroom.live;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import app.stockroom.ledger.Alert;
import app.stockroom.ledger.Commit;
import app.stockroom.ledger.Entry;
import app.stockroom.ledger.Position;
import org.jspecify.annotations.Nullable;

/**
 * Puts the announced commits of one tenant in order. Several processes announce, so that
 * commits come late, twice, in any order or not at all; what leaves here is the ledger,
 * each sequence once. Used by one thread.
 */
final class Sequencer {

	private @Nullable Position head;

	/** The last sequence that is known to be in the ledger. */
	private long known;

	/** Commits that wait for an earlier one, by what they follow on. */
	private final TreeMap<Long, Commit> early = new TreeMap<>();

	private long earlyEntries;

	/**
	 * Starts after a position; what was announced before that is not forgotten.
	 */
	void startAt(Position position) {
		this.head = position;
		this.known = position.sequence();
		this.early.values().forEach((commit) -> this.known = Math.max(this.known, commit.to()));
	}

	/**
	 * Goes back to a position and forgets all that was announced after it: it was not
	 * true, or it is read again.
	 */
	void restartAt(Position position) {
		this.early.clear();
		this.earlyEntries = 0;
		startAt(position);
	}

	/**
	 * The position after the last change that was taken, or null before the start.
	 */
	@Nullable Position head() {
		return this.head;
	}

	long known() {
		return this.known;
	}

	/**
	 * Whether this commit belongs to another history than the one that is followed.
	 */
	boolean isForeign(Commit commit) {
		return this.head != null && !this.head.epoch().equals(commit.epoch());
	}

	void add(Commit commit) {
		if (this.head != null && commit.to() <= this.head.sequence()) {
			return; // seen, or read from the ledger before it was announced
		}
		this.known = Math.max(this.known, commit.to());
		List<Entry> entries = commit.entries();
		long size = (entries != null) ? entries.size() : 0;
		// What does not fit is known to exist, which is enough: it is read later.
		if (this.earlyEntries + size <= FeedLimits.EARLY_ENTRIES && this.early.size() < FeedLimits.EARLY_ENTRIES
				&& this.early.putIfAbsent(commit.previous(), commit) == null) {
			this.earlyEntries += size;
		}
	}

	/**
	 * Notes that the ledger reaches this far.
	 */
	void know(long sequence) {
		this.known = Math.max(this.known, sequence);
	}

	/**
	 * Takes every change that now follows without a hole.
	 */
	List<Change> take() {
		List<Change> changes = new ArrayList<>();
		for (Commit next = next(); next != null && next.entries() != null; next = next()) {
			remove(next);
			append(next, changes);
		}
		return changes;
	}

	/**
	 * Whether the ledger has changes that were announced without their entries, and
	 * nothing is missing before them: waiting would not bring them.
	 */
	boolean mustRead() {
		Commit next = next();
		return next != null && next.entries() == null;
	}

	/**
	 * Whether the ledger is known to have more than was taken.
	 */
	boolean isBehind() {
		return this.head != null && this.known > this.head.sequence();
	}

	/**
	 * Goes on after changes that were read from the ledger.
	 */
	void passed(long sequence) {
		Position from = this.head;
		if (from != null) {
			this.head = new Position(from.epoch(), sequence);
		}
	}

	/** The waiting commit that contains the next sequence, or null. */
	private @Nullable Commit next() {
		if (this.head == null) {
			return null;
		}
		long sequence = this.head.sequence();
		while (!this.early.isEmpty()) {
			Map.Entry<Long, Commit> first = this.early.firstEntry();
			if (first.getValue().to() > sequence) {
				return (first.getKey() <= sequence) ? first.getValue() : null;
			}
			remove(first.getValue());
		}
		return null;
	}

	private void remove(Commit commit) {
		this.early.remove(commit.previous());
		List<Entry> entries = commit.entries();
		this.earlyEntries -= (entries != null) ? entries.size() : 0;
	}

	/** Adds what is new of a commit, of which the ledger may have given a part. */
	private void append(Commit commit, List<Change> changes) {
		List<Entry> entries = commit.entries();
		Position from = this.head;
		if (entries == null || from == null) {
			return;
		}
		List<Alert> alerts = (commit.alerts() != null) ? commit.alerts() : List.of();
		for (Entry entry : entries) {
			if (entry.sequence() > from.sequence()) {
				changes.add(new Change(commit.epoch(), entry,
						alerts.isEmpty() ? List.of() : stepsOf(alerts, entry.sequence())));
			}
		}
		passed(commit.to());
	}

	private static List<Alert> stepsOf(List<Alert> alerts, long sequence) {
		return alerts.stream().filter((alert) -> alert.sequence() == sequence).toList();
	}

}
