package app.stockroom.live;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import app.stockroom.ledger.Position;
import org.jspecify.annotations.Nullable;

/**
 * Where a subscriber wants to go on: what it sent as {@code Last-Event-ID} or
 * {@code after}. EventSource cannot read an error, so whatever cannot be resumed exactly
 * is a fresh start that says so, never a refusal.
 */
sealed interface StartPosition {

	/** A position, or a bare sequence of whatever epoch the ledger is in. */
	Pattern WRITTEN = Pattern.compile("(?:([0-9A-Za-z]{1,32})-)?([0-9]{1,16})");

	/**
	 * Whether everything after this can be delivered from a ledger that stands at
	 * {@code head}.
	 */
	boolean resumable(Position head);

	/**
	 * Reads what the client sent; the header wins, because a browser that reconnects
	 * repeats the address it first used.
	 */
	static StartPosition of(@Nullable String lastEventId, @Nullable String after) {
		String text = (lastEventId != null && !lastEventId.isBlank()) ? lastEventId : after;
		if (text == null || text.isBlank()) {
			return new Fresh();
		}
		Matcher written = WRITTEN.matcher(text.strip());
		if (!written.matches()) {
			return new Unreadable();
		}
		return new After(written.group(1), Long.parseLong(written.group(2)));
	}

	/** The client knows nothing yet. */
	record Fresh() implements StartPosition {

		@Override
		public boolean resumable(Position head) {
			return false;
		}

	}

	/** The client sent something that never was a position. */
	record Unreadable() implements StartPosition {

		@Override
		public boolean resumable(Position head) {
			return false;
		}

	}

	/** The client has seen everything up to here. */
	record After(@Nullable String epoch, long sequence) implements StartPosition {

		@Override
		public boolean resumable(Position head) {
			return isOf(head.epoch()) && this.sequence <= head.sequence();
		}

		boolean isOf(String ledger) {
			return this.epoch == null || this.epoch.equals(ledger);
		}

	}

}
