package app.stockroom.ledger;

import io.r2dbc.spi.R2dbcException;

/**
 * Why a call of the ledger did not answer, by the one thing that matters: what is known
 * about its outcome.
 */
@SuppressWarnings("serial") // never serialized
final class WriteFailure extends RuntimeException {

	private final Knowledge knowledge;

	WriteFailure(Knowledge knowledge, Throwable cause) {
		super(knowledge + ": " + cause.getMessage(), cause);
		this.knowledge = knowledge;
	}

	Knowledge knowledge() {
		return this.knowledge;
	}

	/**
	 * Judges what the database or the connection said after a call was sent. PostgreSQL
	 * answers an error only after it rolled back; when the server says goodbye (57P) or
	 * the line breaks, the commit may have happened before.
	 */
	static WriteFailure afterSending(Throwable cause) {
		if (cause instanceof R2dbcException failure && failure.getSqlState() != null) {
			String state = failure.getSqlState();
			if (state.startsWith("22") || state.startsWith("23")) {
				return new WriteFailure(Knowledge.BAD_DATA, cause);
			}
			if (state.startsWith("40")) {
				return new WriteFailure(Knowledge.LOST_RACE, cause);
			}
			if (!state.startsWith("57P") && !state.startsWith("08")) {
				return new WriteFailure(Knowledge.NOT_WRITTEN, cause);
			}
		}
		return new WriteFailure(Knowledge.UNKNOWN, cause);
	}

	enum Knowledge {

		/** The call never left this process. */
		NOT_SENT,

		/** The database refused it for a reason of its own: a time-out, a full disk. */
		NOT_WRITTEN,

		/** One of its commands carries data that the database does not take. */
		BAD_DATA,

		/**
		 * Another transaction was first, or it shared a call that was not written;
		 * sending it again decides anew.
		 */
		LOST_RACE,

		/** It may or may not have been committed. */
		UNKNOWN

	}

}
