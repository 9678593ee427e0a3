package app.stockroom.tenancy;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;

import app.stockroom.platform.Database;
import app.stockroom.platform.Detached;
import app.stockroom.platform.Ids;
import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Statement;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;

/**
 * The tenants. Each is read and changed under its own setting, also by the platform's
 * administrators: what crosses tenants answers ids only.
 */
@Component
public class Tenants {

	private static final UUID BEFORE_ALL = new UUID(0, 0);

	private static final int CACHED_TENANTS = 100_000;

	private final Reads reads;

	private final ConnectionPool administration;

	private final AsyncCache<TenantId, Boolean> open;

	Tenants(Reads reads, Database database, TenancySettings settings) {
		this.reads = reads;
		this.administration = database.pool("administration", settings.administrationConnections());
		this.open = Caffeine.newBuilder()
			.maximumSize(CACHED_TENANTS)
			.expireAfterWrite(settings.tenantCacheTime())
			.buildAsync();
	}

	/**
	 * Finds a live tenant; empty if there is none or it was deleted.
	 */
	public Mono<Tenant> find(TenantId tenant) {
		return this.reads.one(tenant,
				"""
						select tenant_id, name, default_min_stock, default_max_stock, rate_limit, version, created_at, updated_at
						from tenant where tenant_id = $1 and deleted_at is null
						""",
				(statement) -> statement, Tenants::tenant);
	}

	/**
	 * Whether the tenant is there and not deleted. Every request asks this, so the answer
	 * may be some seconds old.
	 */
	Mono<Boolean> isOpen(TenantId tenant) {
		// Suppresses cancel: others wait for the same answer.
		return Mono.fromFuture(() -> this.open.get(tenant, (_, _) -> find(tenant).hasElement().toFuture()), true);
	}

	/**
	 * The ids of live tenants, ascending.
	 * @param after the last id that was seen, or null for the beginning
	 */
	public Mono<List<TenantId>> ids(@Nullable UUID after, int limit) {
		return call((connection) -> connection.createStatement("select * from tenant_ids_1($1, $2)")
			.bind("$1", Objects.requireNonNullElse(after, BEFORE_ALL))
			.bind("$2", limit), (row) -> new TenantId(Objects.requireNonNull(row.get(0, UUID.class))));
	}

	/**
	 * Opens a tenant with its ledger and its default warehouse.
	 * @param id a fresh id, or a fixed one
	 */
	public Mono<Tenant> open(TenantId id, String name, long defaultMinStock, long defaultMaxStock) {
		return call((connection) -> connection.createStatement("select 1 from open_tenant_1($1, $2, $3, $4, $5)")
			.bind("$1", id.value())
			.bind("$2", name)
			.bind("$3", defaultMinStock)
			.bind("$4", defaultMaxStock)
			.bind("$5", Ids.next()), (_) -> id).doOnNext((_) -> forget(id)).then(find(id));
	}

	private void forget(TenantId tenant) {
		this.open.synchronous().invalidate(tenant);
	}

	/** Runs one statement in its own transaction, out of reach of the client's cancel. */
	private <T> Mono<List<T>> call(Function<Connection, Statement> statement, Function<Readable, T> mapper) {
		return Detached.of(Mono.usingWhen(this.administration.create(),
				(connection) -> Flux.from(statement.apply(connection).execute())
					.concatMap((result) -> result.map(mapper))
					.collectList(),
				Connection::close));
	}

	private static Tenant tenant(Readable row) {
		return new Tenant(Objects.requireNonNull(row.get("tenant_id", UUID.class)),
				Objects.requireNonNull(row.get("name", String.class)),
				Objects.requireNonNull(row.get("default_min_stock", Long.class)),
				Objects.requireNonNull(row.get("default_max_stock", Long.class)), row.get("rate_limit", Integer.class),
				Objects.requireNonNull(row.get("version", Long.class)),
				Objects.requireNonNull(row.get("created_at", Instant.class)),
				Objects.requireNonNull(row.get("updated_at", Instant.class)));
	}

}
