package app.stockroom.live;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

import app.stockroom.ledger.Position;
import app.stockroom.tenancy.TenantId;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * One open stream, as the live feed sees it: an outbox to fill, and a stream that empties
 * it.
 */
final class FeedSubscriber implements EventStream.Deliveries {

	private final FeedRequest request;

	private final Outbox outbox;

	private final EventEncoder encoder;

	private final FeedMetrics metrics;

	private final Instant expiresAt;

	private volatile @Nullable EventStream stream;

	/** Frames up to here are not wanted from the live feed. */
	private volatile long floor;

	private volatile boolean gone;

	private boolean flushing;

	FeedSubscriber(FeedRequest request, EventEncoder encoder, FeedMetrics metrics) {
		this.request = request;
		this.outbox = new Outbox(request.mode());
		this.encoder = encoder;
		this.metrics = metrics;
		Instant expires = request.caller().expiresAt();
		this.expiresAt = expires.isBefore(Instant.MAX.minus(FeedLimits.TOKEN_LEEWAY))
				? expires.plus(FeedLimits.TOKEN_LEEWAY) : Instant.MAX;
	}

	TenantId tenant() {
		return this.request.caller().tenant();
	}

	Feed feed() {
		return this.request.feed();
	}

	FeedRequest request() {
		return this.request;
	}

	Outbox outbox() {
		return this.outbox;
	}

	void stream(EventStream opened) {
		this.stream = opened;
	}

	/**
	 * Nothing up to this sequence is wanted from the live feed; said before joining it.
	 */
	void skipTo(long sequence) {
		this.floor = sequence;
	}

	/**
	 * Queues what the changes say to this subscriber, and starts the writing. Called by
	 * the tenant's worker only.
	 */
	void offer(List<Change> changes, Scheduler.Worker worker) {
		boolean queued = false;
		for (Change change : changes) {
			Frame frame = (change.sequence() > this.floor) ? this.request.view().frame(change, this.encoder) : null;
			if (frame == null) {
				continue;
			}
			if (!this.outbox.offer(frame)) {
				this.metrics.slow(feed());
				end(this.encoder.retry());
				return;
			}
			queued = true;
		}
		if (queued) {
			flush(worker);
		}
	}

	/**
	 * Tells where the feed stands, so that the position of a subscriber who sees little
	 * does not grow old. Called by the tenant's worker only.
	 */
	void heartbeat(Position position, Frame frame, Scheduler.Worker worker) {
		if (position.sequence() >= this.floor && this.outbox.offer(frame)) {
			flush(worker);
		}
	}

	/**
	 * The ledger is another one than it was: the client starts again, with nothing.
	 */
	void reset(String reason) {
		this.metrics.reset(feed());
		end(this.encoder.reset(reason), this.encoder.retry());
	}

	/**
	 * Ends the stream after these last bytes.
	 */
	void end(byte[]... last) {
		EventStream current = this.stream;
		if (current != null) {
			current.end(last);
		}
	}

	@Override
	public void delivered(int frames, long oldest) {
		this.metrics.delivered(feed(), frames, oldest);
	}

	boolean isExpired(Instant now) {
		return now.isAfter(this.expiresAt);
	}

	boolean isStalled() {
		EventStream current = this.stream;
		return current != null && current.isStalled();
	}

	/**
	 * Closes the connection: its reader has not taken anything for too long, so that not
	 * even a farewell would reach it.
	 */
	void abort() {
		EventStream current = this.stream;
		if (current != null) {
			current.abort();
		}
	}

	boolean isGone() {
		return this.gone;
	}

	void gone() {
		this.gone = true;
	}

	private void flush(Scheduler.Worker worker) {
		Duration interval = this.request.conflate();
		if (interval == null) {
			wake();
		}
		else if (!this.flushing) {
			this.flushing = true;
			worker.schedule(() -> {
				this.flushing = false;
				this.outbox.release();
				wake();
			}, interval.toMillis(), TimeUnit.MILLISECONDS);
		}
	}

	private void wake() {
		EventStream current = this.stream;
		if (current != null) {
			current.wake();
		}
	}

}
