package app.stockroom.ledger;

/**
 * How a record stands. It looks at the quantity on hand, not at what is available. The
 * SQL function {@code stock_status} decides the same way, and a test compares the two.
 */
public enum StockStatus {

	OUT_OF_STOCK, LOW_STOCK, OK, OVERSTOCK;

	public static StockStatus of(long quantity, long minStock, long maxStock) {
		if (quantity == 0) {
			return OUT_OF_STOCK;
		}
		if (quantity < minStock) {
			return LOW_STOCK;
		}
		return (quantity > maxStock) ? OVERSTOCK : OK;
	}

}
