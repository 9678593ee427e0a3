package app.stockroom.live;

import app.stockroom.inventory.Inventory;
import app.stockroom.ledger.Alerts;

import org.springframework.stereotype.Component;

/**
 * What a stream begins from.
 *
 * @param feeds the live feeds
 * @param history the past
 * @param alerts the alerts as they stand
 * @param inventory the records as they stand
 * @param encoder writes events
 * @param metrics counts
 */
@Component
record Sources(Feeds feeds, History history, Alerts alerts, Inventory inventory, EventEncoder encoder,
		FeedMetrics metrics) {
}
