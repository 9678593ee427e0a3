package app.stockroom.ledger;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * What a client wants done to stock: lines that are accepted together or not at all. They
 * are judged in order, each on what the lines before it left.
 *
 * @param actor the token subject, kept on every entry
 * @param lines at least one
 * @param key makes the command safe to repeat, or null
 */
public record Command(String actor, List<Line> lines, @Nullable Key key) {

	/**
	 * A client's idempotency key with the fingerprint of what it stood on.
	 *
	 * @param value the client's key, 1 to 256 characters
	 * @param fingerprint the first 128 bits of the SHA-256 of route and parsed body
	 */
	public record Key(String value, UUID fingerprint) {
	}

	/**
	 * One change of one record, by product and warehouse.
	 *
	 * @param product the product, by id or by SKU
	 * @param warehouseId the warehouse, or null for the tenant's default warehouse
	 * @param type what the entry says
	 * @param delta pieces added (or, negative, taken)
	 * @param reservedDelta pieces reserved (or, negative, set free)
	 * @param note the client's words about it
	 * @param terms what else must hold or is set, or null
	 */
	public record Line(ProductRef product, @Nullable UUID warehouseId, EntryType type, long delta, long reservedDelta,
			Note note, @Nullable Terms terms) {
	}

	/**
	 * The client's words about a change: information only.
	 */
	public record Note(@Nullable String reason, @Nullable String reference, @Nullable Instant occurredAt) {

		public static final Note NONE = new Note(null, null, null);

	}

	/**
	 * The rarer parts of a line.
	 *
	 * @param expectedVersion the record's version the line was compiled against; another
	 * one refuses the command as stale
	 * @param minStock the record's new minimum, for OPENING and SETTINGS
	 * @param maxStock the record's new maximum, for OPENING and SETTINGS
	 * @param counted whether the change is physical truth (a stock count), which may
	 * exceed the maximum
	 */
	public record Terms(@Nullable Long expectedVersion, @Nullable Long minStock, @Nullable Long maxStock,
			boolean counted) {
	}

	/**
	 * Names a product by exactly one of id and SKU.
	 */
	public record ProductRef(@Nullable UUID id, @Nullable String sku) {

		public static ProductRef of(UUID id) {
			return new ProductRef(id, null);
		}

	}

}
