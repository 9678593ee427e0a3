package app.stockroom.tenancy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Function;

import app.stockroom.platform.Caches;
import app.stockroom.platform.Database;
import app.stockroom.platform.Detached;
import app.stockroom.platform.Ids;
import app.stockroom.platform.IfMatch;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import com.github.benmanes.caffeine.cache.AsyncCache;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Parameters;
import io.r2dbc.spi.R2dbcType;
import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Statement;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.stereotype.Component;

import static app.stockroom.platform.Columns.required;

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

	private final Duration patience;

	private final AsyncCache<TenantId, Standing> standings;

	Tenants(Reads reads, Database database, TenancySettings settings) {
		this.reads = reads;
		this.administration = database.pool("administration", settings.administrationConnections());
		this.patience = database.statementPatience();
		this.standings = Caches.builder()
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
	 * comes from memory and may be some seconds old; what lasts longer than a request, as
	 * streams do, asks it now and then.
	 */
	public Mono<Boolean> isOpen(TenantId tenant) {
		return standing(tenant).map(Standing::open);
	}

	/**
	 * What a request must know of its tenant, as it was some seconds ago.
	 */
	Mono<Standing> standing(TenantId tenant) {
		Standing known = known(tenant);
		if (known != null) {
			return Mono.just(known);
		}
		// Suppresses cancel: others wait for the same answer. The read starts on another
		// thread, because here the cache holds a lock.
		return Mono.fromFuture(() -> this.standings.get(tenant,
				(_, _) -> find(tenant).map(Standing::of)
					.defaultIfEmpty(Standing.GONE)
					.subscribeOn(Schedulers.parallel())
					.toFuture()),
				true);
	}

	/**
	 * As {@link #standing}, or null where it must be read.
	 */
	@Nullable Standing known(TenantId tenant) {
		CompletableFuture<Standing> known = this.standings.getIfPresent(tenant);
		return (known != null && known.state() == Future.State.SUCCESS) ? known.resultNow() : null;
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
		return open(id, new TenantChange(name, defaultMinStock, defaultMaxStock, null));
	}

	/**
	 * Opens a tenant from what must not be null but for the rate limit.
	 */
	Mono<Tenant> open(TenantId id, TenantChange wanted) {
		// One statement, so that a tenant is never there without its rate limit. Citus
		// sends a call after FROM to the
		// tenant's node, unless what is selected is a bare call too.
		return call((connection) -> connection.createStatement("""
				select change_tenant_1($1, null, null, null, null, $6) is null from open_tenant_1($1, $2, $3, $4, $5)
				""")
			.bind("$1", id.value())
			.bind("$2", Objects.requireNonNull(wanted.name()))
			.bind("$3", Objects.requireNonNull(wanted.defaultMinStock()))
			.bind("$4", Objects.requireNonNull(wanted.defaultMaxStock()))
			.bind("$5", Ids.next())
			.bind("$6", Parameters.in(R2dbcType.INTEGER, wanted.rateLimit())), (_) -> id).doOnNext((_) -> forget(id))
			.then(found(id));
	}

	/**
	 * Changes what is not null and answers the tenant as it is then. What changes nothing
	 * leaves the version as it is.
	 */
	Mono<Tenant> change(TenantId id, IfMatch seen, TenantChange wanted) {
		return seen.attempt(found(id).doOnNext(seen::check)
			.doOnNext(wanted::requirePossible)
			.flatMap((tenant) -> change(id, tenant.version(), wanted).doOnNext((_) -> forget(id))
				.flatMap((changed) -> found(id).doOnNext((now) -> requireUntouched(changed, tenant, now)))));
	}

	private Mono<Boolean> change(TenantId id, long expectedVersion, TenantChange wanted) {
		return call((connection) -> connection.createStatement("select change_tenant_1($1, $2, $3, $4, $5, $6)")
			.bind("$1", id.value())
			.bind("$2", expectedVersion)
			.bind("$3", Parameters.in(R2dbcType.VARCHAR, wanted.name()))
			.bind("$4", Parameters.in(R2dbcType.BIGINT, wanted.defaultMinStock()))
			.bind("$5", Parameters.in(R2dbcType.BIGINT, wanted.defaultMaxStock()))
			.bind("$6", Parameters.in(R2dbcType.INTEGER, wanted.rateLimit())), Tenants::done).map(List::getFirst);
	}

	/** Nothing changed: because nothing was to change, or because another was faster? */
	private static void requireUntouched(boolean changed, Tenant before, Tenant now) {
		if (!changed && before.version() != now.version()) {
			throw Problem.STALE_VERSION.because("The tenant has changed since it was read.")
				.with("version", now.version());
		}
	}

	/**
	 * Deletes a tenant softly and closes its ledger.
	 */
	Mono<Void> close(TenantId id, IfMatch seen) {
		return found(id).doOnNext(seen::check).then(Mono.defer(() -> close(id)));
	}

	private Mono<Void> close(TenantId id) {
		return call((connection) -> connection.createStatement("select close_tenant_1($1)").bind("$1", id.value()),
				Tenants::done)
			.doOnNext((closed) -> {
				forget(id);
				if (!closed.getFirst()) {
					throw notFound();
				}
			})
			.then();
	}

	Mono<Tenant> found(TenantId id) {
		return find(id).switchIfEmpty(Mono.error(Tenants::notFound));
	}

	private static Refusal notFound() {
		return Problem.NOT_FOUND.because("There is no tenant with this id.");
	}

	private static Boolean done(Readable row) {
		return Objects.requireNonNull(row.get(0, Boolean.class));
	}

	private void forget(TenantId tenant) {
		this.standings.synchronous().invalidate(tenant);
	}

	/** Runs one statement in its own transaction, out of reach of the client's cancel. */
	private <T> Mono<List<T>> call(Function<Connection, Statement> statement, Function<Readable, T> mapper) {
		return Detached.of(Mono.usingWhen(this.administration.create(),
				(connection) -> Database.answerOf(connection,
						Flux.from(statement.apply(connection).execute())
							.concatMap((result) -> result.map(mapper))
							.collectList(),
						this.patience),
				Connection::close, (connection, _) -> Database.discard(connection), Connection::close));
	}

	private static Tenant tenant(Readable row) {
		return new Tenant(required(row, "tenant_id", UUID.class), required(row, "name", String.class),
				required(row, "default_min_stock", Long.class), required(row, "default_max_stock", Long.class),
				row.get("rate_limit", Integer.class), required(row, "version", Long.class),
				required(row, "created_at", Instant.class), required(row, "updated_at", Instant.class));
	}

}
