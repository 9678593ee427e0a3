package app.stockroom.inventory;

import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;

/**
 * Between these two a record's stock should stay.
 *
 * @param minStock below this many pieces stock is low
 * @param maxStock no more pieces than this are taken in
 */
record Thresholds(long minStock, long maxStock) {

	Thresholds {
		if (minStock > maxStock) {
			throw Problem.INVALID_REQUEST.because("The minimum would be above the maximum.")
				.with(new Refusal.FieldError("minStock", "out-of-range", "must not be above maxStock"))
				.with("minStock", minStock)
				.with("maxStock", maxStock);
		}
	}

}
