package app.stockroom.platform;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.Option;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import io.r2dbc.spi.R2dbcTransientResourceException;
import io.r2dbc.spi.ValidationDepth;
import io.r2dbc.spi.Wrapped;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.resources.LoopResources;
import reactor.pool.PooledRefMetadata;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcConnectionDetails;
import org.springframework.boot.r2dbc.metrics.ConnectionPoolMetrics;
import org.springframework.stereotype.Component;

/**
 * Opens connection pools to PostgreSQL as the application role. Each use has a pool of
 * its own, so that none can starve another. Every wait has an end: the pool's defaults
 * have none (r2dbc-pool#232).
 */
@Component
public class Database implements DisposableBean {

	private static final Logger logger = LoggerFactory.getLogger(Database.class);

	private static final Duration DISCARD_TIMEOUT = Duration.ofSeconds(1);

	private static final int CACHED_STATEMENTS_PER_CONNECTION = 256;

	/** The server is the first to end a statement: then it is known what became of it. */
	private static final Duration SERVER_FIRST = Duration.ofSeconds(2);

	private static final Duration LOOK_AT_CONNECTION = Duration.ofMillis(200);

	private static final Flux<Long> CLOCK = clock();

	/**
	 * What was under way in a silence arrives in time after it, as TCP repeats what was
	 * lost, or never.
	 */
	private static final Duration LATE_ANSWERS = Duration.ofSeconds(3);

	private final R2dbcConnectionDetails details;

	private final DatabaseSettings settings;

	private final MeterRegistry meters;

	private final List<ConnectionPool> pools = new CopyOnWriteArrayList<>();

	/**
	 * Loops of our own. On shared ones a connection stays where it was opened, and as a
	 * pool opens one when an answer on another has come, all end up on the same loop.
	 */
	private final LoopResources loops = LoopResources.create("database", LoopResources.DEFAULT_IO_SELECT_COUNT,
			LoopResources.DEFAULT_IO_WORKER_COUNT, true, false);

	private volatile boolean open;

	private volatile boolean silent;

	/** When it last was found silent; of {@link System#nanoTime()}. */
	private volatile long lastSilence = System.nanoTime();

	Database(R2dbcConnectionDetails details, DatabaseSettings settings, MeterRegistry meters) {
		this.details = details;
		this.settings = settings;
		this.meters = meters;
	}

	/**
	 * Opens a pool, which closes with the application. Connections are made when they are
	 * first needed.
	 * @param name how metrics and the server's {@code application_name} tell it from
	 * others
	 * @param size the most connections
	 */
	public ConnectionPool pool(String name, int size) {
		return pool(name, size, Map.of());
	}

	/**
	 * Opens a pool as {@link #pool(String, int)} does.
	 * @param session settings of PostgreSQL that its connections have
	 */
	public ConnectionPool pool(String name, int size, Map<String, String> session) {
		int pending = size * this.settings.pendingPerConnection();
		return kept(name, new Guarded(configuration(name, size, pending, session)));
	}

	/**
	 * Opens a pool as {@link #pool(String, int)} does.
	 * @param pending the most that may wait for a connection; one more fails at once
	 */
	public ConnectionPool pool(String name, int size, int pending) {
		return kept(name, new Guarded(configuration(name, size, pending, Map.of())));
	}

	/**
	 * Opens a pool of one connection that is lent also while no other is, to find out
	 * whether they may be.
	 */
	public ConnectionPool watchingPool(String name) {
		// Who gives up leaves the attempt to connect behind; the next waits with it.
		return kept(name, new ConnectionPool(configuration(name, 1, this.settings.pendingPerConnection(), Map.of())));
	}

	private ConnectionPool kept(String name, ConnectionPool pool) {
		new ConnectionPoolMetrics(pool, name, Tags.empty()).bindTo(this.meters);
		this.pools.add(pool);
		return pool;
	}

	private ConnectionPoolConfiguration configuration(String name, int size, int pending, Map<String, String> session) {
		return ConnectionPoolConfiguration.builder(connections(name, session))
			.name(name)
			.initialSize(0)
			.maxSize(size)
			// Each retry has the whole time-out again. One is for a connection that died
			// while it was being lent; the dead ones in the pool are weeded out below.
			.acquireRetry(1)
			.maxAcquireTime(this.settings.acquireTimeout())
			.maxCreateConnectionTime(this.settings.connectTimeout())
			.customizer((builder) -> builder.maxPendingAcquire(pending).evictionPredicate(this::isUseless))
			.build();
	}

