package app.stockroom.platform;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Schedulers;

/**
 * Who may call the database now. A few go at once always, first come, first served.
 * Beside them goes who has not called for a while, and who has gathers: a call of twenty
 * commands costs the database little more than one of five, and what nobody has to do
 * leaves the processors to those who wait. Never more than there are connections, and
 * nobody is held up by calls that are slow while there are some. Whoever has a turn may
 * take others along.
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
	 * @return empty where another {@linkplain Turn#takeAlong took the caller along};
	 * {@link TimeoutException} where the wait was too long
	 */
	public Mono<Turn> take(Caller caller) {
		return Mono.create((sink) -> {
			this.waiting.add(new Turn(sink, caller));
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
			if (this.waiting.remove(next)) {
				next.begin();
			}
		}
		long now = System.nanoTime();
		while ((next = this.waiting.peek()) != null && next.givesUp - now <= 0) {
			if (this.waiting.remove(next)) {
				next.giveUp();
			}
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
				if (turn.caller.pace.next - now <= 0) {
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
				due = (turn.caller.pace.next - due < 0) ? turn.caller.pace.next : due;
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

	/** Somebody who waits for a turn, once. */
	public static class Caller {

		private final Pace pace;

		/** Somebody who has not called before. */
		public Caller() {
			this(new Pace());
		}

		/**
		 * Somebody who calls again and again.
		 * @param pace the same each time
		 */
		public Caller(Pace pace) {
			this.pace = pace;
		}

	}

	/**
	 * A turn, waited for or taken. Whoever gets to take it out of those that wait,
	 * decides what becomes of it.
	 */
	public final class Turn {

		private final MonoSink<Turn> sink;

		private final Caller caller;

		private final long givesUp = System.nanoTime() + Turns.this.patience.toNanos();

		private Turn(MonoSink<Turn> sink, Caller caller) {
			this.sink = sink;
			this.caller = caller;
		}

		private void begin() {
			Turns.this.inFlight.incrementAndGet();
			gather();
			this.sink.success(this);
		}

		private void gather() {
			this.caller.pace.next = System.nanoTime() + Turns.this.gathering.toNanos();
		}

		/**
		 * How many of those that wait may go with this turn, so that as many are left for
		 * each of the others that go at once always: with all of them one call would take
		 * long, while nobody makes another.
		 */
		public int company() {
			return Turns.this.waiting.size() / Turns.this.few;
		}

		/**
		 * Lets somebody go with this turn who waits for one: that will not come, and
		 * {@link Turns#take} ends empty.
		 * @param kind whom to look for
		 * @param agrees whether somebody comes along, asked of whoever waits longest
		 * first
		 * @return null where nobody does
		 */
		public <C extends Caller> @Nullable C takeAlong(Class<C> kind, Predicate<C> agrees) {
			for (Turn turn : Turns.this.waiting) {
				if (kind.isInstance(turn.caller)) {
					C other = kind.cast(turn.caller);
					if (agrees.test(other) && Turns.this.waiting.remove(turn)) {
						turn.gather();
						turn.sink.success();
						return other;
					}
				}
			}
			return null;
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
