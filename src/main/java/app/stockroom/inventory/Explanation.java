package app.stockroom.inventory;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

import app.stockroom.ledger.Alert;
import app.stockroom.ledger.Entry;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Why a record's numbers are what they are.
 *
 * @param record the record as the newest of the movements left it
 * @param reservations what is held of it, oldest first
 * @param movements its last movements, newest first
 * @param alerts its alerts that are not resolved
 */
record Explanation(InventoryRecord record, List<Held> reservations, List<Entry> movements, List<Alert> alerts) {

	/** The most movements that an explanation tells. */
	static final int MOVEMENTS = 20;

	/** The most reservations that an explanation tells. */
	static final int RESERVATIONS = 200;

	/**
	 * Pieces that a reservation holds.
	 *
	 * @param reservationId the reservation
	 * @param quantity pieces held of this record
	 * @param reference the client's own document
	 * @param createdAt since when they are held
	 * @param ageSeconds how long that is
	 * @param expiresAt until when
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	record Held(UUID reservationId, long quantity, @Nullable String reference, Instant createdAt, long ageSeconds,
			@Nullable Instant expiresAt) {
	}

}
