package app.stockroom.reservations;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * What a client's words mean in its tenant.
 *
 * @param warehouseId the default warehouse
 * @param products the live products by the SKUs or barcodes that were asked for
 */
record Names(@Nullable UUID warehouseId, Map<String, UUID> products) {

	/** Nothing had to be looked up. */
	static final Names NONE = new Names(null, Map.of());

	static Names of(List<Found> rows) {
		Map<String, UUID> products = new HashMap<>();
		UUID warehouse = null;
		for (Found row : rows) {
			warehouse = row.warehouseId();
			if (row.sku() != null && row.productId() != null) {
				products.put(row.sku(), row.productId());
			}
		}
		return new Names(warehouse, products);
	}

	/**
	 * The lines by ids, several of one record summed, in the order of their first. A line
	 * whose SKU is unknown keeps it.
	 */
	List<Wanted> summed(List<Wanted> lines) {
		Map<Wanted, Long> sums = new LinkedHashMap<>();
		lines.forEach((line) -> sums.merge(resolve(line).of(1), line.quantity(), Long::sum));
		return sums.entrySet().stream().map((sum) -> sum.getKey().of(sum.getValue())).toList();
	}

	/** The parts of a reservation that a client names. */
	List<Reservation.Part> parts(List<Wanted> lines) {
		return lines.stream()
			.map((line) -> new Reservation.Part(productOf(line), line.warehouseId(), line.quantity()))
			.toList();
	}

	private Wanted resolve(Wanted line) {
		UUID product = productOf(line);
		UUID warehouse = Objects.requireNonNullElseGet(line.warehouseId(),
				() -> Objects.requireNonNull(this.warehouseId));
		return new Wanted(product, (product != null) ? null : line.sku(), warehouse, line.quantity());
	}

	private @Nullable UUID productOf(Wanted line) {
		return (line.productId() != null) ? line.productId() : this.products.get(line.sku());
	}

	/**
	 * The tenant's default warehouse and, if any was found, a product.
	 */
	record Found(UUID warehouseId, @Nullable String sku, @Nullable UUID productId) {
	}

}
