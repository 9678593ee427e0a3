package app.stockroom.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import app.stockroom.ledger.Command;
import app.stockroom.ledger.EntryType;
import app.stockroom.sales.ProductSales;
import org.jspecify.annotations.Nullable;

/**
 * How one product is stocked on the evening before the sample's last day. Thresholds
 * follow how fast it sells; some products are made to end that day empty, low or
 * overstocked, so that every status is there to see.
 *
 * @param place the product's place among the best sellers, from 0
 * @param product what the sample says about it
 * @param sold pieces sold on the last day
 * @param returned pieces returned on the last day
 */
record Shelf(int place, ProductSales product, long sold, long returned) {

	/** The days of the sample on which the retailer sold anything. */
	private static final int DAYS = 20;

	/** Every so many products come round to the same fate. */
	private static final int ROUND = 10;

	private enum Fate {

		EMPTY, LOW, OVERSTOCKED, FINE

	}

	String sku() {
		return this.product.sku();
	}

	/** Whether the second warehouse has it too. */
	boolean inShop() {
		return this.place % 3 == 0;
	}

	/**
	 * Sets the thresholds of the record in the default warehouse and fills it.
	 */
	List<Command.Line> mainStock() {
		List<Command.Line> lines = new ArrayList<>();
		lines.add(line(null, EntryType.SETTINGS, 0, new Command.Terms(null, minStock(), maxStock(), false)));
		if (opening() > 0) {
			// Counted, because only a stock count may find more than the maximum.
			lines.add(line(null, EntryType.ADJUSTMENT, opening(), new Command.Terms(null, null, null, true)));
		}
		return lines;
	}

	/**
	 * Opens a record in the second warehouse.
	 */
	List<Command.Line> shopStock(UUID shop) {
		return List
			.of(line(shop, EntryType.OPENING, 2 * daily(), new Command.Terms(null, daily(), 10 * daily(), false)));
	}

	private Command.Line line(@Nullable UUID warehouse, EntryType type, long delta, Command.Terms terms) {
		return new Command.Line(new Command.ProductRef(null, sku()), warehouse, type, delta, 0,
				new Command.Note("opening stock", null, null), terms);
	}

	private long daily() {
		return Math.max(2, this.product.sold() / DAYS);
	}

	private long minStock() {
		return 5 * daily();
	}

	/** Room for the last day's returns whatever its sales. */
	private long maxStock() {
		return 40 * daily() + this.sold + this.returned;
	}

	private long opening() {
		return this.sold + switch (fate()) {
			case EMPTY -> 0;
			case LOW -> minStock() / 2;
			case OVERSTOCKED -> maxStock() + 3 * daily();
			case FINE -> minStock() + (1 + this.place % 7) * 3 * daily();
		};
	}

	private Fate fate() {
		return switch (this.place % ROUND) {
			case 1 -> Fate.EMPTY;
			case 4, 7 -> Fate.LOW;
			// What comes back would not be taken in.
			case 9 -> (this.returned == 0) ? Fate.OVERSTOCKED : Fate.FINE;
			default -> Fate.FINE;
		};
	}

}