	/**
	 * Lends connections from now on: the database is known to keep tenants apart.
	 */
	public void open() {
		this.open = true;
	}

	/**
	 * Whether the database takes connections and does not answer, as far as is known:
	 * then nothing is sent to it, and everybody hears so at once.
	 */
	public boolean isSilent() {
		return this.silent;
	}

	void silent(boolean now) {
		if (now != this.silent) {
			logger.warn(now ? "The database does not answer; requests are refused until it does"
					: "The database answers again");
		}
		if (now) {
			this.lastSilence = System.nanoTime();
		}
		this.silent = now;
	}

	/**
	 * Whether an idle connection is of no use any more. The pool asks before it lends
	 * one, so that nobody is lent the dead ones after a restart of the server, and after
	 * a silence none from before: whatever swallowed packets may have forgotten them, and
	 * only who waits for an answer on one finds that out.
	 */
	private boolean isUseless(Connection connection, PooledRefMetadata metadata) {
		// The driver answers at once, from what it knows of its socket.
		boolean open = Mono.from(connection.validate(ValidationDepth.LOCAL)).toFuture().getNow(false);
		// By its age: the time it was opened at is a clock's, and a clock that was set
		// back would have all new ones dropped. The one that brought the first answer is
		// younger and stays: what befalls the others next is to befall it too.
		long sinceSilence = Duration.ofNanos(System.nanoTime() - this.lastSilence).toMillis();
		return !open || metadata.lifeTime() > sinceSilence
				|| metadata.idleTime() >= this.settings.idleTime().toMillis();
	}

	/**
	 * PostgreSQL's {@code plan_cache_mode} for short statements that come again and again
	 * with other values. Left to itself the server plans nearly every read anew, because
	 * it expects a little more of an array or a limit that it does not know: to plan a
	 * page takes 600 us of its CPU and to read it 300, of one record 190 and 80. What a
	 * plan for any values may cost is tested.
	 */
	public String planning() {
		return this.settings.planOnce() ? "force_generic_plan" : "force_custom_plan";
	}

	/**
	 * How long a statement may take, the server's own time-out included.
	 */
	public Duration statementPatience() {
		return this.settings.statementTimeout().plus(SERVER_FIRST);
	}

	/**
	 * As {@link #answerOf}, of a call that changes something: its answer is waited for
	 * through a silence, and for a moment after it.
	 */
	public <T> Mono<T> outcomeOf(Connection connection, Mono<T> call, Duration timeout) {
		return Mono.defer(() -> {
			long sent = System.nanoTime();
			return answerOf(connection, call, timeout, () -> isLost(sent));
		});
	}

	private boolean isLost(long sent) {
		long last = this.lastSilence;
		return !this.silent && sent - last < 0 && System.nanoTime() - last > LATE_ANSWERS.toNanos();
	}

	/**
	 * Ends a call that gets no answer: after the time-out, or as soon as its connection
	 * is seen closed. The driver tells the latter to the calls it knows of, but one that
	 * was just being sent would wait for ever.
	 * @param timeout how long the server may take
	 */
	public static <T> Mono<T> answerOf(Connection connection, Mono<T> call, Duration timeout) {
		return answerOf(connection, call, timeout, () -> false);
	}

	/**
	 * As {@link #answerOf(Connection, Mono, Duration)}, of a call that changes nothing
	 * and so need not wait for a server that is known to be silent.
	 */
	public static <T> Mono<T> answerOf(Connection connection, Mono<T> call, Duration timeout, BooleanSupplier silent) {
		return Mono.defer(() -> {
			long sent = System.nanoTime();
			Mono<T> ended = looks(timeout)
				.concatMap((_) -> Mono.from(connection.validate(ValidationDepth.LOCAL))
					.flatMap((open) -> Mono.justOrEmpty(
							failure(open, silent.getAsBoolean(), System.nanoTime() - sent >= timeout.toNanos()))))
				.next()
				.flatMap(Mono::error);
			return Mono.firstWithSignal(call, ended);
		});
	}

