package app.stockroom.platform;

import java.time.Duration;

import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ValidationDepth;
import reactor.core.publisher.Mono;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import org.springframework.stereotype.Component;

/**
 * Whether the database answers, for readiness. It asks over a connection of its own, so
 * that a busy service is not taken for a broken one, and at most once a second, because
 * everybody may ask.
 */
@Component
class DatabaseHealthIndicator implements ReactiveHealthIndicator {

	private static final Duration PATIENCE = Duration.ofSeconds(2);

	private static final Duration FRESHNESS = Duration.ofSeconds(1);

	private final Mono<Health> health;

	DatabaseHealthIndicator(Database database) {
		ConnectionPool pool = database.pool("health", 1);
		this.health = Mono
			.usingWhen(Mono.defer(pool::create), (connection) -> Mono.from(connection.validate(ValidationDepth.REMOTE)),
					Connection::close, (connection, _) -> Database.discard(connection), Database::discard)
			.timeout(PATIENCE)
			.map((alive) -> (alive ? Health.up() : Health.down()).build())
			.onErrorResume((error) -> Mono.just(Health.down(error).build()))
			.cache(FRESHNESS);
	}

	@Override
	public Mono<Health> health() {
		return this.health;
	}

}
