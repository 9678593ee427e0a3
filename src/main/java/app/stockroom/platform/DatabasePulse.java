package app.stockroom.platform;

import java.time.Duration;
import java.util.concurrent.TimeoutException;

import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.R2dbcTimeoutException;
import io.r2dbc.spi.ValidationDepth;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Feels every second whether the database answers, over a connection of its own, so that
 * only the first who meet a silent one wait for it. A database that refuses or breaks
 * connections is not silent: whoever asks it hears that at once.
 */
@Configuration(proxyBeanMethods = false)
class DatabasePulse {

	private static final Duration INTERVAL = Duration.ofSeconds(1);

	/** Long enough for a database or a machine that is merely busy. */
	private static final Duration PATIENCE = Duration.ofSeconds(3);

	private final Database database;

	private final ConnectionPool pool;

	DatabasePulse(Database database) {
		this.database = database;
		this.pool = database.watchingPool("pulse");
	}

	@Bean
	RepeatedTask databaseWatch() {
		return new RepeatedTask("Whether the database answers is not known", INTERVAL, this::feel);
	}

	private Mono<?> feel() {
		// What is silent is tried often, so that its return is not missed for long.
		Duration patience = this.database.isSilent() ? INTERVAL : PATIENCE;
		return Mono
			.usingWhen(this.pool.create(), (connection) -> Mono.from(connection.validate(ValidationDepth.REMOTE)),
					Connection::close, (connection, _) -> Database.discard(connection), Database::discard)
			.timeout(patience)
			.map((_) -> false)
			.onErrorResume((failure) -> Mono
				.just(failure instanceof TimeoutException || failure instanceof R2dbcTimeoutException))
			.doOnNext(this.database::silent);
	}

}
