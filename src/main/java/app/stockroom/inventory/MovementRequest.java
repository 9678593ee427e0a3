package app.stockroom.inventory;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

import app.stockroom.ledger.Command;
import app.stockroom.ledger.EntryType;
import app.stockroom.ledger.Idempotency;
import app.stockroom.platform.Limits;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * A movement as a client asks for it.
 *
 * @param productId the product, unless its SKU is given
 * @param sku the product's SKU, unless its id is given
 * @param warehouseId the warehouse, or null for the default one
 * @param type what happens
 * @param quantity pieces that come in or go out; signed for an adjustment
 * @param reason why
 * @param reference the client's own document
 * @param occurredAt when it happened outside; information only
 * @param idempotencyKey the key of this line of a batch
 */
@OneProduct
@SignedQuantity
@JsonInclude(JsonInclude.Include.NON_NULL)
record MovementRequest(@Nullable UUID productId, @Size(max = Limits.TEXT_LENGTH) @Nullable String sku,
		@Nullable UUID warehouseId, @NotNull Type type,
		@NotNull @Min(-Limits.QUANTITY) @Max(Limits.QUANTITY) Long quantity,
		@Size(max = Limits.TEXT_LENGTH) @Nullable String reason,
		@Size(max = Limits.TEXT_LENGTH) @Nullable String reference, @Nullable Instant occurredAt,
		@Pattern(regexp = Idempotency.PATTERN) @Nullable String idempotencyKey) implements OneProduct.Named {

	Command.Line line() {
		EntryType entry = switch (this.type) {
			case IN -> EntryType.IN;
			case OUT -> EntryType.OUT;
			case ADJUSTMENT -> EntryType.ADJUSTMENT;
		};
		return new Command.Line(new Command.ProductRef(this.productId, this.sku), this.warehouseId, entry,
				(this.type == Type.OUT) ? -this.quantity : this.quantity, 0,
				new Command.Note(this.reason, this.reference, this.occurredAt), null);
	}

	/**
	 * This movement where the key comes as a header.
	 */
	MovementRequest alone() {
		if (this.idempotencyKey != null) {
			throw Problem.INVALID_REQUEST.because("Only a line of a batch has a key of its own.")
				.with(new Refusal.FieldError("idempotencyKey", "unknown-field",
						"send the " + Idempotency.HEADER + " header"));
		}
		return this;
	}

	Command command(String actor, Command.@Nullable Key key) {
		return new Command(actor, List.of(line()), key);
	}

	enum Type {

		IN, OUT, ADJUSTMENT

	}

}
