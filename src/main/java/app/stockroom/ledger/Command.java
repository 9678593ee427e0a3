package app.stockroom.ledger;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

import app.stockroom.platform.Ids;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/**
 * What a client wants done to stock: lines that are accepted together or not at all. They
 * are judged in order, each on what the lines before it left.
 *
 * @param actor the token subject, kept on every entry
 * @param lines in order; none where a client's wish turned out to be met already: then
 * only the key is kept
 * @param key makes the command safe to repeat, or null
 */
public record Command(String actor, List<Line> lines, @Nullable Key key) {

	/**
	 * Whether it only adds and takes, on no terms of its own.
	 */
	boolean isPlain() {
		return this.lines.stream()
			.allMatch((line) -> line.terms() == null && line.reservedDelta() == 0 && line.note().occurredAt() == null);
	}

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
	 * @param product the product, by id or by SKU or barcode
	 * @param warehouseId the warehouse, or null for the tenant's default warehouse; on
	 * the line of a document one that must be there and active, or null
	 * @param type what the entry says
	 * @param delta pieces added (or, negative, taken)
	 * @param reservedDelta pieces reserved (or, negative, set free)
	 * @param note the client's words about it
	 * @param terms what else must hold or is set, or null
	 */
	public record Line(ProductRef product, @Nullable UUID warehouseId, EntryType type, long delta, long reservedDelta,
			Note note, @Nullable Terms terms) {

		/**
		 * The line of a document that is refused unless this warehouse takes stock.
		 */
		public Line taking(UUID warehouse) {
			return new Line(this.product, warehouse, this.type, this.delta, this.reservedDelta, this.note, this.terms);
		}

	}

	/**
	 * The line that changes a document. It must be the last of its command, and is judged
	 * first.
	 */
	public static Line document(Entry.Subject subject, DocumentChange change) {
		return new Line(new ProductRef(null, null), null, EntryType.CATALOG, 0, 0, Note.NONE,
				new Terms(null, null, null, false, null, subject, change));
	}

	/**
	 * A last line that is always stale: a document that does not exist has no version.
	 */
	static Line never() {
		return document(new Entry.Subject(Entry.SubjectKind.RESERVATION, Ids.next(), null),
				new DocumentChange(0L, "", null, NullNode.getInstance(), null, false));
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
	 * @param reverses the sequence of the movement that this line takes back, once
	 * @param subject the document that the line belongs to
	 * @param document how that document changes, on a CATALOG line
	 */
	public record Terms(@Nullable Long expectedVersion, @Nullable Long minStock, @Nullable Long maxStock,
			boolean counted, @Nullable Long reverses, Entry.@Nullable Subject subject,
			@Nullable DocumentChange document) {

		public Terms(@Nullable Long expectedVersion, @Nullable Long minStock, @Nullable Long maxStock,
				boolean counted) {
			this(expectedVersion, minStock, maxStock, counted, null, null, null);
		}

		/** A line that takes back a movement. */
		public static Terms reversing(long sequence) {
			return new Terms(null, null, null, false, sequence, null, null);
		}

		/** A line that belongs to a document. */
		public static Terms of(Entry.Subject subject) {
			return new Terms(null, null, null, false, null, subject, null);
		}

	}

	/**
	 * How a document (a reservation, a transfer) changes together with the stock it is
	 * about.
	 *
	 * @param expectedVersion the version the change was compiled against; null for a new
	 * document
	 * @param status its status afterwards; in status HELD it holds what the command's
	 * RESERVE lines take
	 * @param reference the client's own document; kept from the beginning
	 * @param body everything else, whole, as its own resource shows it
	 * @param ttlSeconds when it expires, counted from the database's clock; null to leave
	 * that as it is
	 * @param unexpired whether to refuse if its time is over
	 */
	public record DocumentChange(@Nullable Long expectedVersion, String status, @Nullable String reference,
			JsonNode body, @Nullable Integer ttlSeconds, boolean unexpired) {
	}

	/**
	 * Names a product by exactly one of id and SKU, which may be a barcode; by none on
	 * the line of a document.
	 */
	public record ProductRef(@Nullable UUID id, @Nullable String sku) {

		public static ProductRef of(UUID id) {
			return new ProductRef(id, null);
		}

	}

}
