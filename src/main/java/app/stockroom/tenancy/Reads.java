package app.stockroom.tenancy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import app.stockroom.platform.Database;
import app.stockroom.platform.Detached;
import app.stockroom.platform.EventLoops;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import app.stockroom.platform.Traces;
import app.stockroom.platform.Turns;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.SpanKind;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.pool.PoolAcquirePendingLimitException;
import reactor.util.function.Tuple2;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

import static app.stockroom.platform.Columns.required;

/**
 * Reads under row level security, each in a read-only transaction that names its tenant.
 * The setting ends with the transaction, so that no connection ever carries one tenant's
 * setting into another's read.
 * <p>
 * In every statement {@code $1} is the tenant's id, bound here; the caller binds
 * {@code $2} and on. Errors are R2DBC's own; a read that takes too long ends in
 * {@link java.util.concurrent.TimeoutException}.
 */
@Component
public class Reads {

	private static final int ROWS_PER_FETCH = 1000;

	/**
	 * Queries that go at once always, and from the begin of one to that of the next about
	 * the same otherwise (measured: docs/benchmarks.md).
	 */
	private static final int FEW = 2;

	private static final Duration GATHERING = Duration.ofMillis(6);

	/** As long as one would wait for a connection. */
	private static final Duration TURN_TIMEOUT = Duration.ofSeconds(4);

	private static final String POSITION = """
			select h.epoch || '-' || h.sequence as position from ledger_head h where h.tenant_id = $1
			""";

	private final ConnectionPool reads;

	private final ConnectionPool streams;

	private final EventLoops loops;

	private final TenancySettings settings;

	private final String planning;

	private final Traces traces;

	private final BooleanSupplier silent;

	private final Map<TenantId, Integer> streaming = new ConcurrentHashMap<>();

	private final Counter queries;

	private final Gathering<Shared, Boolean, Object> shared;

	private final Totals totals = new Totals();

	private final Gathering<Sought, UUID, Object> lookups;

	// Exports last long: with a pool of their own they cannot starve short reads.
	@Autowired
	Reads(Database database, EventLoops loops, TenancySettings settings, MeterRegistry meters, Traces traces) {
		this(database, database.pool("reads", settings.readConnections()),
				database.pool("streams", settings.streamConnections(), 0), loops, settings, meters, traces);
	}

	Reads(Database database, ConnectionPool reads, ConnectionPool streams, EventLoops loops, TenancySettings settings,
			MeterRegistry meters, Traces traces) {
		this.traces = traces;
		this.queries = meters.counter("stockroom.reads");
		this.loops = loops;
		Turns turns = new Turns(FEW, settings.readConnections(), GATHERING, TURN_TIMEOUT);
		this.shared = new Gathering<>(loops, turns,
				(question, _) -> Mono.defer(question.read()).map((answer) -> (_) -> answer));
		this.lookups = new Gathering<>(loops, turns, (sought, ids) -> look(sought.tenant(), sought.lookup(), ids));
		this.reads = reads;
		this.streams = streams;
		this.settings = settings;
		this.planning = "plan_cache_mode = " + database.planning();
		this.silent = database::isSilent;
	}

	/**
	 * Reads all rows of a query at once, in one round trip. A client that hangs up does
	 * not reach the statement.
	 */
	public <T> Mono<List<T>> list(TenantId tenant, String sql, UnaryOperator<Statement> binds,
			Function<Readable, T> mapper) {
		return read(Detached.of(Mono.create((answer) -> {
			this.queries.increment();
			Executor home = this.loops.current();
			Mono.usingWhen(this.reads.create(), (connection) -> {
				Mono<Void> read = inOneRoundTrip(connection, tenant, query(connection, tenant, sql, binds), mapper)
					// The answer does not wait for COMMIT, which can change nothing about
					// it.
					.doOnNext((rows) -> home.execute(() -> answer.success(rows)))
					.then(Mono.defer(() -> run(connection, "COMMIT")));
				return Database.answerOf(connection, read, this.settings.readTimeout(), this.silent);
			}, Connection::close, (connection, _) -> Database.discard(connection), Database::discard).subscribe((_) -> {
			}, (failure) -> home.execute(() -> answer.error(failure)));
		})));
	}

	private <T> Mono<T> read(Mono<T> work) {
		return this.traces.around("database read", SpanKind.CLIENT, work);
	}

	/**
	 * Reads something once for all clients who ask for it while it waits to be read.
	 * @param question all that the answer depends on
	 * @param read reads it
	 */
	@SuppressWarnings("unchecked") // equal questions have answers of one kind
	<T> Mono<T> shared(TenantId tenant, Object question, Supplier<Mono<T>> read) {
		return read(this.shared.ask(new Shared(tenant, question, read), true).map((answer) -> (T) answer));
	}

	/** What is known about how many items the lists have. */
	Totals totals() {
		return this.totals;
	}

	/**
	 * Reads one row by its id, together with others that are looked for at the same time;
	 * empty if there is none.
	 * @param lookup how, always the same object
	 */
	@SuppressWarnings("unchecked") // a lookup finds what it maps
	public <T> Mono<T> find(TenantId tenant, UUID id, Lookup<T> lookup) {
		return read(this.lookups.ask(new Sought(tenant, lookup), id).map((row) -> (T) row));
	}

	private <T> Mono<Gathering.Answers<UUID, Object>> look(TenantId tenant, Lookup<T> lookup, List<UUID> ids) {
		return list(tenant, lookup.sql(), (statement) -> statement.bind("$2", ids.toArray(UUID[]::new)), lookup.item())
			.map((rows) -> {
				Map<UUID, T> byId = rows.stream().collect(Collectors.toMap(lookup.id(), Function.identity()));
				return byId::get;
			});
	}

