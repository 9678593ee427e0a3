package app.stockroom.live;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;

import app.stockroom.ledger.Position;
import app.stockroom.tenancy.TenantId;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Sends all records of a tenant as they stood together at one position, though it reads
 * them in parts, each when the reader has taken the one before: so a slow reader holds no
 * database connection. A part is true at the position it was read at, perhaps for
 * somebody else. When all are sent, the changes since the oldest part are sent as well,
 * but of each record only those that its part had not seen: no record ever goes back to
 * an older state.
 */
final class StockSnapshot {

	private final TenantId tenant;

	private final View.Stock view;

	private final Sources sources;

	private final Function<Collection<byte[]>, Mono<Void>> send;

	private final List<Sent> parts = new ArrayList<>();

	/** What was sent is true up to here, at least. */
	private @Nullable Position at;

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
			.repeat(() -> this.parts.getLast().last() != null)
			.then(Mono.defer(this::catchUp))
			.then(Mono.fromSupplier(this::at));
	}

	private Mono<Void> sendPart() {
		UUID after = this.parts.isEmpty() ? null : this.parts.getLast().last();
		return this.sources.snapshots().records(this.tenant, this.view.filter(), after).flatMap((part) -> {
			add(part.last(), part.position());
			return this.send.apply(part.events());
		});
	}

	private void add(@Nullable UUID last, Position position) {
		Position oldest = this.at;
		if (oldest != null && !oldest.epoch().equals(position.epoch())) {
			throw new IllegalStateException("The ledger was replaced while its stock was read");
		}
		this.parts.add(new Sent(last, position));
		if (oldest == null || position.sequence() < oldest.sequence()) {
			this.at = position;
		}
	}

	/** From the oldest part to the newest: mostly what the feed remembers. */
	private Mono<Void> catchUp() {
		long until = this.parts.stream().mapToLong((part) -> part.position().sequence()).max().orElseThrow();
		return Mono.defer(() -> (at().sequence() < until) ? sendChanges(at(), until) : Mono.<Void>empty())
			.repeat(() -> at().sequence() < until)
			.then();
	}

	private Mono<Void> sendChanges(Position from, long until) {
		return this.sources.feeds()
			.recent(this.tenant, Feed.STOCK, from.sequence(), until)
			.map((changes) -> new History.Chunk(changes, until))
			.switchIfEmpty(Mono.defer(() -> this.sources.replays().changes(this.tenant, Feed.STOCK, from, until)))
			.flatMap((chunk) -> {
				long upTo = Math.min(chunk.upTo(), until);
				this.at = new Position(from.epoch(), upTo);
				return this.send.apply(chunk.changes()
					.stream()
					.filter((change) -> change.sequence() <= upTo && isNew(change))
					.map(this::bytes)
					.toList());
			});
	}

	private Position at() {
		return Objects.requireNonNull(this.at, "there is one part at least");
	}

	private boolean isNew(Change change) {
		return this.view.frame(change, this.sources.encoder()) != null
				&& (change.record() == null || change.sequence() > readAt(change.record().id()));
	}

	/**
	 * Like the records of the snapshot without a position, which it does not have yet.
	 */
	private byte[] bytes(Change change) {
		Frame frame = change.stockFrame(this.sources.encoder());
		return (frame != null) ? frame.withoutPosition() : new byte[0];
	}

	/** Where the ledger stood when this record's part was read. */
	private long readAt(UUID record) {
		for (Sent part : this.parts) {
			UUID last = part.last();
			if (last == null || compare(record, last) <= 0) {
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
	 * A part that was sent.
	 *
	 * @param last the id of its last record, or null when nothing comes after it
	 * @param position where the ledger stood when it was read
	 */
	private record Sent(@Nullable UUID last, Position position) {
	}

}
