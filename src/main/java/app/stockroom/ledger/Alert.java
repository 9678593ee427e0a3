package app.stockroom.ledger;

import java.time.Instant;
import java.util.UUID;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * An alert on a record: open from the crossing, acknowledged by a person, resolved when
 * the stock recovers. Each step has the sequence of the entry that made it.
 *
 * @param id the alert's id
 * @param sequence the entry that brought the alert into the state shown here
 * @param kind what is wrong
 * @param state where the alert stands
 * @param inventoryId the record
 * @param productId the record's product
 * @param warehouseId the record's warehouse
 * @param quantity pieces on hand when the alert opened
 * @param minStock the record's minimum when the alert opened
 * @param openedAt when it opened
 * @param openedSequence the entry that opened it
 * @param acknowledgedAt when a person acknowledged it
 * @param acknowledgedBy who acknowledged it
 * @param acknowledgedSequence the entry of the acknowledgement
 * @param resolvedAt when it was resolved
 * @param resolvedSequence the entry that resolved it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Alert(UUID id, long sequence, Kind kind, State state, UUID inventoryId, UUID productId, UUID warehouseId,
		long quantity, long minStock, Instant openedAt, long openedSequence, @Nullable Instant acknowledgedAt,
		@Nullable String acknowledgedBy, @Nullable Long acknowledgedSequence, @Nullable Instant resolvedAt,
		@Nullable Long resolvedSequence) {

	public enum Kind {

		LOW_STOCK, OUT_OF_STOCK

	}

	public enum State {

		OPEN, ACKNOWLEDGED, RESOLVED

	}

}
