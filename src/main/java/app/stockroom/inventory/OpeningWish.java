package app.stockroom.inventory;

import java.util.List;

import app.stockroom.inventory.OpeningNames.Place;
import app.stockroom.inventory.OpeningPlaces.Found;
import app.stockroom.ledger.Command;
import org.jspecify.annotations.Nullable;

/**
 * One row of opening stock, ready to be compiled.
 *
 * @param row what it says
 * @param place where the stock is
 * @param defaults the thresholds of a new record when the row names none
 * @param actor who imports it
 * @param key makes it safe to repeat, or null
 */
record OpeningWish(OpeningRow row, Place place, Thresholds defaults, String actor, Command.@Nullable Key key) {

	private static final Command.Note NOTE = new Command.Note("opening stock", null, null);

	/**
	 * The command that does it, given the record as it stands. Where stock has moved it
	 * opens a record all the same: the ledger refuses that, unless it is a repetition and
	 * the stock is this row's own.
	 */
	Command command(@Nullable Found found) {
		List<Command.Line> lines = (found == null || found.moved())
				? List.of(this.row.opening(this.place.productId()).line(this.place.warehouseId(), this.defaults))
				: this.row.change().on(found.row());
		return new Command(this.actor, lines.stream().map(OpeningWish::noted).toList(), this.key);
	}

	private static Command.Line noted(Command.Line line) {
		return new Command.Line(line.product(), line.warehouseId(), line.type(), line.delta(), line.reservedDelta(),
				NOTE, line.terms());
	}

}
