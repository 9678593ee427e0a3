package app.stockroom.ledger;

import java.util.ArrayList;
import java.util.List;

import app.stockroom.ledger.PostEntries.Row;
import app.stockroom.ledger.WriteFailure.Knowledge;
import app.stockroom.platform.Turns;
import io.r2dbc.spi.Connection;
import reactor.core.publisher.Mono;

/**
 * Group commit across tenants. Whoever's turn it is takes others along that wait for
 * theirs and have little and plain things to post: most of what a small call costs is the
 * call. In the database each tenant is decided by itself, as if it came alone, under its
 * own lock and its own policy; they share the way there, the transaction and its flush to
 * the disk. No tenant is kept waiting by what befalls another: what cannot be done
 * together is done again by itself.
 */
final class SharedCalls {

	/**
	 * Lines of several tenants together. Each of them waits for the others' lines, some
	 * 25 us each (measured: docs/benchmarks.md).
	 */
	private static final int LINES = 128;

	private final Writer writer;

	private final PostEntries postEntries;

	private final FlushTrace trace;

	private final int tenants;

	/**
	 * Sends nothing yet.
	 * @param tenants the most that share a call
	 */
	SharedCalls(Writer writer, PostEntries postEntries, FlushTrace trace, int tenants) {
		this.writer = writer;
		this.postEntries = postEntries;
		this.trace = trace;
		this.tenants = tenants;
	}

	/**
	 * Posts, in a call of its own or in somebody else's.
	 * @return the share's rows; errors are {@link WriteFailure}s
	 */
	Mono<List<Row>> post(Share share) {
		return share.await(() -> {
			List<Share> shares = new ArrayList<>();
			shares.add(share);
			this.writer.lend(share, (turn, connection) -> send(turn, connection, shares))
				.subscribe((rows) -> answer(shares, rows), (failure) -> fail(shares, failure));
		});
	}

	private Mono<List<Row>> send(Turns.Turn turn, Connection connection, List<Share> shares) {
		Share first = shares.getFirst();
		gather(turn, shares);
		Mono<List<Row>> call = this.writer.send(connection, PostEntries.SQL,
				(statement) -> (shares.size() > 1) ? this.postEntries.bind(statement, shares)
						: this.postEntries.bind(statement, first.tenant(), false, first.commands()),
				this.postEntries::read);
		for (Share share : shares) {
			call = this.trace.around(share.postings(), call);
		}
		return call;
	}

	private void gather(Turns.Turn turn, List<Share> shares) {
		Share first = shares.getFirst();
		if (!first.fits(LINES)) {
			first.gather();
			return;
		}
		first.gather(LINES);
		int left = LINES - first.lines();
		for (int most = Math.min(turn.company(), this.tenants - 1); most > 0 && left > 0; most--) {
			int room = left;
			Share other = turn.takeAlong(Share.class, (share) -> share.fits(room));
			if (other == null) {
				return;
			}
			other.gather(room);
			left -= other.lines();
			shares.add(other);
		}
	}

	private static void answer(List<Share> shares, List<Row> rows) {
		int from = 0;
		for (int i = 0; i < shares.size(); i++) {
			int to = from;
			while (to < rows.size() && rows.get(to).tenantNumber() == i + 1) {
				to++;
			}
			shares.get(i).answer(rows.subList(from, to));
			from = to;
		}
	}

	/**
	 * Who was alone is told what happened. Of several each goes again by itself, if it is
	 * known that nothing was written.
	 */
	private static void fail(List<Share> shares, Throwable failure) {
		boolean again = shares.size() > 1 && failure instanceof WriteFailure known && switch (known.knowledge()) {
			case BAD_DATA, LOST_RACE, NOT_WRITTEN -> true;
			case NOT_SENT, UNKNOWN -> false;
		};
		shares.forEach((share) -> share.fail(again ? new WriteFailure(Knowledge.LOST_RACE, failure) : failure));
	}

}
