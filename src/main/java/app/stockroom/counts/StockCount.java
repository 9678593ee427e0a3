package app.stockroom.counts;

import java.util.List;
import java.util.UUID;

import app.stockroom.inventory.OneProduct;
import app.stockroom.platform.Limits;
import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * What people counted in one warehouse.
 *
 * @param warehouseId where, or null for the default warehouse
 * @param lines each product once
 * @param reason why, kept on every adjustment
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record StockCount(@Nullable UUID warehouseId,
		@NotEmpty @Size(max = Limits.COUNT_LINES) List<@NotNull @Valid Line> lines,
		@Size(max = Limits.TEXT_LENGTH) @Nullable String reason) {

	/**
	 * The count of one product.
	 *
	 * @param productId the product, unless its SKU is given
	 * @param sku the product's SKU, unless its id is given
	 * @param counted pieces found
	 * @param atSequence the ledger's sequence when they were counted, or null for now;
	 * what moved after it is not part of the difference
	 */
	@OneProduct
	@JsonInclude(JsonInclude.Include.NON_NULL)
	record Line(@Nullable UUID productId, @Size(max = Limits.TEXT_LENGTH) @Nullable String sku,
			@NotNull @PositiveOrZero @Max(Limits.QUANTITY) Long counted,
			@PositiveOrZero @Max(Limits.QUANTITY) @Nullable Long atSequence) implements OneProduct.Named {

		String product() {
			return (this.sku != null) ? this.sku : String.valueOf(this.productId);
		}

	}

}
