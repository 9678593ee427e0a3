package app.stockroom.replay;

import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

import reactor.core.publisher.Mono;

/**
 * The tenant's records as the public API shows them.
 */
class Stock {

	private final StockroomClient client;

	Stock(StockroomClient client) {
		this.client = client;
	}

	/**
	 * Reads every record, by SKU.
	 */
	Mono<Map<String, StockRecord>> read() {
		return this.client.list("/api/inventory", StockRecord.class)
			.collect(Collectors.toMap((item) -> item.product().sku(), Function.identity()));
	}

	record StockRecord(UUID id, Named product, long quantity, long minStock, long maxStock) {
	}

	record Named(String sku) {
	}

}
