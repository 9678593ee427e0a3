package app.stockroom.live;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

import app.stockroom.inventory.InventoryRecord;
import app.stockroom.ledger.Entry;
import app.stockroom.ledger.EntryType;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What a stock event says beyond its entry: the names of product and warehouse, and when
 * the record was opened. An entry has the rest, so that no number here ever comes from
 * anywhere but the ledger. Remembers the records that changed last; belongs to one
 * worker.
 */
final class StockNames {

	private final Function<Collection<UUID>, Mono<List<InventoryRecord>>> records;

	private final Map<UUID, InventoryRecord> known = new LinkedHashMap<>(16, 0.75f, true) {

		@Override
		protected boolean removeEldestEntry(Map.Entry<UUID, InventoryRecord> eldest) {
			return size() > FeedLimits.KNOWN_RECORDS;
		}

	};

	/**
	 * Knows nothing yet.
	 * @param records reads records by their ids
	 */
	StockNames(Function<Collection<UUID>, Mono<List<InventoryRecord>>> records) {
		this.records = records;
	}

	/**
	 * Forgets the names that the changes change. They are read again with the next change
	 * of stock, and may then be newer than that change, but never older.
	 */
	void forget(List<Change> changes) {
		for (Change change : changes) {
			Entry entry = change.entry();
			if (entry != null && entry.type() == EntryType.CATALOG && entry.subject() != null) {
				UUID subject = entry.subject().id();
				this.known.values()
					.removeIf((record) -> subject.equals(record.productId()) || subject.equals(record.warehouseId()));
			}
		}
	}

	/**
	 * Gives each change its record.
	 * @return whether all of them were known
	 */
	boolean attach(List<Change> changes) {
		return attach(changes, this.known);
	}

	/**
	 * Reads what is not known, and gives each change its record.
	 */
	Mono<Map<UUID, InventoryRecord>> load(List<Change> changes) {
		Set<UUID> missing = changes.stream()
			.map(StockNames::recordId)
			.filter((id) -> id != null && !this.known.containsKey(id))
			.collect(Collectors.toSet());
		return missing.isEmpty() ? Mono.just(Map.of()) : this.records.apply(missing).map(StockNames::byId);
	}

	/**
	 * Remembers what was read.
	 */
	void remember(Map<UUID, InventoryRecord> records) {
		this.known.putAll(records);
	}

	private static boolean attach(List<Change> changes, Map<UUID, InventoryRecord> records) {
		boolean complete = true;
		for (Change change : changes) {
			UUID id = recordId(change);
			InventoryRecord record = (id != null) ? records.get(id) : null;
			if (record != null && change.entry() != null) {
				change.record(record.after(change.entry()));
			}
			complete &= id == null || record != null;
		}
		return complete;
	}

	private static @Nullable UUID recordId(Change change) {
		return (change.entry() != null) ? change.entry().inventoryId() : null;
	}

	private static Map<UUID, InventoryRecord> byId(Collection<InventoryRecord> records) {
		return records.stream().collect(Collectors.toMap(InventoryRecord::id, (record) -> record));
	}

}
