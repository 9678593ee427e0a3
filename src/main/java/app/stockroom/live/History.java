package app.stockroom.live;

import java.util.List;

import app.stockroom.ledger.Position;
import app.stockroom.tenancy.TenantId;
import reactor.core.publisher.Mono;

/**
 * The past of a tenant, as the live feed reads it: in bounded chunks, so that a long one
 * occupies neither memory nor a connection.
 */
interface History {

	/**
	 * Where the ledger stands.
	 */
	Mono<Position> position(TenantId tenant);

	/**
	 * The next entries with what they did to alerts.
	 * @param after the last position that is not wanted
	 * @param until the last sequence that is wanted
	 */
	Mono<Chunk> changes(TenantId tenant, Position after, long until);

	/**
	 * All changes between two positions as one feed needs them, without what it does not
	 * show; for a replay, whose steps may be longer.
	 */
	Mono<Chunk> changes(TenantId tenant, Feed feed, Position after, long until);

	/**
	 * A part of the past.
	 *
	 * @param changes what there is to tell, in order
	 * @param upTo the sequence up to which nothing else is there
	 */
	record Chunk(List<Change> changes, long upTo) {

		/**
		 * What of it comes after a sequence.
		 */
		Chunk after(long sequence) {
			return new Chunk(this.changes.stream().filter((change) -> change.sequence() > sequence).toList(),
					this.upTo);
		}

	}

}
