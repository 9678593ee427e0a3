package app.stockroom.demo;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import app.stockroom.sales.ProductSales;
import app.stockroom.sales.SaleLine;
import app.stockroom.sales.SalesFile;

/**
 * What the demo tenant is made of: the best sellers of the sample, stocked for its last
 * day, and the sales of that day.
 *
 * @param shelves the products, the best seller first
 * @param sales the lines of the last day that move one of them, in order
 */
record DemoData(List<Shelf> shelves, List<SaleLine> sales) {

	private static final String SAMPLE = "/demo/online-retail-2010-12.csv.gz";

	private static final Instant LAST_DAY = Instant.parse("2010-12-23T00:00:00Z");

	private static final int PRODUCTS = 300;

	/**
	 * Reads the sample; takes about a second.
	 */
	static DemoData read() throws IOException {
		try (InputStream stream = DemoData.class.getResourceAsStream(SAMPLE)) {
			return of(SalesFile.read(SAMPLE, Objects.requireNonNull(stream, SAMPLE)));
		}
	}

	private static DemoData of(SalesFile file) {
		List<ProductSales> bestSellers = file.products()
			.stream()
			// Postage, samples and discounts have codes of letters.
			.filter((product) -> Character.isDigit(product.sku().charAt(0)))
			.sorted(Comparator.comparingLong(ProductSales::sold).reversed())
			.limit(PRODUCTS)
			.toList();
		Set<String> skus = bestSellers.stream().map(ProductSales::sku).collect(Collectors.toSet());
		List<SaleLine> sales = file.lines()
			.filter((line) -> !line.at().isBefore(LAST_DAY) && line.quantity() != 0 && skus.contains(line.sku()))
			.toList();
		Map<String, Long> sold = pieces(sales, 1);
		Map<String, Long> returned = pieces(sales, -1);
		List<Shelf> shelves = IntStream.range(0, bestSellers.size()).mapToObj((place) -> {
			ProductSales product = bestSellers.get(place);
			return new Shelf(place, product, sold.getOrDefault(product.sku(), 0L),
					returned.getOrDefault(product.sku(), 0L));
		}).toList();
		return new DemoData(shelves, sales);
	}

	private static Map<String, Long> pieces(List<SaleLine> sales, int sign) {
		return sales.stream()
			.filter((line) -> Long.signum(line.quantity()) == sign)
			.collect(Collectors.groupingBy(SaleLine::sku, Collectors.summingLong((line) -> sign * line.quantity())));
	}

	/**
	 * How many entries the ledger has when all of it is there.
	 */
	long entries() {
		long warehouses = 1;
		// A product is entered with its record in the default warehouse.
		long products = 2L * this.shelves.size();
		long stock = this.shelves.stream()
			.mapToLong((shelf) -> shelf.mainStock().size() + (shelf.inShop() ? 1 : 0))
			.sum();
		return warehouses + products + stock + this.sales.size();
	}

}
