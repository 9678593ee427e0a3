package app.stockroom.sales;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Adds up the lines of one product.
 */
class ProductSum {

	private final String sku;

	private final Map<String, Integer> descriptions = new HashMap<>();

	private String name = "";

	private @Nullable BigDecimal price;

	private long sold;

	private long returned;

	ProductSum(String sku) {
		this.sku = sku;
	}

	void add(SaleLine line) throws Columns.Malformed {
		this.sold += Math.max(line.quantity(), 0);
		this.returned += Math.max(-line.quantity(), 0);
		if (this.sold + this.returned > Columns.MAX_QUANTITY) {
			throw new Columns.Malformed(
					"the pieces of %s add up to more than %d".formatted(this.sku, Columns.MAX_QUANTITY));
		}
		if (line.price().signum() > 0) {
			this.price = line.price();
		}
		describe(line.description().strip());
	}

	private void describe(String description) {
		if (description.isEmpty()) {
			return;
		}
		int times = this.descriptions.merge(description, 1, Integer::sum);
		// Only the one just counted can have overtaken; a tie keeps the earlier name.
		if (times > this.descriptions.getOrDefault(this.name, 0)) {
			this.name = description;
		}
	}

	ProductSales total() {
		return new ProductSales(this.sku, this.name.isEmpty() ? this.sku : this.name, this.price, this.sold,
				this.returned);
	}

}
