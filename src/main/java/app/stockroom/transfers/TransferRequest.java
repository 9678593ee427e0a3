package app.stockroom.transfers;

import java.util.List;
import java.util.Map;
import java.util.UUID;

import app.stockroom.platform.Limits;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * A transfer as a client asks for it.
 *
 * @param fromWarehouseId the warehouse that gives
 * @param toWarehouseId the warehouse that gets
 * @param lines what moves; lines of one product are summed
 * @param mode whether it arrives at once, which is the default, or is received later
 * @param reference the client's own document
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record TransferRequest(@NotNull UUID fromWarehouseId, @NotNull UUID toWarehouseId,
		@NotEmpty @Size(max = Limits.TRANSFER_LINES) List<@NotNull @Valid Portion> lines, Transfer.@Nullable Mode mode,
		@Size(max = Limits.TEXT_LENGTH) @Nullable String reference) {

	TransferRequest {
		mode = (mode != null) ? mode : Transfer.Mode.IMMEDIATE;
	}

	/**
	 * This request, or the refusal of one between a warehouse and itself.
	 */
	TransferRequest betweenTwo() {
		if (this.fromWarehouseId.equals(this.toWarehouseId)) {
			throw Problem.INVALID_REQUEST.because("A transfer is between two warehouses.")
				.with(new Refusal.FieldError("toWarehouseId", "out-of-range", "must differ from fromWarehouseId"));
		}
		return this;
	}

	boolean inTransit() {
		return this.mode == Transfer.Mode.IN_TRANSIT;
	}

	Transfer.Contents contents(Map<UUID, Long> pieces) {
		List<Transfer.Line> shipped = pieces.entrySet()
			.stream()
			.map((each) -> new Transfer.Line(each.getKey(), each.getValue(), inTransit() ? 0 : each.getValue(), 0))
			.toList();
		return new Transfer.Contents(this.fromWarehouseId, this.toWarehouseId,
				inTransit() ? Transfer.Mode.IN_TRANSIT : Transfer.Mode.IMMEDIATE, shipped);
	}

}
