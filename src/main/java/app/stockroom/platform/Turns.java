package app.stockroom.platform;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
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

	private final Drain drain = new Drain(this::look);

	/** When the clock rings next, if that is not over. Touched by a look only. */
	private long rings = System.nanoTime();

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
			this.waiting.add(new Turn(sink, pace));
			this.drain.run();
		});
	}

	/**
	 * A turn that ends while it begins, as all do while the database is away, is no
	 * recursion.
	 */
	private void look() {
		Turn next;
		while ((next = next(System.nanoTime())) != null) {
			this.waiting.remove(next);
			next.begin();
		}
		long now = System.nanoTime();
		while ((next = this.waiting.peek()) != null && next.givesUp - now <= 0) {
			this.waiting.remove();
			next.giveUp();
		}
		if (next != null) {
			lookAgain(now, next.givesUp);
		}
	}

	/** Whose turn it is. */
	private @Nullable Turn next(long now) {
		int calling = this.inFlight.get();
		if (calling < this.few) {
			return this.waiting.peek();
		}
		if (calling < this.most) {
			for (Turn turn : this.waiting) {
				if (turn.pace.next - now <= 0) {
					return turn;
				}
			}
		}
		return null;
	}

	/**
	 * Somebody waits, and looks are due when somebody has gathered or waited for too
	 * long. One clock for all: it is set some times in a gathering, where one for each
	 * turn would be set and taken back with each call.
	 */
	private void lookAgain(long now, long patient) {
		long due = patient;
		if (this.inFlight.get() < this.most) {
			for (Turn turn : this.waiting) {
				due = (turn.pace.next - due < 0) ? turn.pace.next : due;
			}
		}
		boolean set = this.rings - now > 0;
		if (!set || due - this.rings < 0) {
			this.rings = due;
			Schedulers.parallel().schedule(this.drain::run, due - now, TimeUnit.NANOSECONDS);
		}
	}

	/** When somebody who calls one call at a time need not gather any more. */
	public static final class Pace {

		private volatile long next = System.nanoTime();

	}

	/** A turn, waited for or taken. */
	public final class Turn {

		private final MonoSink<Turn> sink;

		private final Pace pace;

		private final long givesUp = System.nanoTime() + Turns.this.patience.toNanos();

		private Turn(MonoSink<Turn> sink, Pace pace) {
			this.sink = sink;
			this.pace = pace;
		}

		private void begin() {
			Turns.this.inFlight.incrementAndGet();
			this.pace.next = System.nanoTime() + Turns.this.gathering.toNanos();
			this.sink.success(this);
		}

		private void giveUp() {
			this.sink.error(new TimeoutException(
					"No connection within %s, so many tenants are busy".formatted(Turns.this.patience)));
		}

		/** Lets the next begin. */
		public void end() {
			Turns.this.inFlight.decrementAndGet();
			Turns.this.drain.run();
		}

	}

}
