package app.stockroom.ledger;

import java.util.List;

import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;

/**
 * What became of a command. Both kinds are final: repeating the command with its key
 * gives the same outcome again.
 */
public sealed interface Outcome {

	/**
	 * Whether this is the outcome of an earlier command with the same key.
	 */
	boolean replayed();

	/**
	 * The command is in the ledger.
	 *
	 * @param entries its entries, in order
	 * @param replayed whether an earlier command wrote them
	 */
	record Accepted(List<Entry> entries, boolean replayed) implements Outcome {
	}

	/**
	 * The command changed nothing.
	 *
	 * @param refusal why, with the numbers a client needs
	 * @param line the index of the line that was refused
	 * @param replayed whether an earlier command was refused so
	 */
	record Refused(Refusal refusal, int line, boolean replayed) implements Outcome {

		/**
		 * Whether its key keeps it: one that was stale is compiled again, and a key that
		 * stands for another request keeps that one's.
		 */
		boolean isKept() {
			return this.refusal.problem() != Problem.STALE_VERSION
					&& this.refusal.problem() != Problem.IDEMPOTENCY_KEY_REUSED;
		}

	}

}
