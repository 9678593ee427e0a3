package app.stockroom.platform;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Schedulers;

/**
 * Who may call the database now. A few go at once always, first come, first served.
 * Beside them goes who has not called for a while, and who has gathers: a call of twenty
 * commands costs the database little more than one of five, and what nobody has to do
 * leaves the processors to those who wait. Never more than there are connections, and
 * nobody is held up by calls that are slow while there are some.
 */
public final class Turns {

	private final int few;

	private final int most;

	private final Duration gathering;

	private final Duration patience;

	private final Queue<Turn> waiting = new ConcurrentLinkedQueue<>();

	private final AtomicInteger inFlight = new AtomicInteger();

	private final Drain drain = new Drain(this::giveTurns);

	/**
	 * Nobody has a turn yet.
	 * @param few how many go at once always, or {@code most} where that is less
	 * @param most turns at once
	 * @param gathering from the begin of a call to that of the next by the same caller,
	 * while a few others are calling
	 * @param patience how long somebody waits for a turn
	 */
	public Turns(int few, int most, Duration gathering, Duration patience) {
		this.few = Math.min(few, most);
		this.most = most;
		this.gathering = gathering;
		this.patience = patience;
	}

	/**
	 * Waits for a turn, which its holder must {@linkplain Turn#end end}. Not to be
	 * cancelled.
	 * @param pace that of whoever asks, the same each time
	 * @return {@link TimeoutException} where the wait was too long
	 */
	public Mono<Turn> take(Pace pace) {
		return Mono.create((sink) -> {
			Turn turn = new Turn(sink, pace);
			Duration gathers = Duration.ofNanos(pace.gathersFor());
			this.waiting.add(turn);
			this.drain.run();
			if (!turn.isDecided()) {
				// Stops with the wait: it holds all who wait for this turn, and what they
				// have asked for.
				Disposable end = after(this.patience, turn::giveUp);
				sink.onDispose(gathers.isZero() ? end : Disposables.composite(after(gathers, this.drain::run), end));
			}
		});
	}

	private static Disposable after(Duration wait, Runnable task) {
		return Schedulers.parallel().schedule(task, wait.toNanos(), TimeUnit.NANOSECONDS);
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

	/** Whose turn it is. */
	private @Nullable Turn next() {
		int calling = this.inFlight.get();
		if (calling < this.few) {
			return this.waiting.peek();
		}
		if (calling < this.most) {
			for (Turn turn : this.waiting) {
				if (turn.pace.gathersFor() == 0) {
					return turn;
				}
			}
		}
		return null;
	}

	/** When somebody called last, who calls one call at a time. */
	public static final class Pace {

		private volatile long next = System.nanoTime();

		/** Nanoseconds until the next call need not gather any more. */
		private long gathersFor() {
			return Math.max(0, this.next - System.nanoTime());
		}

	}

	/** A turn, waited for or taken. */
	public final class Turn {

		private final MonoSink<Turn> sink;

		private final Pace pace;

		private final AtomicBoolean decided = new AtomicBoolean();

		private Turn(MonoSink<Turn> sink, Pace pace) {
			this.sink = sink;
			this.pace = pace;
		}

		boolean isDecided() {
			return this.decided.get();
		}

		private void begin() {
			if (this.decided.compareAndSet(false, true)) {
				Turns.this.inFlight.incrementAndGet();
				this.pace.next = System.nanoTime() + Turns.this.gathering.toNanos();
				this.sink.success(this);
			}
		}

		private void giveUp() {
			if (this.decided.compareAndSet(false, true)) {
				this.sink.error(new TimeoutException(
						"No connection within %s, so many tenants are busy".formatted(Turns.this.patience)));
			}
		}

		/** Lets the next begin. */
		public void end() {
			Turns.this.inFlight.decrementAndGet();
			Turns.this.drain.run();
		}

	}

}
