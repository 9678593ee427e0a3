package app.stockroom.ledger;

/**
 * What one call says of one command.
 */
sealed interface Ruling {

	/**
	 * The command has its outcome.
	 */
	record Decided(Outcome outcome) implements Ruling {
	}

	/**
	 * An earlier command with this key was accepted: its entries stand in the ledger.
	 */
	record Earlier(long firstSequence, long lastSequence) implements Ruling {
	}

}
