package app.stockroom.reservations;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What was short when a reservation was refused, and where a client may still find it.
 *
 * @param productId the product
 * @param sku its SKU
 * @param warehouseId where it was wanted
 * @param requested pieces wanted
 * @param available pieces that were free
 * @param nextExpiresAt when the next reservation that holds some of it ends by itself
 * @param elsewhere warehouses that have some free, the best first
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Shortage(UUID productId, String sku, UUID warehouseId, long requested, long available,
		@Nullable Instant nextExpiresAt, List<Elsewhere> elsewhere) {

	/**
	 * Free stock in another warehouse.
	 */
	record Elsewhere(UUID warehouseId, String warehouse, long available) {
	}

}
