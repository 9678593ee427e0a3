package app.stockroom.live;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import app.stockroom.ledger.Commit;
import app.stockroom.ledger.Position;
import app.stockroom.tenancy.TenantId;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The live feed of one tenant while somebody listens: those who join it are offered every
 * change that comes at the end of the ledger, once and in order. All state belongs to one
 * worker, on which everything runs one after the other; so there are no locks, and nobody
 * can join in the middle of a change.
 */
final class TenantFeed {

	/** After everything that has happened so far. */
	static final long NOW = Long.MAX_VALUE;

	private final Scheduler.Worker worker;

	private final FeedMetrics metrics;

	private final Audience audience;

	private final Recent recent;

	private final Tail tail;

	/** Bytes of the messages that wait for the worker. */
	private final AtomicInteger inbox = new AtomicInteger();

	TenantFeed(TenantId tenant, Scheduler.Worker worker, History history, StockNames names, EventEncoder encoder,
			FeedMetrics metrics, Recent recent) {
		this.worker = worker;
		this.metrics = metrics;
		this.audience = new Audience(encoder);
		this.recent = recent;
		this.tail = new Tail(tenant, worker, history, names, metrics, this.audience, recent);
	}

	/**
	 * Where the feed stands, as soon as it knows; an error if the ledger cannot be asked.
	 */
	Mono<Position> position() {
		Position now = this.audience.position();
		return (now != null) ? Mono.just(now) : Mono.create((sink) -> run(() -> {
			this.audience.tell(sink);
			this.tail.checkUnlessKnown();
		}));
	}

	/**
	 * Adds a subscriber, unless it comes from too far back.
	 * @param after the last sequence that it does not want, or {@link #NOW}
	 * @return what it has missed, and the position after which it is offered every
	 * change. Joining and delivering are steps of one worker, so no change falls between
	 * the two or into both
	 */
	Mono<Entrance> join(FeedSubscriber subscriber, long after) {
		return position().flatMap((_) -> Mono.create((sink) -> run(() -> sink.success(enter(subscriber, after)))));
	}

	/**
	 * The changes between two sequences; empty if the feed does not remember all of them.
	 */
	Mono<List<Change>> recent(Feed feed, long after, long until) {
		return position().flatMap((_) -> Mono.create((sink) -> run(() -> {
			Position now = this.audience.position();
			if (now != null && until <= now.sequence() && after >= floor(feed, now)) {
				sink.success(
						this.recent.after(after).stream().takeWhile((change) -> change.sequence() <= until).toList());
			}
			else {
				sink.success();
			}
		})));
	}

	void leave(FeedSubscriber subscriber) {
		run(() -> this.audience.remove(subscriber));
	}

	/**
	 * A commit was announced.
	 * @param bytes the size of the message
	 * @param message reads it; on the worker, since the network is busy
	 */
	void announced(int bytes, Supplier<@Nullable Commit> message) {
		if (this.inbox.addAndGet(bytes) > FeedLimits.INBOX_BYTES) {
			// What is not heard is found in the ledger.
			this.inbox.addAndGet(-bytes);
			this.metrics.messageDropped();
			return;
		}
		run(() -> {
			this.inbox.addAndGet(-bytes);
			Commit commit = message.get();
			if (commit != null) {
				this.tail.add(commit);
			}
		});
	}

	/**
	 * The ledger was seen to stand here.
	 */
	void seen(Position position) {
		run(() -> this.tail.seen(position));
	}

	/**
	 * Begins: asks the ledger where it stands.
	 */
	void start() {
		run(this.tail::check);
	}

	/**
	 * Tells every subscriber where the feed stands, regularly.
	 */
	void beat(long firstMs, long everyMs) {
		this.worker.schedulePeriodically(this.audience::heartbeat, firstMs, everyMs, TimeUnit.MILLISECONDS);
	}

	/**
	 * The tenant is not there any more: its streams end.
	 */
	void dismiss(byte[]... last) {
		run(() -> this.audience.dismiss(last));
	}

	void close() {
		run(() -> {
			this.recent.release();
			this.worker.dispose();
		});
	}

	private Entrance enter(FeedSubscriber subscriber, long after) {
		Position now = Objects.requireNonNull(this.audience.position(), "asked for before");
		long floor = floor(subscriber.feed(), now);
		if (after < floor) {
			return new Entrance.TooFar(new Position(now.epoch(), floor));
		}
		this.audience.add(subscriber);
		return new Entrance.Joined(now, this.recent.after(after));
	}

	private long floor(Feed feed, Position now) {
		if (feed == Feed.STOCK) {
			this.tail.attachRecords(now);
		}
		return this.recent.floor(feed);
	}

	private void run(Runnable step) {
		this.tail.run(step);
	}

}
