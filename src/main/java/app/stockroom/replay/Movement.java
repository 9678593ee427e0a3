package app.stockroom.replay;

import java.time.Instant;

import app.stockroom.sales.SaleLine;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A stock movement as it is posted in a batch.
 *
 * @param origin what it stands for, to be named when it is refused
 * @param sku the product
 * @param type IN, OUT or ADJUSTMENT
 * @param quantity pieces
 * @param reference the invoice
 * @param occurredAt when it happened
 * @param idempotencyKey makes posting it again harmless
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Movement(@JsonIgnore String origin, String sku, String type, long quantity, @Nullable String reference,
		@Nullable Instant occurredAt, @Nullable String idempotencyKey) {

	/**
	 * A sale takes stock, a return brings it back. The key is the file and the line,
	 * because thousands of lines are equal in everything else.
	 */
	static Movement of(SaleLine line, String fileHash) {
		return new Movement("line " + line.number(), line.sku(), (line.quantity() > 0) ? "OUT" : "IN",
				Math.abs(line.quantity()), line.invoice(), line.at(), fileHash + ":" + line.number());
	}

	/**
	 * The stock before the first line.
	 */
	static Movement opening(Plan plan, String fileHash) {
		return new Movement("opening of " + plan.sku(), plan.sku(), "ADJUSTMENT", plan.opening(), "opening", null,
				fileHash + ":opening:" + plan.number());
	}

	/**
	 * The same for a request of its own, which has the key in its header.
	 */
	Movement withoutKey() {
		return new Movement(this.origin, this.sku, this.type, this.quantity, this.reference, this.occurredAt, null);
	}

}
