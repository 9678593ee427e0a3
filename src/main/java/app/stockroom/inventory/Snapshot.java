package app.stockroom.inventory;

import java.util.List;

import app.stockroom.ledger.Position;

/**
 * Records as they stood together at one moment.
 *
 * @param position the place in the ledger that the records are true at
 * @param records the records that were asked for, ordered by id
 */
public record Snapshot(Position position, List<InventoryRecord> records) {
}
