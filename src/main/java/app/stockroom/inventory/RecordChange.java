package app.stockroom.inventory;

import java.util.ArrayList;
import java.util.List;

import app.stockroom.ledger.Command;
import app.stockroom.ledger.EntryType;
import app.stockroom.platform.Limits;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.PositiveOrZero;
import org.jspecify.annotations.Nullable;

/**
 * What a client changes about a record: an absent field stays as it is.
 *
 * @param quantity pieces on hand; the difference becomes an adjustment
 * @param minStock below this many pieces stock is low
 * @param maxStock no more pieces than this are taken in
 */
record RecordChange(@PositiveOrZero @Max(Limits.QUANTITY) @Nullable Long quantity,
		@PositiveOrZero @Max(Limits.QUANTITY) @Nullable Long minStock,
		@PositiveOrZero @Max(Limits.QUANTITY) @Nullable Long maxStock) {

	/**
	 * The lines that bring a record to what the client wants; none if it is there.
	 */
	List<Command.Line> on(InventoryRecord row) {
		Thresholds thresholds = new Thresholds((this.minStock != null) ? this.minStock : row.minStock(),
				(this.maxStock != null) ? this.maxStock : row.maxStock());
		List<Command.Line> lines = new ArrayList<>();
		if (thresholds.minStock() != row.minStock() || thresholds.maxStock() != row.maxStock()) {
			lines.add(line(row, EntryType.SETTINGS, 0,
					new Command.Terms(row.version(), thresholds.minStock(), thresholds.maxStock(), false)));
		}
		if (this.quantity != null && this.quantity != row.quantity()) {
			// The first line vouches for the version: nothing comes between the lines of
			// a command.
			Command.Terms terms = lines.isEmpty() ? new Command.Terms(row.version(), null, null, false) : null;
			lines.add(line(row, EntryType.ADJUSTMENT, this.quantity - row.quantity(), terms));
		}
		return lines;
	}

	private static Command.Line line(InventoryRecord row, EntryType type, long delta, Command.@Nullable Terms terms) {
		return new Command.Line(Command.ProductRef.of(row.productId()), row.warehouseId(), type, delta, 0,
				Command.Note.NONE, terms);
	}

}
