package app.stockroom.products;

import java.util.Set;

import app.stockroom.platform.Filters;
import app.stockroom.platform.Query;
import app.stockroom.tenancy.Conditions;
import org.jspecify.annotations.Nullable;

import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * Which products a list shows: those that meet every part that is given.
 *
 * @param sku with exactly this SKU
 * @param barcode with exactly this barcode, while it lives
 * @param name with these letters in the name, in either case
 * @param statuses in one of these states; empty is any
 * @param includeDeleted deleted ones too
 */
record ProductFilter(@Nullable String sku, @Nullable String barcode, @Nullable String name,
		Set<Product.Status> statuses, boolean includeDeleted) {

	static final Query QUERY = Query.of("sku", "barcode", "name", "includeDeleted").several("status");

	static ProductFilter of(ServerRequest request) {
		Filters filters = new Filters(request);
		ProductFilter filter = new ProductFilter(filters.text("sku"), filters.text("barcode"), filters.text("name"),
				filters.several("status", Product.Status.class), filters.flag("includeDeleted"));
		filters.check();
		return filter;
	}

	Conditions conditions() {
		Conditions conditions = this.includeDeleted ? new Conditions() : new Conditions().and(Products.LIVE);
		return conditions.and("p.sku = ?", this.sku)
			.and("p.id = (select b.product_id from product_barcode b where b.tenant_id = $1 and b.barcode = ?)",
					this.barcode)
			.and("position(lower(?) in lower(p.name)) > 0", this.name)
			.anyOf("p.status", this.statuses);
	}

}
