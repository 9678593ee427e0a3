package app.stockroom.live;

import java.util.List;
import java.util.UUID;

import app.stockroom.inventory.Inventory;
import app.stockroom.inventory.InventoryFilter;
import app.stockroom.inventory.InventoryRecord;
import app.stockroom.ledger.Alert;
import app.stockroom.ledger.Alerts;
import app.stockroom.ledger.Position;
import app.stockroom.tenancy.TenantId;
import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.stereotype.Component;

/**
 * What fresh streams begin with, read and encoded once for all that begin at about the
 * same time.
 */
@Component
class Snapshots {

	private final Inventory inventory;

	private final Alerts alerts;

	private final EventEncoder encoder;

	private final FeedMetrics metrics;

	private final AsyncCache<Place, Part> parts = Caffeine.newBuilder()
		.maximumWeight(FeedLimits.SNAPSHOTS_KEPT)
		.weigher((Place _, Part part) -> 1 + part.events().size())
		.expireAfterWrite(FeedLimits.SNAPSHOT_AGE)
		.buildAsync();

	private final AsyncCache<TenantId, OpenAlerts> open = Caffeine.newBuilder()
		.maximumWeight(FeedLimits.SNAPSHOTS_KEPT)
		.weigher((TenantId _, OpenAlerts alerts) -> 1 + alerts.alerts().size())
		.expireAfterWrite(FeedLimits.SNAPSHOT_AGE)
		.buildAsync();

	Snapshots(Inventory inventory, Alerts alerts, EventEncoder encoder, FeedMetrics metrics) {
		this.inventory = inventory;
		this.alerts = alerts;
		this.encoder = encoder;
		this.metrics = metrics;
	}

	/**
	 * The next records in the order of their ids.
	 * @param after the last record that is not wanted, or null
	 */
	Mono<Part> records(TenantId tenant, InventoryFilter filter, @Nullable UUID after) {
		return Mono.fromFuture(() -> this.parts.get(new Place(tenant, filter, after), (place, _) -> read(place)
			// On another thread, because here the cache holds a lock.
			.subscribeOn(Schedulers.parallel())
			.toFuture()), true);
	}

	/**
	 * The alerts that are not resolved.
	 * @param position where the ledger was known to stand before they are read
	 */
	Mono<OpenAlerts> alerts(TenantId tenant, Position position) {
		return Mono.fromFuture(() -> this.open.get(tenant,
				(_, _) -> read(tenant, position).subscribeOn(Schedulers.parallel()).toFuture()), true);
	}

	private Mono<Part> read(Place place) {
		return Mono.defer(() -> {
			this.metrics.snapshotRead();
			return this.inventory.snapshot(place.tenant(), place.filter(), place.after(), FeedLimits.SNAPSHOT_RECORDS)
				.timeout(FeedLimits.QUERY);
		}).map((snapshot) -> {
			List<InventoryRecord> records = snapshot.records();
			boolean last = records.size() < FeedLimits.SNAPSHOT_RECORDS;
			return new Part(snapshot.position(), last ? null : records.getLast().id(),
					records.stream().map(this.encoder::snapshot).toList());
		});
	}

	private Mono<OpenAlerts> read(TenantId tenant, Position position) {
		return Mono.defer(() -> {
			this.metrics.snapshotRead();
			return this.alerts.open(tenant).timeout(FeedLimits.QUERY);
		}).map((open) -> new OpenAlerts(position, open));
	}

	/**
	 * Where a part begins.
	 */
	private record Place(TenantId tenant, InventoryFilter filter, @Nullable UUID after) {
	}

	/**
	 * A part of a tenant's stock.
	 *
	 * @param position where the ledger stood when it was read
	 * @param last the id of its last record, or null when nothing comes after it
	 * @param events its records, encoded
	 */
	record Part(Position position, @Nullable UUID last, List<byte[]> events) {
	}

	/**
	 * The alerts that were not resolved.
	 *
	 * @param position a place in the ledger that is not after what they tell
	 * @param alerts the alerts, oldest first
	 */
	record OpenAlerts(Position position, List<Alert> alerts) {
	}

}
