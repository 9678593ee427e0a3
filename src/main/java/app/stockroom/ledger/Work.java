package app.stockroom.ledger;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.MonoSink;

/**
 * What stands in a tenant's lane, with whoever waits for its outcome.
 */
sealed interface Work {

	Waiting<?> waiting();

	/**
	 * A command for stock. Commands that wait together are sent together.
	 *
	 * @param command what to do
	 * @param waiting who waits
	 */
	record Posting(Command command, Waiting<Outcome> waiting) implements Work {

		boolean keyed() {
			return this.command.key() != null;
		}

	}

	/**
	 * Commands to be decided only, one after the other, and not written: sent alone.
	 *
	 * @param commands what would be done, without keys
	 * @param waiting who waits
	 */
	record Rehearsal(List<Command> commands, Waiting<List<Outcome>> waiting) implements Work {
	}

	/**
	 * A change of the catalogue. Changes that wait together are sent together.
	 *
	 * @param change what to do
	 * @param rehearsal whether to decide only, and write nothing
	 * @param waiting who waits for its entry
	 */
	record Cataloguing(CatalogChange change, boolean rehearsal, Waiting<Entry> waiting) implements Work {
	}

	/**
	 * An acknowledgement of an alert: sent alone.
	 *
	 * @param alert the alert
	 * @param actor the token subject
	 * @param waiting who waits for its entry
	 */
	record Acknowledging(UUID alert, String actor, Waiting<Entry> waiting) implements Work {
	}

	/**
	 * A client that waits. Hanging up before the work is sent takes it out of the lane;
	 * afterwards it changes nothing.
	 */
	final class Waiting<T> {

		private final MonoSink<T> sink;

		private final Executor home;

		private final long since = System.nanoTime();

		private final FlushTrace.@Nullable Journey journey;

		private volatile boolean abandoned;

		private volatile boolean doubtful;

		/**
		 * Waits.
		 * @param home where the client goes on
		 * @param journey what is traced of it, null for nothing
		 */
		Waiting(MonoSink<T> sink, Executor home, FlushTrace.@Nullable Journey journey) {
			this.sink = sink;
			this.home = home;
			this.journey = journey;
			sink.onCancel(() -> this.abandoned = true);
		}

		FlushTrace.@Nullable Journey journey() {
			return this.journey;
		}

		void succeed(T outcome) {
			this.home.execute(() -> this.sink.success(outcome));
		}

		void fail(Throwable failure) {
			if (this.journey != null) {
				this.journey.abandon();
			}
			this.home.execute(() -> this.sink.error(failure));
		}

		/** It was sent, and it is not known what became of it. */
		void doubt() {
			this.doubtful = true;
		}

		boolean isDoubtful() {
			return this.doubtful;
		}

		boolean abandoned() {
			return this.abandoned;
		}

		long nanos() {
			return System.nanoTime() - this.since;
		}

	}

}
