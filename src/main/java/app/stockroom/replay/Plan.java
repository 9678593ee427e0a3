package app.stockroom.replay;

import java.util.List;
import java.util.stream.IntStream;

import app.stockroom.sales.ProductSales;
import org.jspecify.annotations.Nullable;

/**
 * The model of one product: how it must be stocked before the first line so that no line
 * is refused, and how it must end.
 * <p>
 * Lines of one product may overtake each other when many connections post them. So the
 * opening covers every sale without counting on a return, and the maximum has room for
 * every return without counting on a sale: no order of the lines can then be refused.
 *
 * @param number the product's place in the file, from 1; part of its opening's key
 * @param product what the file says about it
 */
record Plan(int number, ProductSales product) {

	String sku() {
		return this.product.sku();
	}

	long opening() {
		return this.product.sold();
	}

	/** A tenth of the opening, so that dashboards see alerts on the way. */
	long minStock() {
		return opening() / 10;
	}

	long maxStock() {
		return Math.max(1, opening() + this.product.returned());
	}

	/** The quantity when every line is in. */
	long closing() {
		return opening() - this.product.sold() + this.product.returned();
	}

	/**
	 * What is wrong with the product after the last line, or null.
	 * @param record the product's record, or null if there is none
	 */
	@Nullable String deviation(Stock.@Nullable StockRecord record) {
		if (record == null) {
			return sku() + " has no record";
		}
		return (record.quantity() == closing()) ? null
				: "%s: quantity %d, the model says %d".formatted(sku(), record.quantity(), closing());
	}

	/**
	 * Plans every product, in the order of the file.
	 */
	static List<Plan> of(List<ProductSales> products) {
		return IntStream.range(0, products.size())
			.mapToObj((index) -> new Plan(index + 1, products.get(index)))
			.toList();
	}

}
