package app.stockroom.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import app.stockroom.ledger.Work.Posting;
import app.stockroom.ledger.Work.Rehearsal;
import app.stockroom.ledger.Work.Single;
import app.stockroom.platform.Problem;
import app.stockroom.tenancy.TenantId;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Group commit for one tenant in this process: one call is in flight, and what arrives
 * meanwhile waits and goes together in the next. No timer: a lone command leaves at once,
 * and the busier the tenant, the larger the calls.
 */
final class Lane {

	private final TenantId tenant;

	private final Flusher flusher;

	private final int capacity;

	private final int linesPerCall;

	private final Queue<Work> queue = new ConcurrentLinkedQueue<>();

	private final AtomicInteger waiting = new AtomicInteger();

	private final AtomicInteger wakes = new AtomicInteger();

	private volatile boolean inFlight;

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
		wake();
	}

	boolean idle() {
		return !this.inFlight && this.waiting.get() == 0;
	}

	/**
	 * Sends the next call unless one is in flight. Only one thread is in the loop; the
	 * others leave a mark for it, so that neither a lock nor a recursion is needed.
	 */
	private void wake() {
		if (this.wakes.getAndIncrement() != 0) {
			return;
		}
		int seen = 1;
		do {
			if (!this.inFlight) {
				sendNext();
			}
			seen = this.wakes.addAndGet(-seen);
		}
		while (seen != 0);
	}

	private void sendNext() {
		Work first = peek();
		if (first == null) {
			return;
		}
		this.inFlight = true;
		Mono<Void> call = switch (first) {
			case Posting _ -> this.flusher.post(this.tenant, gather());
			case Rehearsal rehearsal -> {
				take();
				yield this.flusher.rehearse(this.tenant, rehearsal);
			}
			case Single single -> {
				take();
				yield this.flusher.change(this.tenant, single);
			}
		};
		// Subscribed here and by nobody else: no client's cancel reaches a call that was
		// sent.
		call.subscribe(null, failure -> done(), this::done);
	}

	private void done() {
		this.inFlight = false;
		wake();
	}

	/**
	 * The postings at the head of the queue that fit one call; at least one. What must go
	 * alone ends the run.
	 */
	private List<Posting> gather() {
		List<Posting> together = new ArrayList<>();
		int lines = 0;
		while (peek() instanceof Posting next) {
			lines += next.command().lines().size();
			if (lines > this.linesPerCall && !together.isEmpty()) {
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

}
