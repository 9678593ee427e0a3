package app.stockroom.ledger;

import java.time.Instant;
import java.util.UUID;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One entry of a tenant's ledger, as stored and as clients see it: a movement. Together
 * with its record's ids it carries the record's whole state after it, so that a reader
 * needs no other row to know the stock at that moment. An entry of the catalogue or an
 * acknowledgement has no record and names its subject instead.
 *
 * @param sequence the entry's place in the tenant's ledger: 1, 2, 3 ... without a hole
 * @param type what happened
 * @param inventoryId the record it changed
 * @param productId the record's product
 * @param warehouseId the record's warehouse
 * @param delta pieces added to (or, negative, taken from) the quantity on hand
 * @param reservedDelta pieces added to or taken from what is reserved
 * @param quantityAfter pieces on hand after the entry
 * @param reservedAfter pieces reserved after the entry
 * @param minStock the record's minimum after the entry
 * @param maxStock the record's maximum after the entry
 * @param version the record's version after the entry
 * @param reason why, in the client's words
 * @param reference the client's own document, such as an order number
 * @param actor the token subject that caused it
 * @param occurredAt when it happened outside, if the client said so; information only
 * @param createdAt when it was written; never earlier than the entry before
 * @param reverses the sequence of the movement that a REVERSAL takes back
 * @param subject what a CATALOG or ACKNOWLEDGEMENT entry is about; on a movement, the
 * document it belongs to
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Entry(long sequence, EntryType type, @Nullable UUID inventoryId, @Nullable UUID productId,
		@Nullable UUID warehouseId, long delta, long reservedDelta, @Nullable Long quantityAfter,
		@Nullable Long reservedAfter, @Nullable Long minStock, @Nullable Long maxStock, @Nullable Long version,
		@Nullable String reason, @Nullable String reference, String actor, @Nullable Instant occurredAt,
		Instant createdAt, @Nullable Long reverses, @Nullable Subject subject) {

	/**
	 * What an entry is about beside its record, with its state afterwards if the entry
	 * changed it.
	 *
	 * @param kind what it is
	 * @param id its id
	 * @param state the subject as its own resource shows it
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record Subject(SubjectKind kind, UUID id, @Nullable JsonNode state) {
	}

	/**
	 * The kinds of subject. The code is what the database stores.
	 */
	public enum SubjectKind {

		PRODUCT(1), WAREHOUSE(2), RESERVATION(3), TRANSFER(4), ALERT(5);

		private final int code;

		SubjectKind(int code) {
			this.code = code;
		}

		public short code() {
			return (short) this.code;
		}

		public static SubjectKind of(short code) {
			return values()[code - 1];
		}

	}

}
