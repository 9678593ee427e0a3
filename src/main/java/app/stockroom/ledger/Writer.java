package app.stockroom.ledger;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import app.stockroom.platform.Database;
import app.stockroom.platform.Turns;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Statement;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Sends one autocommitted statement on a connection of the write pool. No BEGIN, so that
 * there is never a transaction to leave open (spring-framework#36344 shows what happens
 * otherwise).
 */
final class Writer {

	/**
	 * Every statement of the ledger's functions is a handful of index look-ups; a plan
	 * that scans a table is a mistake of missing statistics. Said once for a connection:
	 * if the functions said so themselves, each call would set and reset it.
	 */
	private static final Map<String, String> LOOK_UPS = Map.of("enable_seqscan", "off", "enable_bitmapscan", "off",
			"enable_hashjoin", "off", "enable_mergejoin", "off", "enable_material", "off");

	private final Database database;

	private final ConnectionPool pool;

	private final Turns turns;

	private final Duration timeout;

	private final Counter calls;

	Writer(Database database, LedgerSettings settings, Turns turns, MeterRegistry meters) {
		this.database = database;
		this.pool = database.pool("writes", settings.writeConnections(), session(database.planning()));
		this.turns = turns;
		this.timeout = settings.callTimeout();
		this.calls = meters.counter("stockroom.ledger.calls");
	}

	/** The settings of the sessions that call the ledger's functions. */
	static Map<String, String> session(String planning) {
		Map<String, String> session = new HashMap<>(LOOK_UPS);
		session.put("plan_cache_mode", planning);
		return session;
	}

	/**
	 * Calls and collects the rows. Errors are {@link WriteFailure}s.
	 */
	<T> Mono<List<T>> call(String sql, UnaryOperator<Statement> binds, Function<Readable, T> mapper) {
		return lend(new Turns.Caller(), (_, connection) -> send(connection, sql, binds, mapper));
	}

	/**
	 * Lends a connection for one {@linkplain #send call}. Nothing is decided before it is
	 * there, and so neither what the call carries.
	 * @return empty where another call {@linkplain Turns.Turn#takeAlong took} the caller
	 * along
	 */
	<T> Mono<T> lend(Turns.Caller caller, BiFunction<Turns.Turn, Connection, Mono<T>> use) {
		return Mono.usingWhen(this.turns.take(caller).onErrorMap(Writer::notSent), (turn) -> Mono.usingWhen(acquire(),
				(connection) -> use.apply(turn, connection), Connection::close, Writer::release, Database::discard),
				(turn) -> Mono.fromRunnable(turn::end));
	}

	private Mono<Connection> acquire() {
		return this.pool.create().onErrorMap(Writer::notSent);
	}

	private static WriteFailure notSent(Throwable failure) {
		return new WriteFailure(WriteFailure.Knowledge.NOT_SENT, failure);
	}

	/**
	 * Calls on a connection that was lent.
	 */
	<T> Mono<List<T>> send(Connection connection, String sql, UnaryOperator<Statement> binds,
			Function<Readable, T> mapper) {
		this.calls.increment();
		Mono<List<T>> rows = Flux.from(binds.apply(connection.createStatement(sql)).execute())
			.flatMap((result) -> result.map(mapper))
			.collectList();
		return this.database.outcomeOf(connection, rows, this.timeout).onErrorMap(WriteFailure::afterSending);
	}

	/**
	 * A connection whose answer did not come must not meet the next caller.
	 */
	private static Publisher<Void> release(Connection connection, Throwable failure) {
		boolean answered = failure instanceof WriteFailure known && known.knowledge() != WriteFailure.Knowledge.UNKNOWN;
		return answered ? connection.close() : Database.discard(connection);
	}

}