	/**
	 * When to look after a call. One clock for all of them: a timer for each, set and
	 * cancelled, wakes a thread that has nothing to do.
	 */
	private static Flux<Long> looks(Duration timeout) {
		return (timeout.compareTo(LOOK_AT_CONNECTION) < 0) ? Flux.interval(timeout) : CLOCK;
	}

	private static Flux<Long> clock() {
		// Who is busy with a look misses one, and holds up nobody.
		Sinks.Many<Long> ticks = Sinks.many().multicast().directBestEffort();
		Flux.interval(LOOK_AT_CONNECTION).subscribe(ticks::tryEmitNext);
		return ticks.asFlux();
	}

	private static @Nullable Exception failure(boolean open, boolean silent, boolean late) {
		if (!open) {
			return new R2dbcNonTransientResourceException("The connection closed without an answer");
		}
		if (silent) {
			return silence();
		}
		return late ? new TimeoutException("The database did not answer in time") : null;
	}

	/**
	 * Closes the connection itself and not only its loan: the pool finds it dead and
	 * forgets it. For everything that ended otherwise than it should, so that what is
	 * left on a connection never meets its next user.
	 */
	public static Mono<Void> discard(Connection pooled) {
		Connection physical = (pooled instanceof Wrapped<?> wrapped && wrapped.unwrap() instanceof Connection inner)
				? inner : pooled;
		return Mono.from(physical.close())
			// A network that swallows packets must not hold up the pool.
			.timeout(DISCARD_TIMEOUT, Mono.empty())
			.onErrorResume((error) -> {
				logger.debug("A discarded connection was dead already", error);
				return Mono.empty();
			})
			.then(Mono.defer(() -> Mono.from(pooled.close())));
	}

	private ConnectionFactory connections(String name, Map<String, String> session) {
		Map<String, String> options = new HashMap<>(session);
		options.put("timezone", "UTC");
		return ConnectionFactories.get(this.details.getConnectionFactoryOptions()
			.mutate()
			.option(ConnectionFactoryOptions.CONNECT_TIMEOUT, this.settings.connectTimeout())
			.option(ConnectionFactoryOptions.STATEMENT_TIMEOUT, this.settings.statementTimeout())
			.option(Option.valueOf("applicationName"), "stockroom-" + name)
			.option(Option.valueOf("tcpKeepAlive"), true)
			.option(Option.valueOf("loopResources"), this.loops)
			.option(Option.valueOf("preparedStatementCacheQueries"), CACHED_STATEMENTS_PER_CONNECTION)
			.option(Option.valueOf("forceBinary"), true)
			.option(Option.valueOf("options"), options)
			.build());
	}

	/**
	 * Waits for what is under way, which its clients may have left already, then closes
	 * all pools.
	 */
	@Override
	public void destroy() {
		Flux.interval(Duration.ZERO, Duration.ofMillis(20))
			.takeUntil((_) -> this.pools.stream().allMatch(Database::isIdle))
			.then()
			.timeout(this.settings.shutdownTimeout(), Mono.empty())
			.thenMany(Flux.fromIterable(this.pools).flatMap(ConnectionPool::disposeLater))
			.then(this.loops.disposeLater(Duration.ZERO, Duration.ofSeconds(1)))
			.block(this.settings.shutdownTimeout().multipliedBy(2));
	}

	private static boolean isIdle(ConnectionPool pool) {
		return pool.getMetrics()
			.map((metrics) -> metrics.acquiredSize() + metrics.pendingAcquireSize() == 0)
			.orElse(true);
	}

	private static R2dbcTransientResourceException silence() {
		return new R2dbcTransientResourceException("The database does not answer");
	}

	/** Lends nothing before the database is known to be sound, and while it is silent. */
	private final class Guarded extends ConnectionPool {

		Guarded(ConnectionPoolConfiguration configuration) {
			super(configuration);
		}

		@Override
		public Mono<Connection> create() {
			if (!Database.this.open) {
				return Mono.error(() -> new R2dbcTransientResourceException("The database was not ready until now"));
			}
			return Database.this.silent ? Mono.error(Database::silence) : super.create();
		}

	}

}
