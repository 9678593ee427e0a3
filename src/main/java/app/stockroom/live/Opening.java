package app.stockroom.live;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import app.stockroom.ledger.Position;
import app.stockroom.platform.Problem;
import app.stockroom.tenancy.TenantId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * How a stream begins: with the past, up to where the live feed takes over. What is long
 * ago is read from the ledger, a step whenever the reader has taken the one before; what
 * the feed still remembers comes from there, in the same moment in which the stream joins
 * it. Changes then wait in the outbox until that is sent. So there is neither a gap nor
 * an overlap, and a long past cannot overflow the outbox. Belongs to one stream, whose
 * steps come one after the other.
 */
final class Opening {

	private static final Logger log = LoggerFactory.getLogger(Opening.class);

	private final FeedSubscriber subscriber;

	private final EventStream stream;

	private final Sources sources;

	private final TenantId tenant;

	private final Feed feed;

	/** Everything up to here was sent. */
	private Position at;

	private boolean joined;

	/**
	 * A beginning.
	 * @param position where the live feed stood when the stream was asked for
	 */
	Opening(FeedSubscriber subscriber, EventStream stream, Position position, Sources sources) {
		this.subscriber = subscriber;
		this.stream = stream;
		this.sources = sources;
		this.tenant = subscriber.tenant();
		this.feed = subscriber.feed();
		this.at = position;
	}

	/**
	 * Sends the beginning and goes live. Never an error: what goes wrong is an event, for
	 * the answer has begun.
	 */
	Mono<Void> play() {
		return send(List.of(this.sources.encoder().retry())).then(Mono.defer(this::begin))
			.onErrorResume(this::endWithProblem);
	}

	private Mono<Void> begin() {
		StartPosition start = this.subscriber.request().start();
		if (start instanceof StartPosition.After after) {
			return head(after).flatMap((head) -> after.resumable(head) ? resume(head, after) : startAgain());
		}
		return (start instanceof StartPosition.Fresh) ? fresh() : startAgain();
	}

	/**
	 * Where the ledger stands. Who has seen what the live feed has not was perhaps served
	 * by another instance, which knew it first.
	 */
	private Mono<Position> head(StartPosition.After start) {
		if (start.resumable(this.at)) {
			return Mono.just(this.at);
		}
		return this.sources.replays()
			.position(this.tenant, start.sequence())
			.doOnNext((head) -> this.sources.feeds().seen(this.tenant, head))
			.doOnNext((head) -> this.at = head);
	}

	private Mono<Void> resume(Position head, StartPosition.After start) {
		this.sources.metrics().resumed(this.feed);
		this.at = new Position(head.epoch(), start.sequence());
		return join(false).then(Mono.defer(this::ready)).then(goLive());
	}

	private Mono<Void> startAgain() {
		this.sources.metrics().reset(this.feed);
		return send(List.of(this.sources.encoder().reset("unknown-position"))).then(Mono.defer(this::fresh));
	}

	private Mono<Void> fresh() {
		return switch (this.feed) {
			case LEDGER -> join(true).then(Mono.defer(this::ready)).then(goLive());
			case ALERTS -> openAlerts().then(join(false)).then(Mono.defer(this::ready)).then(goLive());
			case STOCK -> stock().then(Mono.defer(this::ready)).then(join(false)).then(goLive());
		};
	}

	private Mono<Void> ready() {
		return send(List.of(this.sources.encoder().ready(this.at)));
	}

	/**
	 * The alerts that are not resolved. What happened after the position comes again as a
	 * change, so it is left to that.
	 */
	private Mono<Void> openAlerts() {
		View.Alerts view = (View.Alerts) this.subscriber.request().view();
		return this.sources.snapshots().alerts(this.tenant, this.at).flatMap((open) -> {
			this.at = open.position();
			return send(open.alerts()
				.stream()
				.filter((alert) -> alert.sequence() <= this.at.sequence() && view.shows(alert))
				.map(this.sources.encoder()::openAlert)
				.toList());
		});
	}

	private Mono<Void> stock() {
		View.Stock view = (View.Stock) this.subscriber.request().view();
		StockSnapshot snapshot = new StockSnapshot(this.tenant, view, this.sources, this::send);
		return snapshot.play().doOnNext((position) -> this.at = position).then();
	}

	/**
	 * Joins the live feed after what was sent, or after all that has happened so far;
	 * having read what the feed does not remember, however much is written meanwhile and
	 * however slow the reader is.
	 */
	private Mono<Void> join(boolean now) {
		return Mono.defer(() -> tryToJoin(now ? TenantFeed.NOW : this.at.sequence())).repeat(() -> !this.joined).then();
	}

	private Mono<Void> tryToJoin(long after) {
		this.subscriber.skipTo((after != TenantFeed.NOW) ? after : 0);
		return this.sources.feeds().join(this.subscriber, after).flatMap((entrance) -> switch (entrance) {
			case Entrance.Joined(var position, var missed) -> joined(after, position, missed);
			case Entrance.TooFar(var from) -> isSame(from) ? replay(from.sequence()) : reset();
		});
	}

	private Mono<Void> joined(long after, Position position, List<Change> missed) {
		this.joined = true;
		if (after == TenantFeed.NOW) {
			this.at = position;
			return Mono.empty();
		}
		if (!isSame(position)) {
			return reset();
		}
		this.at = new Position(position.epoch(), Math.max(after, position.sequence()));
		return sendChanges(missed);
	}

	private Mono<Void> replay(long head) {
		return this.sources.replays().changes(this.tenant, this.feed, this.at, head).flatMap((chunk) -> {
			this.at = new Position(this.at.epoch(), Math.max(this.at.sequence(), chunk.upTo()));
			return sendChanges(chunk.changes());
		});
	}

	private boolean isSame(Position position) {
		return position.epoch().equals(this.at.epoch());
	}

	private Mono<Void> reset() {
		this.subscriber.reset("another-ledger");
		return Mono.never(); // nothing follows on the end
	}

	private Mono<Void> goLive() {
		return Mono.fromRunnable(this.stream::goLive);
	}

	private Mono<Void> sendChanges(List<Change> changes) {
		View view = this.subscriber.request().view();
		List<byte[]> events = new ArrayList<>();
		for (Change change : changes) {
			Frame frame = view.frame(change, this.sources.encoder());
			if (frame != null) {
				events.add(frame.bytes());
			}
		}
		return send(events);
	}

	private Mono<Void> send(Collection<byte[]> events) {
		return this.stream.send(events);
	}

	private Mono<Void> endWithProblem(Throwable error) {
		log.warn("A stream of tenant {} could not begin: {}", this.tenant, error.toString(), error);
		EventEncoder encoder = this.sources.encoder();
		this.subscriber.end(
				encoder.problem(Problem.UNAVAILABLE.because("The ledger cannot be read right now. Come back later.")),
				encoder.retry());
		return Mono.empty();
	}

}
