package app.stockroom.ledger;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

import app.stockroom.ledger.Work.Acknowledging;
import app.stockroom.ledger.Work.Cataloguing;
import app.stockroom.ledger.Work.Posting;
import app.stockroom.ledger.Work.Rehearsal;
import app.stockroom.ledger.Work.Waiting;
import app.stockroom.platform.Caches;
import app.stockroom.platform.Database;
import app.stockroom.platform.EventLoops;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import app.stockroom.platform.Traces;
import app.stockroom.platform.Turns;
import app.stockroom.tenancy.TenantId;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.stereotype.Component;

/**
 * The engine. Every change of a tenant's stock or catalogue goes through its lane here,
 * is decided in order by one database call together with whatever else is waiting, and is
 * in the ledger with its entry, or has changed nothing.
 */
@Component
public class Ledger {

	/** What changes under us this often in a row is refused as stale. */
	private static final int ATTEMPTS = 100;

	/**
	 * Calls that go at once always, and from the begin of a tenant's call to that of its
	 * next otherwise (measured: docs/benchmarks.md).
	 */
	private static final int FEW = 2;

	private static final Duration GATHERING = Duration.ofMillis(16);

	private final LoadingCache<TenantId, Lane> lanes;

	private final EventLoops loops;

	private final Database database;

	private final Refusals refusals;

	private final JsonMapper json;

	private final FlushTrace trace;

	Ledger(Database database, EventLoops loops, RedisClient redis, RedisURI redisUri, Entries entries,
			LedgerSettings settings, JsonMapper json, MeterRegistry meters, Traces traces) {
		Writer writer = new Writer(database, settings,
				new Turns(FEW, settings.writeConnections(), GATHERING, settings.turnTimeout()), meters);
		this.trace = new FlushTrace(traces);
		Flusher flusher = new Flusher(writer, new Announcer(redis, redisUri, json, meters), entries, json,
				settings.tenantsPerCall(), settings.resolutionTimeout(), new FlushMeters(meters), this.trace);
		// A second lane of a tenant would cost speed, not truth: the database serializes
		// by tenant, also across processes.
		this.lanes = Caches.builder()
			.expireAfterAccess(Duration.ofMinutes(1))
			.build(tenant -> new Lane(tenant, flusher, settings.queuedCommands(), settings.linesPerCall()));
		this.loops = loops;
		this.database = database;
		this.refusals = new Refusals(writer);
		this.json = json;
		Gauge.builder("stockroom.ledger.waiting", this.lanes, Ledger::waiting)
			.description("Commands that wait in the lanes of this process")
			.register(meters);
	}

	/**
	 * Does what a command says, or nothing. Once sent it is decided whether or not the
	 * subscriber still waits.
	 * @return the final outcome; errors are the refusals {@code queue-full},
	 * {@code unavailable} (nothing was changed), {@code outcome-unknown} and
	 * {@code forbidden} (the tenant is gone)
	 */
	public Mono<Outcome> post(TenantId tenant, Command command) {
		if (command.lines().isEmpty() && command.key() == null) {
			return Mono.just(new Outcome.Accepted(List.of(), false));
		}
		return Mono.create(sink -> offer(tenant, sink, () -> new Posting(command,
				new Waiting<>(sink, this.loops.current(), this.trace.begin(sink.contextView())))));
	}

	/**
	 * Does what is compiled from a read, and compiles it again while others change in
	 * between what was read.
	 * @param compiled reads and compiles on each subscription
	 * @return as {@link #post}, and the errors of {@code compiled}
	 */
	public Mono<Outcome> post(TenantId tenant, Mono<Command> compiled) {
		return attempt(tenant, compiled, ATTEMPTS);
	}

	private Mono<Outcome> attempt(TenantId tenant, Mono<Command> compiled, int left) {
		return compiled.flatMap((command) -> post(tenant, command))
			.flatMap((outcome) -> (stale(outcome) && left > 1) ? attempt(tenant, compiled, left - 1)
					: Mono.just(outcome));
	}

	/**
	 * Decides commands as {@link #post} would now if they came one after the other, each
	 * on what those before it would leave, and writes nothing. Keys are ignored.
	 * @return one outcome for each
	 */
	public Mono<List<Outcome>> rehearse(TenantId tenant, List<Command> commands) {
		List<Command> keyless = commands.stream()
			.map(command -> new Command(command.actor(), command.lines(), null))
			.toList();
		return enqueue(tenant, waiting -> new Rehearsal(keyless, waiting));
	}

