package app.stockroom.ledger;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import app.stockroom.platform.Drain;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Schedulers;

/**
 * Who may call now, first come, first served. A few go at once always; of more, half are
 * in flight while the other half gather: a call of twenty-five commands costs the
 * database little more than one of twelve. Who would gather next to nothing is not kept
 * waiting for it. Never more than there are connections, and nobody is held up by calls
 * that are slow while there are some.
 */
final class Turns {

	static final int FEW = 4;

	/** Who has waited so long has gathered enough. */
	private static final Duration LONG = Duration.ofMillis(25);

	private final int most;

	private final Duration enough;

	private final Duration patience;

	private final Queue<Turn> waiting = new ConcurrentLinkedQueue<>();

	private final AtomicInteger inFlight = new AtomicInteger();

	/** Those in flight and those that wait. */
	private final AtomicInteger wanted = new AtomicInteger();

	private final Drain drain = new Drain(this::giveTurns);

	/**
	 * Nobody has a turn yet.
	 * @param most turns at once
	 * @param patience how long somebody waits for a turn
	 */
	Turns(int most, Duration patience) {
		this(most, LONG, patience);
	}

	Turns(int most, Duration enough, Duration patience) {
		this.most = most;
		this.enough = enough;
		this.patience = patience;
	}

	/**
	 * Waits for a turn, which its holder must {@linkplain Turn#end end}. Not to be
	 * cancelled.
	 * @param gathers whether what the call will carry grows while it waits
	 * @return errors are {@link WriteFailure}s of what was not sent
	 */
	Mono<Turn> take(boolean gathers) {
		return Mono.create((sink) -> {
			Turn turn = new Turn(sink, !gathers);
			this.wanted.incrementAndGet();
			this.waiting.add(turn);
			this.drain.run();
			if (!turn.isDecided()) {
				// Stops with the wait: it holds all who wait for this turn, and what they
				// have asked for.
				Disposable end = after(this.patience, turn::giveUp);
				sink.onDispose(gathers ? Disposables.composite(after(this.enough, turn::hurry), end) : end);
			}
		});
	}

	private static Disposable after(Duration wait, Runnable task) {
		return Schedulers.parallel().schedule(task, wait.toMillis(), TimeUnit.MILLISECONDS);
	}

	/**
	 * A turn that ends while it begins, as all do while the database is away, is no
	 * recursion.
	 */
	private void giveTurns() {
		Turn next;
		while ((next = next()) != null) {
			this.waiting.remove(next);
			next.begin();
		}
	}

	/**
	 * Whose turn it is. Those in a hurry are looked for only while more than half are in
	 * flight and a connection is left: then there are not many.
	 */
	private @Nullable Turn next() {
		int calling = this.inFlight.get();
		if (calling >= this.most) {
			return null;
		}
		if (calling < Math.max(FEW, (this.wanted.get() + 1) / 2)) {
			return this.waiting.peek();
		}
		for (Turn turn : this.waiting) {
			if (turn.hurried) {
				return turn;
			}
		}
		return null;
	}

	/** A turn, waited for or taken. */
	final class Turn {

		private final MonoSink<Turn> sink;

		private final AtomicBoolean decided = new AtomicBoolean();

		private volatile boolean hurried;

		private Turn(MonoSink<Turn> sink, boolean hurried) {
			this.sink = sink;
			this.hurried = hurried;
		}

		boolean isDecided() {
			return this.decided.get();
		}

		private void begin() {
			if (this.decided.compareAndSet(false, true)) {
				Turns.this.inFlight.incrementAndGet();
				this.sink.success(this);
			}
		}

		private void hurry() {
			this.hurried = true;
			Turns.this.drain.run();
		}

		private void giveUp() {
			if (this.decided.compareAndSet(false, true)) {
				Turns.this.wanted.decrementAndGet();
				this.sink.error(new WriteFailure(WriteFailure.Knowledge.NOT_SENT, new TimeoutException(
						"No connection within %s, so many tenants are busy".formatted(Turns.this.patience))));
			}
		}

		/** Lets the next begin. */
		void end() {
			Turns.this.inFlight.decrementAndGet();
			Turns.this.wanted.decrementAndGet();
			Turns.this.drain.run();
		}

	}

}