	/**
	 * Reads at most one row, in one round trip; empty if there is none.
	 */
	public <T> Mono<T> one(TenantId tenant, String sql, UnaryOperator<Statement> binds, Function<Readable, T> mapper) {
		return list(tenant, sql, binds, mapper).flatMap((rows) -> Mono.justOrEmpty(rows.stream().findFirst()));
	}

	/**
	 * Reads rows as the subscriber asks for them, in constant memory and from one
	 * snapshot. May be cancelled; its connection is then closed. As many run at once as
	 * there are connections for them, and fewer of one tenant; one more is refused at
	 * once.
	 */
	public <T> Flux<T> stream(TenantId tenant, String sql, UnaryOperator<Statement> binds,
			Function<Readable, T> mapper) {
		return stream(tenant, sql, binds, mapper, (_) -> {
		});
	}

	/**
	 * As {@link #stream(TenantId, String, UnaryOperator, Function)}.
	 * @param position told where the tenant's ledger stands in that snapshot, before the
	 * first row
	 */
	public <T> Flux<T> stream(TenantId tenant, String sql, UnaryOperator<Statement> binds, Function<Readable, T> mapper,
			Consumer<String> position) {
		return Flux.using(() -> admit(tenant),
				(_) -> Flux.usingWhen(connection(), (connection) -> begin(connection, tenant,
						"statement_timeout = " + this.settings.streamTimeout().toMillis())
					.thenMany(Flux.defer(() -> rows(query(connection, tenant, POSITION, UnaryOperator.identity()),
							(row) -> required(row, "position", String.class))))
					.doOnNext(position)
					.thenMany(Flux
						.defer(() -> rows(query(connection, tenant, sql, binds).fetchSize(ROWS_PER_FETCH), mapper)))
					// The server's own time-out begins anew with each fetch.
					.takeUntilOther(over(this.settings.streamTimeout()))
					.concatWith(Mono.defer(() -> run(connection, "COMMIT")).then(Mono.empty())), Connection::close,
						(connection, _) -> Database.discard(connection), Database::discard),
				this::leave);
	}

	/** One tenant's slow readers must not take all streams from the others. */
	private TenantId admit(TenantId tenant) {
		this.streaming.compute(tenant, (_, streams) -> {
			int before = (streams != null) ? streams : 0;
			if (before >= this.settings.streamsPerTenant()) {
				throw full(this.settings.streamsPerTenant());
			}
			return before + 1;
		});
		return tenant;
	}

	private void leave(TenantId tenant) {
		this.streaming.computeIfPresent(tenant, (_, streams) -> (streams > 1) ? streams - 1 : null);
	}

	private Mono<Connection> connection() {
		return this.streams.create()
			.onErrorMap(PoolAcquirePendingLimitException.class, (_) -> full(this.settings.streamConnections()));
	}

	private static Refusal full(int most) {
		return Problem.UNAVAILABLE.because("As many exports are under way as there may be. Try again.")
			.with("exports", most);
	}

	private static Mono<Void> over(Duration timeout) {
		return Mono.delay(timeout)
			.then(Mono.error(() -> Problem.UNAVAILABLE.because("An export takes at most %s.".formatted(timeout))));
	}

	private static <T> Flux<T> rows(Statement query, Function<Readable, T> mapper) {
		return Flux.from(query.execute()).concatMap((result) -> result.map(mapper));
	}

	/**
	 * Subscribes to both at once, so that both are sent at once. An error waits for the
	 * other, which would else be cancelled amid its answer; and rows count only if the
	 * transaction that names the tenant was opened.
	 */
	private <T> Mono<List<T>> inOneRoundTrip(Connection connection, TenantId tenant, Statement query,
			Function<Readable, T> mapper) {
		return Mono
			.zipDelayError(begin(connection, tenant, this.planning).thenReturn(tenant),
					rows(query, mapper).collectList())
			.map(Tuple2::getT2)
			// Where both fail, for one reason, whoever asks knows the kinds of R2DBC
			// only.
			.onErrorMap(Exceptions::isMultiple, (both) -> Exceptions.unwrapMultiple(both).getFirst());
	}

	private static Statement query(Connection connection, TenantId tenant, String sql, UnaryOperator<Statement> binds) {
		return binds.apply(connection.createStatement(sql).bind("$1", tenant.value()));
	}

	/**
	 * Opens the transaction with one message of the simple protocol, because the driver
	 * sends the next statement behind it without waiting; a statement with parameters
	 * holds up all that follow. The id comes from a UUID and so is no danger in SQL text.
	 */
	private static Mono<Void> begin(Connection connection, TenantId tenant, String setting) {
		return run(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL app.tenant_id = '" + tenant
				+ "'; SET LOCAL " + setting);
	}

	private static Mono<Void> run(Connection connection, String sql) {
		return Flux.from(connection.createStatement(sql).execute()).concatMap(Result::getRowsUpdated).then();
	}

	/**
	 * A question, and how it is answered, which is no part of it.
	 */
	private record Shared(TenantId tenant, Object question, Supplier<? extends Mono<?>> read) {

		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof Shared shared && this.tenant.equals(shared.tenant)
					&& this.question.equals(shared.question);
		}

		@Override
		public int hashCode() {
			return Objects.hash(this.tenant, this.question);
		}

	}

	private record Sought(TenantId tenant, Lookup<?> lookup) {
	}

}
