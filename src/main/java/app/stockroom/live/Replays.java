package app.stockroom.live;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import app.stockroom.ledger.Position;
import app.stockroom.tenancy.TenantId;
import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.stereotype.Component;

/**
 * The past of the ledgers for those who come back from longer ago than the feeds
 * remember. It is read in steps that begin at round sequences, so that everybody who
 * needs about the same part shares one read, and so slowly that not even thousands who
 * come back at once are felt by the database.
 */
@Component
class Replays {

	private final History history;

	private final FeedMetrics metrics;

	private final AsyncCache<Step, History.Chunk> steps = Caffeine.newBuilder()
		.maximumWeight(FeedLimits.REPLAYED_CHANGES)
		.weigher((Step _, History.Chunk chunk) -> 1 + chunk.changes().size())
		.expireAfterAccess(FeedLimits.REPLAY_KEPT)
		.buildAsync();

	/** Shared by those who ask at the same time, and by nobody later. */
	private final Map<TenantId, CompletableFuture<Position>> positions = new ConcurrentHashMap<>();

	private final LoadingCache<TenantId, Pace> paces = Caffeine.newBuilder()
		.expireAfterAccess(Duration.ofMinutes(1))
		.build((_) -> new Pace(FeedLimits.REPLAY_READS, System.nanoTime()));

	Replays(History history, FeedMetrics metrics) {
		this.history = history;
		this.metrics = metrics;
	}

	/**
	 * Where the ledger stands, for a reader who says it has seen it at this sequence.
	 * @return a position that was true after the question, unless the reader has seen
	 * less
	 */
	Mono<Position> position(TenantId tenant, long seen) {
		return shared(tenant)
			// Those who asked before may have been answered from before.
			.flatMap((position) -> (position.sequence() >= seen) ? Mono.just(position) : shared(tenant));
	}

	/**
	 * The next changes as one feed needs them.
	 * @param after the last position that is not wanted
	 * @param head a sequence up to which the ledger is known to exist
	 * @return at least one sequence more, if the ledger has it
	 */
	Mono<History.Chunk> changes(TenantId tenant, Feed feed, Position after, long head) {
		long size = (feed == Feed.ALERTS) ? FeedLimits.ALERT_SPAN : FeedLimits.REPLAY_STEP;
		long begin = after.sequence() / size * size;
		Step step = new Step(tenant, feed, new Position(after.epoch(), begin));
		long end = Math.min(begin + size, head);
		return Mono.fromFuture(() -> shared(step, end), true).flatMap((chunk) -> {
			if (chunk.upTo() > after.sequence()) {
				return Mono.just(chunk);
			}
			// It ends where the ledger ended when it was read: one reads again, for all.
			this.steps.synchronous().asMap().remove(step, chunk);
			return Mono.fromFuture(() -> shared(step, end), true);
		}).map((chunk) -> chunk.after(after.sequence()));
	}

	private CompletableFuture<History.Chunk> shared(Step step, long end) {
		return this.steps.get(step, (_, _) -> paced(step.tenant(), read(step, end)).toFuture());
	}

	private Mono<History.Chunk> read(Step step, long end) {
		return this.history.changes(step.tenant(), step.feed(), step.after(), end);
	}

	private Mono<Position> shared(TenantId tenant) {
		return Mono.fromFuture(() -> this.positions.computeIfAbsent(tenant,
				(_) -> paced(tenant, this.history.position(tenant))
					// Before anybody hears of it, who then asks again on purpose.
					.doOnTerminate(() -> this.positions.remove(tenant))
					.toFuture()),
				true);
	}

	private <T> Mono<T> paced(TenantId tenant, Mono<T> read) {
		return Mono.defer(() -> {
			this.metrics.replayed();
			return read.timeout(FeedLimits.QUERY);
		}).delaySubscription(this.paces.get(tenant).next(System.nanoTime()), Schedulers.parallel());
	}

	/**
	 * A part of a ledger as one feed needs it.
	 */
	private record Step(TenantId tenant, Feed feed, Position after) {
	}

}
