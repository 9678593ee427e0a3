package app.stockroom.live;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;

import app.stockroom.inventory.InventoryRecord;
import app.stockroom.inventory.Snapshot;
import app.stockroom.ledger.Position;
import app.stockroom.tenancy.TenantId;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Sends all records of a tenant as they stood together at one position, though it reads
 * them in chunks, each when the reader has taken the one before: so a slow reader holds
 * neither memory nor a database connection. A chunk is true at the position it was read
 * at. When all are there, the changes since the first chunk are sent as well, but of each
 * record only those that its chunk had not seen: no record ever goes back to an older
 * state.
 */
final class StockSnapshot {

	private final TenantId tenant;

	private final View.Stock view;

	private final Sources sources;

	private final Function<Collection<byte[]>, Mono<Void>> send;

	private final List<Part> parts = new ArrayList<>();

	private boolean complete;

	private long caughtUp;

	StockSnapshot(TenantId tenant, View.Stock view, Sources sources, Function<Collection<byte[]>, Mono<Void>> send) {
		this.tenant = tenant;
		this.view = view;
		this.sources = sources;
		this.send = send;
	}

	/**
	 * Sends everything.
	 * @return the position that what was sent is true at
	 */
	Mono<Position> play() {
		return Mono.defer(this::sendPart)
			.repeat(() -> !this.complete)
			.then(Mono.defer(this::catchUp))
			.then(Mono.fromSupplier(() -> this.parts.getLast().position()));
	}

	private Mono<Void> sendPart() {
		UUID after = this.parts.isEmpty() ? null : this.parts.getLast().last();
		return this.sources.inventory()
			.snapshot(this.tenant, this.view.filter(), after, FeedLimits.SNAPSHOT_RECORDS)
			.timeout(FeedLimits.QUERY)
			.flatMap((snapshot) -> {
				add(snapshot);
				return this.send.apply(snapshot.records().stream().map(this.sources.encoder()::snapshot).toList());
			});
	}

	private void add(Snapshot snapshot) {
		List<InventoryRecord> records = snapshot.records();
		this.complete = records.size() < FeedLimits.SNAPSHOT_RECORDS;
		if (!this.parts.isEmpty() && !this.parts.getLast().position().epoch().equals(snapshot.position().epoch())) {
			throw new IllegalStateException("The ledger was replaced while its stock was read");
		}
		if (this.parts.isEmpty()) {
			this.caughtUp = snapshot.position().sequence();
		}
		this.parts.add(new Part(this.complete ? null : records.getLast().id(), snapshot.position()));
	}

	private Mono<Void> catchUp() {
		long until = this.parts.getLast().position().sequence();
		return Mono.defer(() -> (this.caughtUp < until) ? sendChanges(until) : Mono.<Void>empty())
			.repeat(() -> this.caughtUp < until)
			.then();
	}

	private Mono<Void> sendChanges(long until) {
		Position from = new Position(this.parts.getLast().position().epoch(), this.caughtUp);
		return this.sources.history()
			.changes(this.tenant, Feed.STOCK, from, until)
			.timeout(FeedLimits.QUERY)
			.flatMap((chunk) -> {
				this.caughtUp = chunk.upTo();
				return this.send.apply(chunk.changes().stream().filter(this::isNew).map(this::bytes).toList());
			});
	}

	private boolean isNew(Change change) {
		return this.view.frame(change, this.sources.encoder()) != null
				&& (change.record() == null || change.sequence() > readAt(change.record().id()));
	}

	/**
	 * Like the records of the snapshot without a position, which it does not have yet.
	 */
	private byte[] bytes(Change change) {
		return this.sources.encoder().withoutPosition(change);
	}

	/** Where the ledger stood when this record's part was read. */
	private long readAt(UUID record) {
		for (Part part : this.parts) {
			if (part.last() == null || compare(record, part.last()) <= 0) {
				return part.position().sequence();
			}
		}
		return this.parts.getLast().position().sequence();
	}

	/** As the database orders ids: by their bytes, where Java compares signed halves. */
	private static int compare(UUID one, UUID other) {
		int high = Long.compareUnsigned(one.getMostSignificantBits(), other.getMostSignificantBits());
		return (high != 0) ? high
				: Long.compareUnsigned(one.getLeastSignificantBits(), other.getLeastSignificantBits());
	}

	/**
	 * A part of the snapshot.
	 *
	 * @param last the id of its last record, or null when nothing comes after it
	 * @param position where the ledger stood when it was read
	 */
	private record Part(@Nullable UUID last, Position position) {
	}

}
