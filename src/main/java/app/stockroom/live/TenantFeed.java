package app.stockroom.live;

import java.util.List;
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

	private static final Logger log = LoggerFactory.getLogger(TenantFeed.class);

	private final TenantId tenant;

	private final Scheduler.Worker worker;

	private final History history;

	private final StockNames names;

	private final FeedMetrics metrics;

	private final Sequencer order = new Sequencer();

	private final Audience audience;

	/** Bytes of the messages that wait for the worker. */
	private final AtomicInteger inbox = new AtomicInteger();

	/** The query whose answer comes before anything else, or null. */
	private @Nullable Object query;

	private boolean watching;

	/**
	 * Whether the last read ended before what is known, so that the next need not wait.
	 */
	private boolean catchingUp;

	TenantFeed(TenantId tenant, Scheduler.Worker worker, History history, StockNames names, EventEncoder encoder,
			FeedMetrics metrics) {
		this.tenant = tenant;
		this.worker = worker;
		this.history = history;
		this.names = names;
		this.metrics = metrics;
		this.audience = new Audience(worker, encoder, metrics);
	}

	/**
	 * Adds a subscriber.
	 * @return the position after which it is offered every change: what lies between its
	 * own position and this one it reads from the ledger. Joining and delivering are
	 * steps of one worker, so no change falls between the two or into both
	 */
	Mono<Position> join(FeedSubscriber subscriber) {
		return Mono.create((sink) -> run(() -> this.audience.add(subscriber, sink)));
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
	 * Asks the ledger where it stands.
	 */
	void check() {
		this.history.position(this.tenant)
			.timeout(FeedLimits.QUERY)
			.subscribe(this::seen, (error) -> log.warn("Where the ledger of tenant {} stands is not known yet: {}",
					this.tenant, error.toString()));
	}

	/**
	 * Tells every subscriber where the feed stands, regularly.
	 */
	void beat(long firstMs, long everyMs) {
		this.worker.schedulePeriodically(this.audience::heartbeat, firstMs, everyMs, TimeUnit.MILLISECONDS);
	}

	void close() {
		this.worker.dispose();
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
		if (!this.audience.readsStock() || this.names.attach(changes)) {
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
