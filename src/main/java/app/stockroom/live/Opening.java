package app.stockroom.live;

import java.util.Collection;
import java.util.List;

import app.stockroom.ledger.Alert;
import app.stockroom.ledger.Position;
import app.stockroom.platform.Problem;
import app.stockroom.tenancy.TenantId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * How a stream begins: with the past, up to where the live feed takes over. What is long
 * ago is read first, a chunk whenever the reader has taken the one before; only when
 * little is left does the stream join the live feed, whose changes then wait in its
 * outbox while the rest is read up to exactly the position of joining. So there is
 * neither a gap nor an overlap, and a long past cannot overflow the outbox. Belongs to
 * one stream, whose steps come one after the other.
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

	Opening(FeedSubscriber subscriber, EventStream stream, Position head, Sources sources) {
		this.subscriber = subscriber;
		this.stream = stream;
		this.sources = sources;
		this.tenant = subscriber.tenant();
		this.feed = subscriber.feed();
		this.at = head;
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
		if (start instanceof StartPosition.After(var epoch, var sequence) && start.resumable(this.at)) {
			this.sources.metrics().resumed(this.feed);
			Position head = this.at;
			this.at = new Position(head.epoch(), sequence);
			return catchUp(head).then(joinAndGoLive(true));
		}
		if (start instanceof StartPosition.Fresh) {
			return fresh();
		}
		this.sources.metrics().reset(this.feed);
		return send(List.of(this.sources.encoder().reset("unknown-position"))).then(Mono.defer(this::fresh));
	}

	private Mono<Void> fresh() {
		return switch (this.feed) {
			case LEDGER -> ready().then(joinAndGoLive(false));
			case ALERTS -> openAlerts().then(joinAndGoLive(true));
			case STOCK -> stock().then(Mono.defer(this::ready))
				.then(Mono.defer(this::position))
				.flatMap(this::catchUp)
				.then(joinAndGoLive(false));
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
		return this.sources.alerts()
			.open(this.tenant)
			.flatMap((open) -> send(open.stream()
				.filter((alert) -> alert.sequence() <= this.at.sequence() && view.filter().matches(alert))
				.map(this::event)
				.toList()));
	}

	private byte[] event(Alert alert) {
		return this.sources.encoder().openAlert(alert);
	}

	private Mono<Void> stock() {
		View.Stock view = (View.Stock) this.subscriber.request().view();
		StockSnapshot snapshot = new StockSnapshot(this.tenant, view, this.sources, this::send);
		return snapshot.play().doOnNext((position) -> this.at = position).then();
	}

	/**
	 * Reads until little is left, however much is written meanwhile and however slow the
	 * reader is.
	 */
	private Mono<Void> catchUp(Position head) {
		if (!head.epoch().equals(this.at.epoch()) || head.sequence() - this.at.sequence() <= FeedLimits.CHUNK) {
			return Mono.empty();
		}
		return readTo(head.sequence()).then(Mono.defer(this::position)).flatMap(this::catchUp);
	}

	private Mono<Position> position() {
		return this.sources.history().position(this.tenant).timeout(FeedLimits.QUERY);
	}

	private Mono<Void> joinAndGoLive(boolean readyAtEnd) {
		return Mono.defer(() -> {
			this.subscriber.skipTo(this.at.sequence());
			return this.sources.feeds().join(this.subscriber).timeout(FeedLimits.QUERY);
		}).flatMap((joined) -> {
			if (!joined.epoch().equals(this.at.epoch())) {
				this.subscriber.reset("another-ledger");
				return Mono.empty();
			}
			return readTo(joined.sequence()).then(readyAtEnd ? Mono.defer(this::ready) : Mono.empty())
				.then(Mono.fromRunnable(this.stream::goLive));
		});
	}

	private Mono<Void> readTo(long until) {
		return Mono.defer(() -> (this.at.sequence() < until) ? readChunk(until) : Mono.empty())
			.repeat(() -> this.at.sequence() < until)
			.then();
	}

	private Mono<Void> readChunk(long until) {
		return this.sources.history()
			.changes(this.tenant, this.feed, this.at, until)
			.timeout(FeedLimits.QUERY)
			.flatMap((chunk) -> {
				this.at = new Position(this.at.epoch(), chunk.upTo());
				return send(chunk.changes().stream().map(this::bytes).filter((bytes) -> bytes.length > 0).toList());
			});
	}

	private byte[] bytes(Change change) {
		Frame frame = this.subscriber.request().view().frame(change, this.sources.encoder());
		return (frame != null) ? frame.bytes() : new byte[0];
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
