package app.stockroom.inventory;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;

import app.stockroom.ledger.EntryType;
import app.stockroom.platform.Filters;
import app.stockroom.platform.Query;
import org.jspecify.annotations.Nullable;

import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * Which entries of the ledger a list shows: those that meet every part that is given.
 *
 * @param productId of this product
 * @param sku of the live product with exactly this SKU
 * @param warehouseId in this warehouse
 * @param inventoryId of this record
 * @param types of one of these types; empty is any
 * @param reference with exactly this reference
 * @param fromSequence from this sequence on
 * @param toSequence up to this sequence, itself included
 * @param from written at this time or later
 * @param to written at this time or earlier
 */
record MovementFilter(@Nullable UUID productId, @Nullable String sku, @Nullable UUID warehouseId,
		@Nullable UUID inventoryId, Set<EntryType> types, @Nullable String reference, @Nullable Long fromSequence,
		@Nullable Long toSequence, @Nullable Instant from, @Nullable Instant to) {

	static final Query QUERY = Query
		.of("productId", "sku", "warehouseId", "inventoryId", "reference", "fromSequence", "toSequence", "from", "to")
		.several("type");

	static MovementFilter of(ServerRequest request) {
		Filters filters = new Filters(request);
		MovementFilter filter = new MovementFilter(filters.id("productId"), filters.text("sku"),
				filters.id("warehouseId"), filters.id("inventoryId"), filters.several("type", EntryType.class),
				filters.text("reference"), filters.number("fromSequence"), filters.number("toSequence"),
				filters.instant("from"), filters.instant("to"));
		filters.check();
		return filter;
	}

	static MovementFilter ofRecord(UUID inventoryId) {
		return new MovementFilter(null, null, null, inventoryId, Set.of(), null, null, null, null, null);
	}

	/** Whether it names records, directly or by their product. */
	boolean namesRecords() {
		return this.inventoryId != null || this.productId != null || this.sku != null;
	}

	/** The types as the database stores them, or null for any. */
	Short @Nullable [] typeCodes() {
		return this.types.isEmpty() ? null : this.types.stream().map(EntryType::code).toArray(Short[]::new);
	}

	/** The same filter where the times have been looked up in the ledger. */
	MovementFilter between(@Nullable Long first, @Nullable Long last) {
		return new MovementFilter(this.productId, this.sku, this.warehouseId, this.inventoryId, this.types,
				this.reference, max(this.fromSequence, first), min(this.toSequence, last), null, null);
	}

	private static @Nullable Long max(@Nullable Long one, @Nullable Long other) {
		return (one != null && other != null) ? Long.valueOf(Math.max(one, other)) : (one != null) ? one : other;
	}

	private static @Nullable Long min(@Nullable Long one, @Nullable Long other) {
		return (one != null && other != null) ? Long.valueOf(Math.min(one, other)) : (one != null) ? one : other;
	}

}
