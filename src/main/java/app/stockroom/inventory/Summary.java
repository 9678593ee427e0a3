package app.stockroom.inventory;

import java.math.BigInteger;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import app.stockroom.ledger.StockStatus;

/**
 * A tenant's stock in a few numbers.
 *
 * @param sequence the place in the ledger that they are true at
 * @param total all records together
 * @param statuses the same by status, those without a record left out
 * @param warehouses the same by warehouse, ordered by name
 */
record Summary(long sequence, Totals total, Map<StockStatus, Totals> statuses, List<InWarehouse> warehouses) {

	/**
	 * Sums over some records.
	 *
	 * @param records how many there are
	 * @param quantity pieces on hand
	 * @param reserved pieces of them that are held
	 */
	record Totals(long records, BigInteger quantity, BigInteger reserved) {

		static Totals of(Collection<Totals> parts) {
			return parts.stream()
				.reduce(new Totals(0, BigInteger.ZERO, BigInteger.ZERO),
						(one, other) -> new Totals(one.records + other.records, one.quantity.add(other.quantity),
								one.reserved.add(other.reserved)));
		}

	}

	/** One warehouse's share. */
	record InWarehouse(UUID id, String name, Totals total, Map<StockStatus, Totals> statuses) {
	}

}
