package app.stockroom.tenancy;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import app.stockroom.tenancy.SharedBuckets.Taken;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import org.jspecify.annotations.Nullable;

/**
 * What one tenant may still do in this process: tokens that were taken from the shared
 * bucket and not spent yet, and a bucket of its own for when Redis does not answer.
 */
final class Allowance {

	/** At full speed a process asks Redis so often a second, for all requests between. */
	static final int SLICES_PER_SECOND = 20;

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private final int rate;

	private final long slice;

	private final TimeMeter clock;

	private final AtomicLong tokens = new AtomicLong();

	private final AtomicReference<@Nullable Question> question = new AtomicReference<>();

	private final Bucket own;

	/** In the shared bucket, when it was last seen. */
	private volatile long left;

	/** Until then there is no use in asking. */
	private volatile long dryUntil = Long.MIN_VALUE;

	/** When the shared bucket has the next token. */
	private volatile long refillAt;

	Allowance(int rate, TimeMeter clock) {
		this.rate = rate;
		this.slice = Math.max(1, rate / SLICES_PER_SECOND);
		this.clock = clock;
		this.own = Bucket.builder()
			.withCustomTimePrecision(clock)
			.addLimit(SharedBuckets.full(rate).getBandwidths()[0])
			.build();
	}

	int rate() {
		return this.rate;
	}

	/**
	 * Decides with what is known here; null if Redis must be asked first.
	 */
	@Nullable Admission decide() {
		long held = this.tokens.get();
		while (held > 0) {
			if (this.tokens.compareAndSet(held, held - 1)) {
				return new Admission(true, this.rate, Math.min(held - 1 + this.left, this.rate), 1);
			}
			held = this.tokens.get();
		}
		long now = this.clock.currentTimeNanos();
		return (now < this.dryUntil) ? refused(this.refillAt - now) : null;
	}

	/**
	 * Decides without Redis: the limit then holds for each process by itself.
	 */
	Admission decideAlone() {
		ConsumptionProbe probe = this.own.tryConsumeAndReturnRemaining(1);
		return probe.isConsumed() ? new Admission(true, this.rate, probe.getRemainingTokens(), 1)
				: refused(probe.getNanosToWaitForRefill());
	}

	private Admission refused(long waitNanos) {
		return new Admission(false, this.rate, 0, Math.max(1, Math.ceilDiv(waitNanos, SECOND)));
	}

	/**
	 * Whether it is time to ask Redis for more, so that nobody needs to wait for it.
	 */
	boolean isLow() {
		return this.tokens.get() < this.slice / 2 && this.clock.currentTimeNanos() >= this.dryUntil;
	}

	/**
	 * How many tokens to ask for at once.
	 */
	long slice() {
		return this.slice;
	}

	void received(Taken taken) {
		this.left = Math.max(0, taken.left());
		this.tokens.addAndGet(taken.tokens());
		if (taken.tokens() < this.slice) {
			long now = this.clock.currentTimeNanos();
			long refill = Math.ceilDiv((1 - taken.left()) * SECOND, (long) this.rate);
			this.refillAt = now + refill;
			// Not for longer than a second: what an operator changes there is seen then.
			this.dryUntil = now + Math.min(Math.max(refill, SECOND / SLICES_PER_SECOND), SECOND);
		}
	}

	/** What Redis is being asked, or was asked last. */
	AtomicReference<@Nullable Question> question() {
		return this.question;
	}

}
