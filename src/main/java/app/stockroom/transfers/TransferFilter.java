package app.stockroom.transfers;

import java.util.Set;
import java.util.UUID;

import app.stockroom.platform.Filters;
import app.stockroom.platform.Query;
import app.stockroom.tenancy.Conditions;
import org.jspecify.annotations.Nullable;

import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * Which transfers a list shows: those that meet every part that is given.
 *
 * @param statuses in one of these states; empty is any
 * @param reference with exactly this reference
 * @param fromWarehouseId out of this warehouse
 * @param toWarehouseId into this warehouse
 * @param productId with this product on a line
 * @param sku with the live product with exactly this SKU on a line
 */
record TransferFilter(Set<Transfer.Status> statuses, @Nullable String reference, @Nullable UUID fromWarehouseId,
		@Nullable UUID toWarehouseId, @Nullable UUID productId, @Nullable String sku) {

	static final Query QUERY = Query.of("reference", "fromWarehouseId", "toWarehouseId", "productId", "sku")
		.several("status");

	static TransferFilter of(ServerRequest request) {
		Filters filters = new Filters(request);
		TransferFilter filter = new TransferFilter(filters.several("status", Transfer.Status.class),
				filters.text("reference"), filters.id("fromWarehouseId"), filters.id("toWarehouseId"),
				filters.id("productId"), filters.text("sku"));
		filters.check();
		return filter;
	}

	Conditions conditions() {
		// By its movements, because the index on products is theirs.
		return new Conditions().anyOf("d.status", this.statuses)
			.and("d.reference = ?", this.reference)
			.and("d.body ->> 'fromWarehouseId' = ?", text(this.fromWarehouseId))
			.and("d.body ->> 'toWarehouseId' = ?", text(this.toWarehouseId))
			.product("d.id = any(array(select m.subject_id from movement m where m.tenant_id = $1 and m.product_id = ? "
					+ "and m.subject_kind = 4))", this.productId, this.sku);
	}

	private static @Nullable String text(@Nullable UUID id) {
		return (id != null) ? id.toString() : null;
	}

}
