package app.stockroom.counts;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

import app.stockroom.ledger.Command;
import app.stockroom.ledger.EntryType;
import app.stockroom.platform.Limits;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger says about the lines of a count, all read at one moment.
 *
 * @param rows one for each line of the count, in order
 */
record BookStock(List<Row> rows) {

	/**
	 * The adjustments that bring the books to what was counted; none where all is equal.
	 * Refusals, in this order: {@code not-found} for the first line whose product,
	 * warehouse or record is not there, {@code invalid-request} with every line that
	 * cannot be.
	 */
	List<Command.Line> adjustments(StockCount count) {
		Refusal bad = Problem.INVALID_REQUEST.because("Not every line of the count is valid.");
		Set<UUID> seen = new HashSet<>();
		List<Command.Line> lines = new ArrayList<>();
		for (int i = 0; i < this.rows.size(); i++) {
			StockCount.Line counted = count.lines().get(i);
			Row row = this.rows.get(i);
			row.requireThere(counted);
			row.check(counted, seen, bad, "lines[" + i + "].");
			long difference = counted.counted() - row.quantityAt(counted);
			if (difference != 0) {
				lines.add(row.adjustment(counted, difference, count.reason()));
			}
		}
		if (!bad.errors().isEmpty()) {
			throw bad;
		}
		return lines;
	}

	/**
	 * A product in the warehouse of the count.
	 *
	 * @param productId the product, or null if there is none
	 * @param warehouseId the warehouse, or null if there is none
	 * @param quantity pieces on hand now, or null if the product has no record there
	 * @param quantityThen pieces on hand at the line's sequence, or null if there was no
	 * record or the line names none
	 * @param version the record's version now
	 * @param head the ledger's last sequence
	 */
	record Row(@Nullable UUID productId, @Nullable UUID warehouseId, @Nullable Long quantity,
			@Nullable Long quantityThen, @Nullable Long version, long head) {

		/** Nothing found where nothing is kept is no reason to open a record. */
		private void requireThere(StockCount.Line counted) {
			if (this.warehouseId == null) {
				throw Problem.NOT_FOUND.because("There is no such warehouse.");
			}
			if (this.productId == null) {
				throw Problem.NOT_FOUND.because("There is no product " + counted.product() + ".");
			}
			if (this.quantity == null && counted.counted() > 0) {
				throw Problem.NOT_FOUND
					.because("Product " + counted.product() + " has no record in this warehouse to be counted against; "
							+ "open one with POST /api/warehouses/{id}/inventory, then count again.")
					.with("productId", this.productId)
					.with("counted", counted.counted());
			}
		}

		private void check(StockCount.Line counted, Set<UUID> seen, Refusal bad, String path) {
			if (!seen.add(Objects.requireNonNull(this.productId))) {
				bad.with(new Refusal.FieldError(path + ((counted.sku() != null) ? "sku" : "productId"), "repeated",
						"names a product that another line counts"));
			}
			if (counted.atSequence() != null && counted.atSequence() > this.head) {
				bad.with(
						new Refusal.FieldError(path + "atSequence", "out-of-range", "the ledger ends at " + this.head));
			}
			long now = (this.quantity != null) ? this.quantity : 0;
			if (now + counted.counted() - quantityAt(counted) > Limits.QUANTITY) {
				bad.with(new Refusal.FieldError(path + "counted", "out-of-range",
						"would make more than " + Limits.QUANTITY + " pieces"));
			}
		}

		private long quantityAt(StockCount.Line counted) {
			Long quantity = (counted.atSequence() != null) ? this.quantityThen : this.quantity;
			return (quantity != null) ? quantity : 0;
		}

		private Command.Line adjustment(StockCount.Line counted, long difference, @Nullable String reason) {
			// As of now means: as long as nobody else changes the record.
			Long expected = (counted.atSequence() == null) ? this.version : null;
			return new Command.Line(Command.ProductRef.of(Objects.requireNonNull(this.productId)), this.warehouseId,
					EntryType.ADJUSTMENT, difference, 0, new Command.Note(reason, null, null),
					new Command.Terms(expected, null, null, true));
		}

	}

}
