package app.stockroom.live;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

import app.stockroom.ledger.Position;
import app.stockroom.platform.Database;
import app.stockroom.platform.Detached;
import app.stockroom.tenancy.TenantId;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Readable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;

/**
 * Where the ledgers of many tenants stand, in one query. The function behind it crosses
 * tenants and therefore tells positions only.
 */
@Component
class Heads {

	private static final String HEADS = "select tenant_id, epoch, sequence from ledger_heads_2($1)";

	private final ConnectionPool pool;

	Heads(Database database, LiveSettings settings) {
		// Of its own, because this is what carries the feeds when all else is busy.
		this.pool = database.pool("heads", settings.connections());
	}

	/**
	 * The positions of those that are not closed.
	 */
	Mono<Map<TenantId, Position>> of(Collection<TenantId> tenants) {
		UUID[] ids = tenants.stream().map(TenantId::value).toArray(UUID[]::new);
		return Detached.of(Mono.usingWhen(this.pool.create(),
				(connection) -> Database.answerOf(connection, read(connection, ids), FeedLimits.QUERY),
				Connection::close, (connection, _) -> Database.discard(connection), Database::discard));
	}

	private static Mono<Map<TenantId, Position>> read(Connection connection, UUID[] ids) {
		return Flux.from(connection.createStatement(HEADS).bind("$1", ids).execute())
			.concatMap((result) -> result.map(Heads::head))
			.collectMap(Head::tenant, Head::position);
	}

	private static Head head(Readable row) {
		return new Head(new TenantId(present(row, "tenant_id", UUID.class)),
				new Position(present(row, "epoch", String.class), present(row, "sequence", Long.class)));
	}

	private static <T> T present(Readable row, String column, Class<T> type) {
		return Objects.requireNonNull(row.get(column, type));
	}

	private record Head(TenantId tenant, Position position) {
	}

}
