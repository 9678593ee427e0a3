package app.stockroom.live;

import java.util.List;

import app.stockroom.ledger.Position;

/**
 * What a tenant's feed answers a subscriber who wants to join it.
 */
sealed interface Entrance {

	/**
	 * It has joined.
	 *
	 * @param position the position after which it is offered every change
	 * @param missed the changes between its own position and this one
	 */
	record Joined(Position position, List<Change> missed) implements Entrance {
	}

	/**
	 * It comes from too far back: it has to read the ledger first.
	 *
	 * @param from the position after which the feed remembers its changes
	 */
	record TooFar(Position from) implements Entrance {
	}

}
