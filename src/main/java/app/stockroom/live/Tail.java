package app.stockroom.live;

import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import app.stockroom.ledger.Commit;
import app.stockroom.ledger.Position;
import app.stockroom.tenancy.TenantId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Follows the end of one tenant's ledger: puts announced commits in order, reads what was
 * not announced, and hands every change once to the audience. Everything happens on one
 * worker, one step after the other.
 */
final class Tail {

	private static final Logger log = LoggerFactory.getLogger(Tail.class);

	private final TenantId tenant;

	private final Scheduler.Worker worker;

	private final History history;

	private final StockNames names;

	private final FeedMetrics metrics;

	private final Audience audience;

	private final Recent recent;

	private final Sequencer order = new Sequencer();

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

	Tail(TenantId tenant, Scheduler.Worker worker, History history, StockNames names, FeedMetrics metrics,
			Audience audience, Recent recent) {
		this.tenant = tenant;
		this.worker = worker;
		this.history = history;
		this.names = names;
		this.metrics = metrics;
		this.audience = audience;
		this.recent = recent;
	}

	/**
	 * Runs a step on the worker, after all that were asked for before.
	 */
	void run(Runnable step) {
		try {
			this.worker.schedule(() -> take(step));
		}
		catch (RejectedExecutionException ex) {
			log.trace("The feed of tenant {} is closed: nobody listens any more", this.tenant, ex);
		}
	}

	private void take(Runnable step) {
		try {
			step.run();
		}
		catch (RuntimeException ex) {
			failed(ex);
		}
	}

	/**
	 * Asks the ledger where it stands; a step.
	 */
	void check() {
		this.checking = true;
		this.history.position(this.tenant)
			.timeout(FeedLimits.QUERY)
			.doFinally((_) -> run(() -> this.checking = false))
			.subscribe((position) -> run(() -> seen(position)), (error) -> run(() -> {
				log.warn("Where the ledger of tenant {} stands is not known yet: {}", this.tenant, error.toString());
				this.audience.failToStart(error);
			}));
	}

	/**
	 * Asks the same unless it is known, or being asked; a step.
	 */
	void checkUnlessKnown() {
		if (!this.checking && this.audience.position() == null) {
			check();
		}
	}

	/**
	 * The ledger was seen to stand here; a step.
	 */
	void seen(Position position) {
		Position head = this.order.head();
		if (head == null || !head.epoch().equals(position.epoch())) {
			begin(position);
		}
		else {
			this.order.know(position.sequence());
		}
		advance();
	}

	/**
	 * A commit was announced; a step.
	 */
	void add(Commit commit) {
		if (this.order.isForeign(commit)) {
			// Late news of the old history, or the first of a new one: the ledger knows.
			check();
			return;
		}
		this.order.add(commit);
		advance();
	}

	/**
	 * From now on changes are delivered with the records that readers of stock need; a
	 * step.
	 */
	void attachRecords(Position now) {
		if (!this.needsRecords) {
			this.needsRecords = true;
			this.recent.hasRecordsFrom(now.sequence());
		}
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
		this.worker.schedule(() -> take(() -> {
			this.watching = false;
			if (this.query == null && this.order.isBehind() && this.order.head() == stuckAt) {
				read();
			}
			else {
				advance();
			}
		}), FeedLimits.HOLE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
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

}
