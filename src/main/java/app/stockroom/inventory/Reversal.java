package app.stockroom.inventory;

import java.util.List;
import java.util.Objects;

import app.stockroom.ledger.Command;
import app.stockroom.ledger.Entry;
import app.stockroom.ledger.EntryType;
import app.stockroom.platform.Limits;
import app.stockroom.platform.Problem;
import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * The wish to take a movement back, by an equal and opposite one.
 *
 * @param reason why
 * @param reference the client's own document
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Reversal(@Size(max = Limits.TEXT_LENGTH) @Nullable String reason,
		@Size(max = Limits.TEXT_LENGTH) @Nullable String reference) {

	/**
	 * The command that takes a movement back, or the refusal {@code not-reversible}: what
	 * belongs to a reservation or a transfer is undone there.
	 */
	Command command(Entry movement, String actor, Command.@Nullable Key key) {
		return switch (movement.type()) {
			case IN, OUT, ADJUSTMENT -> new Command(actor, List.of(line(movement)), key);
			default -> throw Problem.NOT_REVERSIBLE
				.because("Only IN, OUT and ADJUSTMENT can be reversed; this is of type " + movement.type() + ".")
				.with("movementType", movement.type());
		};
	}

	private Command.Line line(Entry movement) {
		return new Command.Line(Command.ProductRef.of(Objects.requireNonNull(movement.productId())),
				movement.warehouseId(), EntryType.REVERSAL, -movement.delta(), 0,
				new Command.Note(this.reason, this.reference, null), Command.Terms.reversing(movement.sequence()));
	}

}
