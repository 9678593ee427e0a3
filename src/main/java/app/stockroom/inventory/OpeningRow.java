package app.stockroom.inventory;

import java.util.Map;
import java.util.UUID;

import app.stockroom.imports.Cell;
import app.stockroom.platform.Limits;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * One row of opening stock. Several names of one thing may be given, as our own export
 * does; then they must mean the same.
 *
 * @param sku the product's SKU, or one of its barcodes
 * @param productId the product's id
 * @param barcode one of the product's barcodes
 * @param warehouse the warehouse's name
 * @param warehouseId the warehouse's id; without either it is the default one
 * @param quantity pieces on hand
 * @param minStock below this many pieces stock is low
 * @param maxStock no more pieces than this are taken in
 */
record OpeningRow(@Size(max = Limits.TEXT_LENGTH) @Nullable String sku, @Nullable UUID productId,
		@Size(max = Limits.TEXT_LENGTH) @Nullable String barcode,
		@Size(max = Limits.TEXT_LENGTH) @Nullable String warehouse, @Nullable UUID warehouseId,
		@NotNull @PositiveOrZero @Max(Limits.QUANTITY) Long quantity,
		@PositiveOrZero @Max(Limits.QUANTITY) @Nullable Long minStock,
		@PositiveOrZero @Max(Limits.QUANTITY) @Nullable Long maxStock) {

	static final Map<String, Cell> COLUMNS = Map.ofEntries(Map.entry("sku", Cell.TEXT),
			Map.entry("productId", Cell.WORD), Map.entry("barcode", Cell.TEXT), Map.entry("warehouse", Cell.TEXT),
			Map.entry("warehouseId", Cell.WORD), Map.entry("quantity", Cell.NUMBER), Map.entry("minStock", Cell.NUMBER),
			Map.entry("maxStock", Cell.NUMBER), Map.entry("id", Cell.READ_ONLY),
			Map.entry("productSku", Cell.READ_ONLY), Map.entry("productName", Cell.READ_ONLY),
			Map.entry("warehouseName", Cell.READ_ONLY), Map.entry("reserved", Cell.READ_ONLY),
			Map.entry("available", Cell.READ_ONLY), Map.entry("status", Cell.READ_ONLY),
			Map.entry("lowStock", Cell.READ_ONLY), Map.entry("version", Cell.READ_ONLY),
			Map.entry("createdAt", Cell.READ_ONLY), Map.entry("updatedAt", Cell.READ_ONLY));

	Opening opening(UUID product) {
		return new Opening(product, null, this.quantity, this.minStock, this.maxStock);
	}

	RecordChange change() {
		return new RecordChange(this.quantity, this.minStock, this.maxStock);
	}

}
