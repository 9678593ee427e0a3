package app.stockroom.live;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

import app.stockroom.platform.Drain;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * The events on their way to one subscriber. First come those of its history, which
 * {@link #send} takes no faster than the reader; then, once {@link #goLive} was called,
 * whatever waits in its outbox, all of it in one write. One write is under way at a time.
 *
 * <p>
 * Threads of the database, of the network and of the live feed meet here. They hold the
 * monitor for a few instructions, and never while they call anybody.
 */
final class EventStream {

	private final Wire wire;

	private final Unsent unsent;

	private final LongSupplier clock;

	private final Deliveries deliveries;

	private final Drain drain = new Drain(this::writeNext);

	private @Nullable MonoSink<Void> sending;

	private volatile Disposable playing = Disposables.disposed();

	private boolean writing;

	private long writingSince;

	private boolean ending;

	private boolean begun;

	private boolean ended;

	private Runnable over = () -> {
	};

	/**
	 * A stream.
	 * @param wire the way to the reader
	 * @param outbox what the live feed has for this subscriber
	 * @param clock milliseconds
	 * @param deliveries is told what the network has taken
	 */
	EventStream(Wire wire, Outbox outbox, LongSupplier clock, Deliveries deliveries) {
		this.wire = wire;
		this.unsent = new Unsent(outbox);
		this.clock = clock;
		this.deliveries = deliveries;
	}

	/**
	 * Serves the reader.
	 * @param opening sends the history and goes live
	 * @param over run once when the stream has ended, for whatever reason
	 * @return completes when the stream goes on by itself
	 */
	Mono<Void> serve(Mono<Void> opening, Runnable over) {
		this.over = over;
		return this.wire.begin()
			.then(Mono.<Void>fromRunnable(() -> start(opening)))
			.doOnError((_) -> finish())
			.doOnCancel(this::finish);
	}

	private void start(Mono<Void> opening) {
		synchronized (this) {
			this.begun = true;
		}
		Disposable playing = opening.subscribe(null, null, () -> this.playing = Disposables.disposed());
		if (!playing.isDisposed()) {
			this.playing = playing;
		}
		this.wire.onClose(this::finish);
		wake();
	}

	/**
	 * The thread that the reader's connection belongs to.
	 */
	Executor loop() {
		return this.wire.loop();
	}

	/**
	 * Runs a step on that thread after a while.
	 */
	void later(Runnable step, Duration delay) {
		this.wire.later(step, delay);
	}

	/**
	 * Sends events of the history.
	 * @return completes when the network has taken them
	 */
	Mono<Void> send(Collection<byte[]> events) {
		if (events.isEmpty()) {
			return Mono.empty();
		}
		return Mono.create((sink) -> {
			synchronized (this) {
				if (this.ended || this.ending) {
					return; // the reader is gone, and with it whoever waits for this
				}
				this.unsent.add(events);
				this.sending = sink;
			}
			wake();
		});
	}

	/**
	 * Lets the outbox flow: the history is complete.
	 */
	void goLive() {
		synchronized (this) {
			this.unsent.goLive();
		}
		wake();
	}

	/**
	 * Ends the stream after these last events. What still waits is dropped: the reader
	 * resumes after the last position that it got.
	 */
	void end(byte[]... last) {
		synchronized (this) {
			if (this.ending || this.ended) {
				return;
			}
			this.ending = true;
			this.unsent.endWith(last);
		}
		wake();
	}

	/**
	 * Closes the connection, whatever is still to be written.
	 */
	void abort() {
		this.wire.close();
	}

	/**
	 * Whether a write has been under way for too long.
	 */
	synchronized boolean isStalled() {
		return this.writing && this.clock.getAsLong() - this.writingSince > FeedLimits.STALL.toMillis();
	}

	/**
	 * Writes what may be written. Whoever comes while another thread is at it leaves the
	 * work to that one.
	 */
	void wake() {
		this.drain.run();
	}

	private void writeNext() {
		Unsent.Batch batch;
		MonoSink<Void> sent = null;
		boolean over = false;
		synchronized (this) {
			if (!this.begun || this.writing || this.ended) {
				return;
			}
			batch = this.unsent.next();
			if (!batch.isEmpty()) {
				this.writing = true;
				this.writingSince = this.clock.getAsLong();
			}
			else if (this.ending) {
				over = true;
			}
			else {
				sent = this.sending;
				this.sending = null;
			}
		}
		if (!batch.isEmpty()) {
			this.wire.write(batch.parts(), (taken) -> written(batch, taken));
		}
		else if (over) {
			finish();
		}
		else if (sent != null) {
			sent.success();
		}
	}

	private void written(Unsent.Batch batch, boolean taken) {
		synchronized (this) {
			this.writing = false;
		}
		if (taken && batch.frames() > 0) {
			this.deliveries.delivered(batch.frames(), batch.oldest());
		}
		wake();
	}

	/** Ends once, whoever comes first: the last write, the reader, or the server. */
	private void finish() {
		boolean ours;
		synchronized (this) {
			if (this.ended) {
				return;
			}
			this.ended = true;
			ours = this.begun;
			this.unsent.clear();
			this.sending = null;
		}
		this.playing.dispose();
		this.over.run();
		if (ours) {
			this.wire.end();
		}
	}

	/**
	 * Is told what the network has taken.
	 */
	interface Deliveries {

		/**
		 * A write with live events is done.
		 * @param frames how many
		 * @param oldest when the oldest of them was committed, in microseconds since 1970
		 */
		void delivered(int frames, long oldest);

	}

}
