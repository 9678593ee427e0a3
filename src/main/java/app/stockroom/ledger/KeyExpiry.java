package app.stockroom.ledger;

import java.time.Duration;
import java.time.Instant;

import app.stockroom.platform.Database;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Connection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Forgets idempotency keys when their time is over, a few at a time so that no change
 * waits for it. The ledger itself is kept whole.
 */
@Component
class KeyExpiry implements SmartLifecycle {

	private static final Logger logger = LoggerFactory.getLogger(KeyExpiry.class);

	private static final String EXPIRE = "select expire_idempotency_keys_1($1, $2)";

	private static final Duration INTERVAL = Duration.ofMinutes(1);

	private static final int KEYS_PER_CALL = 1000;

	private final ConnectionPool pool;

	private final Duration retention;

	private Disposable task = Disposables.disposed();

	KeyExpiry(Database database, LedgerSettings settings) {
		this.pool = database.pool("expiry", 1);
		this.retention = settings.keyRetention();
	}

	/**
	 * Forgets all keys that are older than the retention.
	 * @return how many there were
	 */
	Mono<Long> expire() {
		Instant before = Instant.now().minus(this.retention);
		return Mono.defer(() -> expireSome(before))
			.repeat()
			.takeUntil((count) -> count < KEYS_PER_CALL)
			.reduce(0L, Long::sum);
	}

	private Mono<Long> expireSome(Instant before) {
		return Mono.usingWhen(this.pool.create(),
				(connection) -> Flux
					.from(connection.createStatement(EXPIRE).bind("$1", before).bind("$2", KEYS_PER_CALL).execute())
					.concatMap((result) -> result.map((row) -> row.get(0, Long.class)))
					.single(),
				Connection::close, (connection, _) -> Database.discard(connection), Database::discard);
	}

	@Override
	public void start() {
		this.task = Flux.interval(INTERVAL).onBackpressureDrop().concatMap((_) -> expire().onErrorResume((failure) -> {
			logger.warn("Idempotency keys could not be expired now: {}", failure.getMessage());
			return Mono.empty();
		})).subscribe();
	}

	@Override
	public void stop() {
		this.task.dispose();
	}

	@Override
	public boolean isRunning() {
		return !this.task.isDisposed();
	}

}