	/**
	 * Takes a key for a whole request whose parts go in commands of their own, before the
	 * first of them: a key that stands for another request is refused as a whole.
	 * @return as {@link #post}, of a command that does nothing
	 */
	public Mono<Outcome> claim(TenantId tenant, String actor, Command.Key key) {
		return post(tenant, new Command(actor, List.of(), key));
	}

	/**
	 * What became of an earlier command with the same key: for a request that could be
	 * refused without asking the ledger, and must not be if it is a repetition.
	 * @param command the command as far as it can be compiled; it changes nothing
	 * @return the earlier outcome or {@code idempotency-key-reused}; empty if the command
	 * has no key or the key is new
	 */
	public Mono<Outcome> recall(TenantId tenant, Command command) {
		if (command.key() == null) {
			return Mono.empty();
		}
		List<Command.Line> lines = new ArrayList<>(command.lines());
		lines.add(Command.never());
		return post(tenant, new Command(command.actor(), lines, command.key())).filter((outcome) -> !stale(outcome));
	}

	/**
	 * An outcome as its client was told it the first time. What a refusal says beside the
	 * ledger's own ruling is compiled from what was read, and so would be another
	 * whenever the request is repeated.
	 * @param key the key that keeps it, or null
	 * @param explained completes a refusal that was not told before
	 * @return errors are those of {@code explained} and {@code unavailable}
	 */
	public Mono<Outcome> told(TenantId tenant, Command.@Nullable Key key, Outcome outcome,
			Function<Outcome.Refused, Mono<Outcome.Refused>> explained) {
		if (!(outcome instanceof Outcome.Refused refused)) {
			return Mono.just(outcome);
		}
		if (key == null || !refused.isKept()) {
			return explained.apply(refused).cast(Outcome.class);
		}
		Mono<Refusal> first = explained.apply(refused)
			.flatMap((told) -> this.refusals.keep(tenant, key, told.refusal()));
		return (refused.replayed() ? this.refusals.find(tenant, key).switchIfEmpty(first) : first)
			.map((told) -> new Outcome.Refused(told, refused.line(), refused.replayed()));
	}

	private static boolean stale(Outcome outcome) {
		return outcome instanceof Outcome.Refused refused && refused.refusal().problem() == Problem.STALE_VERSION;
	}

	/**
	 * Changes the catalogue.
	 * @return the change's entry; errors are the refusals of {@link #post} and those of
	 * the catalogue, such as {@code sku-taken}
	 */
	public Mono<Entry> change(TenantId tenant, CatalogChange change) {
		return enqueue(tenant, waiting -> new Cataloguing(change, false, waiting));
	}

	/**
	 * Decides a change of the catalogue as {@link #change} would now, and writes nothing.
	 */
	public Mono<Entry> rehearse(TenantId tenant, CatalogChange change) {
		return enqueue(tenant, waiting -> new Cataloguing(change, true, waiting));
	}

	/**
	 * Takes note of an open alert. Doing so again changes nothing.
	 * @return the alert as acknowledged; errors are {@code not-found},
	 * {@code alert-resolved} and those of {@link #post}
	 */
	public Mono<Alert> acknowledge(TenantId tenant, UUID alert, String actor) {
		return enqueue(tenant, (Waiting<Entry> waiting) -> new Acknowledging(alert, actor, waiting))
			.map((entry) -> this.json.convertValue(Objects.requireNonNull(entry.subject()).state(), Alert.class));
	}

	private <T> Mono<T> enqueue(TenantId tenant, Function<Waiting<T>, Work> work) {
		return Mono
			.create(sink -> offer(tenant, sink, () -> work.apply(new Waiting<>(sink, this.loops.current(), null))));
	}

	private void offer(TenantId tenant, MonoSink<?> sink, Supplier<Work> work) {
		if (this.database.isSilent()) {
			sink.error(Problem.UNAVAILABLE.because("The database does not answer; nothing was changed. Try again."));
		}
		else {
			this.lanes.get(tenant).offer(work.get());
		}
	}

	private static double waiting(LoadingCache<TenantId, Lane> lanes) {
		return lanes.asMap().values().stream().mapToInt(Lane::waiting).sum();
	}

}
