package app.stockroom.tenancy;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import app.stockroom.platform.Database;
import app.stockroom.platform.Detached;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.function.Tuple2;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

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

	private final ConnectionPool reads;

	private final ConnectionPool streams;

	private final TenancySettings settings;

	// Exports last long: with a pool of their own they cannot starve short reads.
	@Autowired
	Reads(Database database, TenancySettings settings) {
		this(database.pool("reads", settings.readConnections()), database.pool("streams", settings.streamConnections()),
				settings);
	}

	Reads(ConnectionPool reads, ConnectionPool streams, TenancySettings settings) {
		this.reads = reads;
		this.streams = streams;
		this.settings = settings;
	}

	/**
	 * Reads all rows of a query at once, in one round trip. A client that hangs up does
	 * not reach the statement.
	 */
	public <T> Mono<List<T>> list(TenantId tenant, String sql, UnaryOperator<Statement> binds,
			Function<Readable, T> mapper) {
		return Detached.of(Mono.create((answer) -> Mono.usingWhen(this.reads.create(), (connection) -> {
			Mono<Void> read = inOneRoundTrip(connection, tenant, query(connection, tenant, sql, binds), mapper)
				// The answer does not wait for COMMIT, which can change nothing about it.
				.doOnNext(answer::success)
				.then(Mono.defer(() -> run(connection, "COMMIT")));
			return Database.answerOf(connection, read, this.settings.readTimeout());
		}, Connection::close, (connection, _) -> Database.discard(connection), Database::discard).subscribe((_) -> {
		}, answer::error)));
	}

	/**
	 * Reads at most one row, in one round trip; empty if there is none.
	 */
	public <T> Mono<T> one(TenantId tenant, String sql, UnaryOperator<Statement> binds, Function<Readable, T> mapper) {
		return list(tenant, sql, binds, mapper).flatMap((rows) -> Mono.justOrEmpty(rows.stream().findFirst()));
	}

	/**
	 * Reads rows as the subscriber asks for them, in constant memory and from one
	 * snapshot. May be cancelled; its connection is then closed.
	 */
	public <T> Flux<T> stream(TenantId tenant, String sql, UnaryOperator<Statement> binds,
			Function<Readable, T> mapper) {
		return Flux
			.usingWhen(this.streams.create(), (connection) -> begin(connection, tenant, this.settings.streamTimeout())
				.thenMany(Flux.defer(() -> query(connection, tenant, sql, binds).fetchSize(ROWS_PER_FETCH).execute())
					.concatMap((result) -> result.map(mapper)))
				.concatWith(Mono.defer(() -> run(connection, "COMMIT")).then(Mono.empty())), Connection::close,
					(connection, _) -> Database.discard(connection), Database::discard);
	}

	/**
	 * Subscribes to both at once, so that both are sent at once. An error waits for the
	 * other, which would else be cancelled amid its answer; and rows count only if the
	 * transaction that names the tenant was opened.
	 */
	private static <T> Mono<List<T>> inOneRoundTrip(Connection connection, TenantId tenant, Statement query,
			Function<Readable, T> mapper) {
		Mono<List<T>> rows = Flux.from(query.execute()).concatMap((result) -> result.map(mapper)).collectList();
		return Mono.zipDelayError(begin(connection, tenant, Duration.ZERO).thenReturn(tenant), rows).map(Tuple2::getT2);
	}

	private static Statement query(Connection connection, TenantId tenant, String sql, UnaryOperator<Statement> binds) {
		return binds.apply(connection.createStatement(sql).bind("$1", tenant.value()));
	}

	/**
	 * Opens the transaction with one message of the simple protocol, because the driver
	 * sends the next statement behind it without waiting; a statement with parameters
	 * holds up all that follow. The id comes from a UUID and so is no danger in SQL text.
	 */
	private static Mono<Void> begin(Connection connection, TenantId tenant, Duration timeout) {
		String setTimeout = timeout.isZero() ? "" : "; SET LOCAL statement_timeout = " + timeout.toMillis();
		return run(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL app.tenant_id = '" + tenant
				+ "'" + setTimeout);
	}

	private static Mono<Void> run(Connection connection, String sql) {
		return Flux.from(connection.createStatement(sql).execute()).concatMap(Result::getRowsUpdated).then();
	}

}
