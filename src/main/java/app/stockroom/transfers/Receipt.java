package app.stockroom.transfers;

import java.util.List;

import app.stockroom.platform.Limits;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * What arrived of a transfer.
 *
 * @param lines the pieces that arrived; lines of one product are summed
 * @param closing whether nothing more will come: what is missing is lost
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Receipt(@Size(max = Limits.TRANSFER_LINES) @Nullable List<@NotNull @Valid Portion> lines,
		@Nullable Boolean closing) {

	Receipt {
		lines = (lines != null) ? lines : List.of();
		closing = Boolean.TRUE.equals(closing);
	}

	/**
	 * This receipt, or the refusal of one that says nothing.
	 */
	Receipt ofSomething() {
		if (arrived().isEmpty() && !closes()) {
			throw Problem.INVALID_REQUEST.because("The receipt says nothing.")
				.with(new Refusal.FieldError("lines", "required", "name what arrived, or close the transfer"));
		}
		return this;
	}

	List<Portion> arrived() {
		return (this.lines != null) ? this.lines : List.of();
	}

	boolean closes() {
		return Boolean.TRUE.equals(this.closing);
	}

}
