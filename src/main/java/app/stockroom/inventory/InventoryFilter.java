package app.stockroom.inventory;

import java.util.Locale;
import java.util.Set;
import java.util.UUID;

import app.stockroom.ledger.StockStatus;
import app.stockroom.platform.Filters;
import app.stockroom.platform.Query;
import app.stockroom.tenancy.Conditions;
import org.jspecify.annotations.Nullable;

import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * Which records a list or a feed shows: those that meet every part that is given.
 *
 * @param productId of this product
 * @param sku of the product with exactly this SKU
 * @param warehouseId in this warehouse
 * @param statuses in one of these states; empty is any
 * @param q with these letters in SKU or product name, in either case
 */
public record InventoryFilter(@Nullable UUID productId, @Nullable String sku, @Nullable UUID warehouseId,
		Set<StockStatus> statuses, @Nullable String q) {

	/** The query parameters that this filter reads. */
	public static final Query QUERY = Query.of("productId", "sku", "warehouseId", "q").several("status");

	/** The same where the path names the warehouse. */
	static final Query QUERY_IN_WAREHOUSE = Query.of("productId", "sku", "q").several("status");

	/**
	 * Reads the filter from a request's query, or refuses naming every bad parameter.
	 */
	public static InventoryFilter of(ServerRequest request) {
		Filters filters = new Filters(request);
		InventoryFilter filter = new InventoryFilter(filters.id("productId"), filters.text("sku"),
				filters.id("warehouseId"), filters.several("status", StockStatus.class), filters.text("q"));
		filters.check();
		return filter;
	}

	/**
	 * The same filter within one warehouse.
	 */
	InventoryFilter in(UUID warehouse) {
		return new InventoryFilter(this.productId, this.sku, warehouse, this.statuses, this.q);
	}

	/**
	 * Whether a record belongs to the list.
	 */
	public boolean matches(InventoryRecord row) {
		return (this.productId == null || this.productId.equals(row.productId()))
				&& (this.sku == null || this.sku.equals(row.product().sku()))
				&& (this.warehouseId == null || this.warehouseId.equals(row.warehouseId()))
				&& (this.statuses.isEmpty() || this.statuses.contains(row.status()))
				&& (this.q == null || contains(row.product().sku(), this.q) || contains(row.product().name(), this.q));
	}

	Conditions conditions() {
		return conditions(new Conditions());
	}

	Conditions conditions(Conditions others) {
		return others.and("i.product_id = ?", this.productId)
			.and("p.sku = ?", this.sku)
			.and("i.warehouse_id = ?", this.warehouseId)
			.anyOf("stock_status(i.quantity, i.min_stock, i.max_stock)", this.statuses)
			.and("(position(lower(?) in lower(p.sku)) > 0 or position(lower(?) in lower(p.name)) > 0)", this.q);
	}

	private static boolean contains(String text, String letters) {
		return text.toLowerCase(Locale.ROOT).contains(letters.toLowerCase(Locale.ROOT));
	}

}
