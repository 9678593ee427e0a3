package app.stockroom.inventory;

import java.util.Set;
import java.util.UUID;

import app.stockroom.ledger.EntryType;
import app.stockroom.platform.Filters;
import app.stockroom.tenancy.Conditions;
import org.jspecify.annotations.Nullable;

import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * Which entries of the ledger a list shows: those that meet every part that is given.
 *
 * @param productId of this product
 * @param warehouseId in this warehouse
 * @param inventoryId of this record
 * @param type of this type
 * @param fromSequence from this sequence on
 * @param toSequence up to this sequence, itself included
 */
record MovementFilter(@Nullable UUID productId, @Nullable UUID warehouseId, @Nullable UUID inventoryId,
		@Nullable EntryType type, @Nullable Long fromSequence, @Nullable Long toSequence) {

	static final Set<String> PARAMETERS = Set.of("productId", "warehouseId", "inventoryId", "type", "fromSequence",
			"toSequence");

	static MovementFilter of(ServerRequest request) {
		Filters filters = new Filters(request);
		MovementFilter filter = new MovementFilter(filters.id("productId"), filters.id("warehouseId"),
				filters.id("inventoryId"), filters.word("type", EntryType.class), filters.number("fromSequence"),
				filters.number("toSequence"));
		filters.check();
		return filter;
	}

	Conditions conditions() {
		// By its records, because the ledger's index is by record.
		return new Conditions().and(
				"m.inventory_id = any(array(select i.id from inventory i where i.tenant_id = $1 and i.product_id = ?))",
				this.productId)
			.and("m.warehouse_id = ?", this.warehouseId)
			.and("m.inventory_id = ?", this.inventoryId)
			.and("m.type = ?", (this.type != null) ? this.type.code() : null)
			.and("m.sequence >= ?", this.fromSequence)
			.and("m.sequence <= ?", this.toSequence);
	}

}
