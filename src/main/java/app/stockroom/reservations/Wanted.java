package app.stockroom.reservations;

import java.util.UUID;

import app.stockroom.inventory.OneProduct;
import app.stockroom.ledger.Command;
import app.stockroom.ledger.EntryType;
import app.stockroom.platform.Limits;
import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * A line as a client asks for it.
 *
 * @param productId the product, unless its SKU is given
 * @param sku the product's SKU, unless its id is given
 * @param warehouseId the warehouse, or null for the default one
 * @param quantity pieces
 */
@OneProduct
@JsonInclude(JsonInclude.Include.NON_NULL)
record Wanted(@Nullable UUID productId, @Size(max = Limits.TEXT_LENGTH) @Nullable String sku,
		@Nullable UUID warehouseId, @NotNull @Min(1) @Max(Limits.QUANTITY) Long quantity) implements OneProduct.Named {

	/** Whether nothing but the database can say which record this is. */
	boolean vague() {
		return this.productId == null || this.warehouseId == null;
	}

	Wanted of(long pieces) {
		return new Wanted(this.productId, this.sku, this.warehouseId, pieces);
	}

	Command.Line hold() {
		return new Command.Line(new Command.ProductRef(this.productId, this.sku), this.warehouseId, EntryType.RESERVE,
				0, this.quantity, Command.Note.NONE, null);
	}

}
