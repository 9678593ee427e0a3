package app.stockroom.live;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

import app.stockroom.ledger.Commit;
import app.stockroom.ledger.Position;
import app.stockroom.tenancy.TenantId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The live feed of one tenant while somebody listens: puts announced commits in order,
 * reads from the ledger what was not announced, and offers every change once to all
 * subscribers. All state belongs to one worker, on which everything runs one after the
 * other; so there are no locks, and nobody can join in the middle of a change.
 */
final class TenantFeed {

	/** After everything that has happened so far. */
	static final long NOW = Long.MAX_VALUE;

	private static final Logger log = LoggerFactory.getLogger(TenantFeed.class);

	private final TenantId tenant;

	private final Scheduler.Worker worker;

	private final History history;

	private final StockNames names;

	private final FeedMetrics metrics;

	private final Sequencer order = new Sequencer();

	private final Audience audience;

	private final Recent recent;

	/** Bytes of the messages that wait for the worker. */
	private final AtomicInteger inbox = new AtomicInteger();

	/** The query whose answer comes before anything else, or null. */
	private @Nullable Object query;

	private boolean watching;

	/** Whether the ledger is being asked where it stands; the first time is to come. */
	private boolean checking = true;

	/** Whether somebody has read stock, so that changes need their records. */
	private boolean needsRecords;

	/**
	 * Whether the last read ended before what is known, so that the next need not wait.
	 */
	private boolean catchingUp;

	TenantFeed(TenantId tenant, Scheduler.Worker worker, History history, StockNames names, EventEncoder encoder,
			FeedMetrics metrics, Recent recent) {
		this.tenant = tenant;
		this.worker = worker;
		this.history = history;
		this.names = names;
		this.metrics = metrics;
		this.audience = new Audience(encoder);
		this.recent = recent;
	}

	/**
	 * Where the feed stands, as soon as it knows; an error if the ledger cannot be asked.
	 */
	Mono<Position> position() {
		Position now = this.audience.position();
		return (now != null) ? Mono.just(now) : Mono.create((sink) -> run(() -> {
			this.audience.tell(sink);
			if (!this.checking && this.audience.position() == null) {
				check();
			}
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
				add(commit);
			}
		});
	}

	/**
	 * The ledger was seen to stand here.
	 */
	void seen(Position position) {
		run(() -> {
			Position head = this.order.head();
			if (head == null || !head.epoch().equals(position.epoch())) {
				begin(position);
			}
			else {
				this.order.know(position.sequence());
			}
			advance();
		});
	}

	/**
	 * Begins: asks the ledger where it stands.
	 */
	void start() {
		run(this::check);
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
		if (feed == Feed.STOCK && !this.needsRecords) {
			this.needsRecords = true;
			this.recent.hasRecordsFrom(now.sequence());
		}
		return this.recent.floor(feed);
	}

	private void check() {
		this.checking = true;
		this.history.position(this.tenant)
			.timeout(FeedLimits.QUERY)
			.doFinally((_) -> run(() -> this.checking = false))
			.subscribe(this::seen, (error) -> run(() -> {
				log.warn("Where the ledger of tenant {} stands is not known yet: {}", this.tenant, error.toString());
				this.audience.failToStart(error);
			}));
	}

	private void add(Commit commit) {
		if (this.order.isForeign(commit)) {
			// Late news of the old history, or the first of a new one: the ledger knows.
			check();
			return;
		}
		this.order.add(commit);
		advance();
	}

	private void begin(Position position) {
		boolean again = this.order.head() != null;
		this.query = null; // its answer is about another history
		if (!again) {
			this.order.startAt(position);
		}
		else {
			this.order.restartAt(position);
			this.audience.reset("another-ledger");
		}
		this.recent.startAt(position);
		this.audience.startAt(position);
	}

	/** Takes the next step that can be taken. */
	private void advance() {
		if (this.query != null || this.order.head() == null) {
			return;
		}
		List<Change> changes = this.order.take();
		if (!changes.isEmpty()) {
			deliver(changes);
		}
		else if (this.order.mustRead() || (this.catchingUp && this.order.isBehind())) {
			read();
		}
		else if (this.order.isBehind()) {
			watch();
		}
	}

	/** Gives a hole a moment: its message may only be late. */
	private void watch() {
		if (this.watching) {
			return;
		}
		this.watching = true;
		Position stuckAt = this.order.head();
		this.worker.schedule(() -> {
			this.watching = false;
			if (this.query == null && this.order.isBehind() && this.order.head() == stuckAt) {
				read();
			}
			else {
				advance();
			}
		}, FeedLimits.HOLE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
	}

	private void read() {
		Position from = this.order.head();
		if (from != null) {
			ask(this.history.changes(this.tenant, from, this.order.known()), (chunk) -> wasRead(from, chunk));
		}
	}

	private void wasRead(Position from, History.Chunk chunk) {
		if (chunk.changes().isEmpty()) {
			// The ledger does not have what it was said to have: is it another one?
			this.order.restartAt(from);
			check();
			return;
		}
		this.metrics.holeFilled();
		this.order.passed(chunk.upTo());
		this.catchingUp = this.order.isBehind();
		deliver(chunk.changes());
	}

	private void deliver(List<Change> changes) {
		this.names.forget(changes);
		if (!this.needsRecords || this.names.attach(changes)) {
			offer(changes);
			return;
		}
		ask(this.names.load(changes), (records) -> {
			this.names.remember(records);
			if (!this.names.attach(changes)) {
				log.error("Tenant {} has entries of records that do not exist", this.tenant);
			}
			offer(changes);
		});
	}

	private void offer(List<Change> changes) {
		Position after = this.order.head();
		if (after != null) {
			this.audience.offer(changes, after);
			this.recent.add(changes);
		}
		advance();
	}

	/** Nothing else is delivered until the answer is there, and is used. */
	private <T> void ask(Mono<T> question, Consumer<T> use) {
		Object asked = new Object();
		this.query = asked;
		question.timeout(FeedLimits.QUERY).subscribe((answer) -> run(() -> {
			if (this.query == asked) {
				this.query = null;
				use.accept(answer);
			}
		}), (error) -> run(() -> {
			if (this.query == asked) {
				failed(error);
			}
		}));
	}

	/** Goes back to what was delivered; the next comparison of heads tries again. */
	private void failed(Throwable error) {
		log.warn("The feed of tenant {} could not go on, and tries again: {}", this.tenant, error.toString(), error);
		this.query = null;
		this.catchingUp = false;
		Position delivered = this.audience.position();
		if (delivered != null) {
			this.order.restartAt(delivered);
		}
	}

	private void run(Runnable step) {
		try {
			this.worker.schedule(() -> {
				try {
					step.run();
				}
				catch (RuntimeException ex) {
					failed(ex);
				}
			});
		}
		catch (RejectedExecutionException ex) {
			log.trace("The feed of tenant {} is closed: nobody listens any more", this.tenant, ex);
		}
	}

}
