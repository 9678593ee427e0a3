package app.stockroom.inventory;

import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

import app.stockroom.ledger.Entry;
import app.stockroom.ledger.StockStatus;
import app.stockroom.platform.Versioned;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * The stock of one product in one warehouse, as stored and as clients see it.
 *
 * @param id the record's id
 * @param productId the product
 * @param warehouseId the warehouse
 * @param product the product's names
 * @param warehouse the warehouse's name
 * @param quantity pieces on hand
 * @param reserved pieces on hand that are held for customers
 * @param minStock below this many pieces stock is low
 * @param maxStock no more pieces than this are taken in
 * @param version the number of changes, for If-Match
 * @param createdAt when it was opened
 * @param updatedAt when it last changed
 */
@JsonPropertyOrder({ "id", "productId", "warehouseId", "product", "warehouse", "quantity", "reserved", "available",
		"minStock", "maxStock", "status", "lowStock", "version", "createdAt", "updatedAt" })
public record InventoryRecord(UUID id, UUID productId, UUID warehouseId, ProductName product, WarehouseName warehouse,
		long quantity, long reserved, long minStock, long maxStock, long version, Instant createdAt,
		Instant updatedAt) implements Versioned {

	/** Pieces that can be sold: on hand and not held for anybody. */
	@JsonProperty
	public long available() {
		return this.quantity - this.reserved;
	}

	@JsonProperty
	public StockStatus status() {
		return StockStatus.of(this.quantity, this.minStock, this.maxStock);
	}

	/** Whether stock is below the minimum, zero included. */
	@JsonProperty
	public boolean lowStock() {
		return this.quantity < this.minStock;
	}

	/**
	 * The record as an entry about it left it.
	 */
	public InventoryRecord after(Entry entry) {
		return new InventoryRecord(this.id, this.productId, this.warehouseId, this.product, this.warehouse,
				Objects.requireNonNull(entry.quantityAfter()), Objects.requireNonNull(entry.reservedAfter()),
				Objects.requireNonNull(entry.minStock()), Objects.requireNonNull(entry.maxStock()),
				Objects.requireNonNull(entry.version()), this.createdAt, entry.createdAt());
	}

	/** What a table shows of a product. */
	public record ProductName(UUID id, String sku, String name) {
	}

	/** What a table shows of a warehouse. */
	public record WarehouseName(UUID id, String name) {
	}

}
