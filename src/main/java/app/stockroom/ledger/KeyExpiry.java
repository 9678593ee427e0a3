package app.stockroom.ledger;

import java.time.Duration;
import java.time.Instant;

import app.stockroom.platform.Database;
import app.stockroom.platform.RepeatedTask;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Connection;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.stereotype.Component;

/**
 * Forgets idempotency keys when their time is over, a few at a time so that no change
 * waits for it. The ledger itself is kept whole.
 */
@Component
class KeyExpiry {

	private static final String EXPIRE = "select expire_idempotency_keys_1($1, $2)";

	private static final Duration INTERVAL = Duration.ofMinutes(1);

	private static final int KEYS_PER_CALL = 1000;

	private final ConnectionPool pool;

	private final Duration patience;

	private final Duration retention;

	KeyExpiry(Database database, LedgerSettings settings) {
		this.pool = database.pool("expiry", 1);
		this.patience = database.statementPatience();
		this.retention = settings.keyRetention();
	}

	@Bean
	RepeatedTask forgettingKeys() {
		return new RepeatedTask("Idempotency keys do not expire", INTERVAL, this::expire);
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
				(connection) -> Database.answerOf(connection, expireSome(connection, before), this.patience),
				Connection::close, (connection, _) -> Database.discard(connection), Database::discard);
	}

	private static Mono<Long> expireSome(Connection connection, Instant before) {
		return Flux.from(connection.createStatement(EXPIRE).bind("$1", before).bind("$2", KEYS_PER_CALL).execute())
			.concatMap((result) -> result.map((row) -> row.get(0, Long.class)))
			.single();
	}

}
