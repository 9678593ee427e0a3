package app.stockroom.ledger;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

import app.stockroom.ledger.Work.Acknowledging;
import app.stockroom.ledger.Work.Cataloguing;
import app.stockroom.ledger.Work.Posting;
import app.stockroom.ledger.Work.Rehearsal;
import app.stockroom.platform.Drain;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Turns;
import app.stockroom.tenancy.TenantId;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Group commit for one tenant in this process: one call is in flight, and what arrives
 * meanwhile waits and goes together in the next. A lone command leaves at once, and the
 * busier the tenant, the larger the calls. What a call carries is gathered when its
 * {@linkplain Turns turn} has come: while other tenants are busy, it grows, or goes with
 * one of theirs ({@link SharedCalls}).
 */
final class Lane {

	/**
	 * Each change of the catalogue writes the head's row again, and within a transaction
	 * each version of it is one more to step over.
	 */
	private static final int CHANGES_PER_CALL = 250;

	/**
	 * Of a tenant that another process is calling too: sharing calls would be in vain
	 * more often than not.
	 */
	private static final Duration ALONE = Duration.ofSeconds(1);

	private static final Runnable NOTHING_TO_TELL = () -> {
	};

	private final TenantId tenant;

	private final Flusher flusher;

	private final int capacity;

	private final int linesPerCall;

	private final Queue<Work> queue = new ConcurrentLinkedQueue<>();

	private final AtomicInteger waiting = new AtomicInteger();

	private final Turns.Pace pace = new Turns.Pace();

	private final Drain drain = new Drain(this::sendNext);

	private volatile boolean inFlight;

	/** Until when the tenant shares no calls; of {@link System#nanoTime()}. */
	private volatile long alone = System.nanoTime();

	Lane(TenantId tenant, Flusher flusher, int capacity, int linesPerCall) {
		this.tenant = tenant;
		this.flusher = flusher;
		this.capacity = capacity;
		this.linesPerCall = linesPerCall;
	}

	void offer(Work work) {
		if (this.waiting.incrementAndGet() > this.capacity) {
			this.waiting.decrementAndGet();
			work.waiting()
				.fail(Problem.QUEUE_FULL.because("More than " + this.capacity
						+ " changes of this tenant are waiting; nothing was changed. Try again shortly."));
			return;
		}
		this.queue.add(work);
		this.drain.run();
	}

	/** How much work waits, the call in flight not counted. */
	int waiting() {
		return this.waiting.get();
	}

	boolean idle() {
		return !this.inFlight && this.waiting.get() == 0;
	}

	/** Sends the next call unless one is in flight. */
	private void sendNext() {
		Work first = this.inFlight ? null : peek();
		if (first == null) {
			return;
		}
		this.inFlight = true;
		Mono<Runnable> call = switch (first) {
			case Posting posting -> this.flusher.post(new OwnShare(posting));
			case Rehearsal rehearsal -> {
				take();
				yield this.flusher.rehearse(this.tenant, rehearsal);
			}
			case Cataloguing change -> this.flusher.change(this.tenant, gather(Cataloguing.class, change,
					(next) -> next.rehearsal() == change.rehearsal(), (_) -> 1, CHANGES_PER_CALL));
			case Acknowledging acknowledgement -> {
				take();
				yield this.flusher.acknowledge(this.tenant, acknowledgement);
			}
		};
		// Subscribed here and by nobody else: no client's cancel reaches a call that was
		// sent. The next is sent before anybody is told of this one: the database works
		// while answers are written.
		call.defaultIfEmpty(NOTHING_TO_TELL).subscribe((told) -> {
			done();
			told.run();
		}, failure -> done());
	}

	private void done() {
		this.inFlight = false;
		this.drain.run();
	}

	/**
	 * The first work in the queue and what follows it, of one kind and alike, as far as
	 * it fits one call. The first is sent even if nobody waits for it any more since it
	 * was looked at: there is always something to send.
	 */
	private <W extends Work> List<W> gather(Class<W> kind, W first, Predicate<W> alike, ToIntFunction<W> size,
			int most) {
		List<W> together = new ArrayList<>();
		together.add(first);
		take();
		int gathered = size.applyAsInt(first);
		Work work;
		while (kind.isInstance(work = peek())) {
			W next = kind.cast(work);
			gathered += size.applyAsInt(next);
			if (!alike.test(next) || gathered > most) {
				break;
			}
			together.add(next);
			take();
		}
		return together;
	}

	/**
	 * The first work in the queue that somebody still waits for.
	 */
	private @Nullable Work peek() {
		Work work;
		while ((work = this.queue.peek()) != null && work.waiting().abandoned()) {
			take();
		}
		return work;
	}

	private void take() {
		this.queue.poll();
		this.waiting.decrementAndGet();
	}

	/** What waits here, as a call finds it when it is about to be sent. */
	private final class OwnShare extends Share {

		private final Posting first;

		OwnShare(Posting first) {
			super(Lane.this.tenant, Lane.this.pace);
			this.first = first;
		}

		/** All of it or nothing: who shares a call is not to wait for another. */
		@Override
		boolean fits(int lines) {
			if (waiting() > lines || Lane.this.alone - System.nanoTime() > 0) {
				return false;
			}
			int needed = 0;
			for (Work work : Lane.this.queue) {
				if (!(work instanceof Posting posting) || !posting.command().isPlain()) {
					return false;
				}
				needed += posting.command().lines().size();
				if (needed > lines) {
					return false;
				}
			}
			return true;
		}

		@Override
		List<Posting> take() {
			return take((_) -> true, Lane.this.linesPerCall);
		}

		@Override
		List<Posting> take(int lines) {
			return take((posting) -> posting.command().isPlain(), lines);
		}

		private List<Posting> take(Predicate<Posting> alike, int lines) {
			return Lane.this.gather(Posting.class, this.first, alike, (posting) -> posting.command().lines().size(),
					lines);
		}

		@Override
		void held() {
			Lane.this.alone = System.nanoTime() + ALONE.toNanos();
		}

	}

}
