package app.stockroom.live;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;

import app.stockroom.ledger.Position;
import app.stockroom.tenancy.Caller;
import app.stockroom.tenancy.TenantId;
import org.jspecify.annotations.Nullable;

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

	private @Nullable EventStream stream;

	/** Frames up to here are not wanted from the live feed. */
	private volatile long floor;

	private volatile boolean ending;

	/** Belongs to the tenant's worker, as the next. */
	private boolean joined;

	private boolean gone;

	/** Belongs to the connection's thread. */
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

	Caller caller() {
		return this.request.caller();
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
	 * Queues what the changes say to this subscriber, and starts the writing. Called on
	 * the connection's thread only.
	 */
	void offer(List<Change> changes) {
		if (this.ending) {
			return; // its farewell waits for the reader
		}
		boolean queued = false;
		for (Change change : changes) {
			Frame frame = (change.sequence() > this.floor) ? this.request.view().frame(change, this.encoder) : null;
			if (frame == null) {
				continue;
			}
			if (!this.outbox.offer(frame)) {
				fallBehind();
				return;
			}
			queued = true;
		}
		if (queued) {
			flush();
		}
	}

	/**
	 * Tells where the feed stands, so that the position of a subscriber who sees little
	 * does not grow old. Called on the connection's thread only.
	 */
	void heartbeat(Position position, Frame frame) {
		if (!this.ending && position.sequence() >= this.floor && this.outbox.offer(frame)) {
			flush();
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
		this.ending = true;
		stream().end(last);
	}

	private void fallBehind() {
		this.metrics.slow(feed());
		end(this.encoder.retry());
	}

	@Override
	public void delivered(int frames, long oldest) {
		this.metrics.delivered(feed(), frames, oldest);
	}

	boolean isExpired(Instant now) {
		return now.isAfter(this.expiresAt);
	}

	boolean isStalled() {
		return stream().isStalled();
	}

	/**
	 * Closes the connection: its reader has not taken anything for too long, so that not
	 * even a farewell would reach it.
	 */
	void abort() {
		if (!this.ending) {
			fallBehind();
		}
		stream().abort();
	}

	Executor loop() {
		return stream().loop();
	}

	/**
	 * Joins the live feed.
	 * @return false if it has left before
	 */
	boolean join() {
		this.joined = !this.gone;
		return this.joined;
	}

	/**
	 * Leaves the live feed for ever.
	 * @return whether it had joined
	 */
	boolean leave() {
		this.gone = true;
		return this.joined;
	}

	private void flush() {
		Duration interval = this.request.conflate();
		if (interval == null) {
			stream().wake();
		}
		else if (!this.flushing) {
			this.flushing = true;
			stream().later(() -> {
				this.flushing = false;
				this.outbox.release();
				stream().wake();
			}, interval);
		}
	}

	private EventStream stream() {
		return Objects.requireNonNull(this.stream, "given before the stream is opened");
	}

}
