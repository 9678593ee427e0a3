package app.stockroom.inventory;

import java.util.UUID;

import app.stockroom.ledger.Command;
import app.stockroom.ledger.EntryType;
import app.stockroom.platform.Limits;
import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * A new record in a known warehouse as a client asks for it: a product's stock where it
 * had none.
 *
 * @param productId the product, unless its SKU is given
 * @param sku the product's SKU, unless its id is given
 * @param quantity pieces on hand from the start
 * @param minStock below this many pieces stock is low, or null for the tenant's default
 * @param maxStock no more pieces than this are taken in, or null for the default
 */
@OneProduct
@JsonInclude(JsonInclude.Include.NON_NULL)
record Opening(@Nullable UUID productId, @Size(max = Limits.TEXT_LENGTH) @Nullable String sku,
		@NotNull @PositiveOrZero @Max(Limits.QUANTITY) Long quantity,
		@PositiveOrZero @Max(Limits.QUANTITY) @Nullable Long minStock,
		@PositiveOrZero @Max(Limits.QUANTITY) @Nullable Long maxStock) implements OneProduct.Named {

	Command.Line line(@Nullable UUID warehouseId, Thresholds defaults) {
		Thresholds thresholds = new Thresholds((this.minStock != null) ? this.minStock : defaults.minStock(),
				(this.maxStock != null) ? this.maxStock : defaults.maxStock());
		return new Command.Line(new Command.ProductRef(this.productId, this.sku), warehouseId, EntryType.OPENING,
				this.quantity, 0, Command.Note.NONE,
				new Command.Terms(null, thresholds.minStock(), thresholds.maxStock(), false));
	}

	/**
	 * The same where the body names the warehouse.
	 *
	 * @param warehouseId the warehouse, or null for the default one
	 * @param quantity pieces on hand from the start, or null for none
	 */
	@OneProduct
	@JsonInclude(JsonInclude.Include.NON_NULL)
	record Anywhere(@Nullable UUID productId, @Size(max = Limits.TEXT_LENGTH) @Nullable String sku,
			@Nullable UUID warehouseId, @PositiveOrZero @Max(Limits.QUANTITY) @Nullable Long quantity,
			@PositiveOrZero @Max(Limits.QUANTITY) @Nullable Long minStock,
			@PositiveOrZero @Max(Limits.QUANTITY) @Nullable Long maxStock) implements OneProduct.Named {

		Opening opening() {
			return new Opening(this.productId, this.sku, (this.quantity != null) ? this.quantity : 0L, this.minStock,
					this.maxStock);
		}

	}

}
