package app.stockroom.imports;

import java.util.Map;
import java.util.UUID;

import app.stockroom.platform.Problem;
import app.stockroom.platform.Problems;
import app.stockroom.platform.Refusal;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What became of one row, or in a dry run, what would.
 *
 * @param line the line of the file that it starts on, from 1
 * @param status what became of it
 * @param sku the SKU that it names
 * @param productId the product
 * @param warehouseId the warehouse, where it is about stock
 * @param replayed true if an earlier request with the same key did this
 * @param problem why not
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RowResult(long line, Status status, @Nullable String sku, @Nullable UUID productId,
		@Nullable UUID warehouseId, @Nullable Boolean replayed, @Nullable Map<String, Object> problem) {

	private static final Logger logger = LoggerFactory.getLogger(RowResult.class);

	public static RowResult of(SheetRow row, Status status, @Nullable UUID productId, @Nullable UUID warehouseId,
			boolean replayed) {
		return new RowResult(row.line(), status, sku(row), productId, warehouseId, replayed ? true : null, null);
	}

	/**
	 * A row that was not done. What fails for reasons unknown to us fails for its row
	 * alone.
	 */
	public static RowResult failed(SheetRow row, Throwable error) {
		Refusal refusal = (error instanceof Refusal known) ? known
				: Problem.INTERNAL_ERROR.because("The error was logged. Repeat the row.");
		if (refusal != error) {
			logger.error("A row of an import failed", error);
		}
		Status status = refusal.problem().status().is4xxClientError() ? Status.REFUSED : Status.UNSETTLED;
		return new RowResult(row.line(), status, sku(row), null, null, null, Problems.document(refusal));
	}

	private static @Nullable String sku(SheetRow row) {
		String sku = row.shown("sku");
		return sku.isEmpty() ? null : sku;
	}

	/** What becomes of rows. */
	public enum Status {

		/** Something new is there. */
		CREATED,

		/** What was there has changed. */
		UPDATED,

		/** Everything was so already. */
		UNCHANGED,

		/** Nothing was changed, and will not be unless the row or the stock is. */
		REFUSED,

		/** Not decided, or not known: the problem says which. Import the row again. */
		UNSETTLED

	}

}
