package app.stockroom.tenancy;

import java.time.Duration;
import java.util.List;

import app.stockroom.platform.Database;
import app.stockroom.platform.Outage;
import app.stockroom.platform.StartRefusedException;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.R2dbcTransientResourceException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.stereotype.Component;

/**
 * Refuses to start where row level security would not hold: tenants would then be
 * separated by our predicates alone, and nobody would notice. A database that cannot be
 * asked yet is no reason to end: the process lives and is not ready, nobody is lent a
 * connection, and the question is asked again until there is an answer.
 */
@Component
@DependsOnDatabaseInitialization
class DatabaseRoleCheck implements InitializingBean, DisposableBean {

	private static final Logger logger = LoggerFactory.getLogger(DatabaseRoleCheck.class);

	/** How long the start waits for an answer before it goes on without. */
	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

	private static final String NO_TABLES = "finds no tables";

	/** One row for each thing that is wrong. */
	private static final String FAULTS = """
			with tables as (
				select c.oid, c.relname, c.relowner, c.relrowsecurity,
					exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id'
						and not a.attisdropped) as of_tenant
				from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
			)
			select 'is a superuser' from pg_roles where rolname = current_user and rolsuper
			union all
			select 'may bypass row level security' from pg_roles where rolname = current_user and rolbypassrls
			union all
			select 'owns, or is a member of the owner of, the table ' || relname from tables
				where pg_has_role(current_user, relowner, 'member')
			union all
			select 'sees the table ' || relname || ', which has a tenant_id but no row level security' from tables
				where of_tenant and not relrowsecurity
			union all
			select 'finds no tables' where not exists (select from tables where of_tenant)
			union all
			select 'has the default isolation ' || setting || ' in place of read committed'
				from current_setting('default_transaction_isolation') setting where setting <> 'read committed'
			order by 1
			""";

	private final Database database;

	/**
	 * Whether this process has migrated the database; if not, its tables may still come.
	 */
	private final boolean migrated;

	private final Disposable.Swap waiting = Disposables.swap();

	private String told = "";

	DatabaseRoleCheck(Database database, @Value("${spring.flyway.enabled:true}") boolean migrated) {
		this.database = database;
		this.migrated = migrated;
	}

	@Override
	public void afterPropertiesSet() {
		ConnectionPool pool = this.database.watchingPool("check");
		Mono<Void> check = check(pool, !this.migrated).timeout(PATIENCE);
		Mono<Void> opening = Mono.fromRunnable(this.database::open);
		if (Boolean.TRUE.equals(check.thenReturn(true).onErrorResume(Outage::isOne, (failure) -> {
			tell(failure);
			return Mono.just(false);
		}).block())) {
			opening.then(pool.disposeLater()).block(PATIENCE);
			return;
		}
		this.waiting
			.replace(check
				.retryWhen(Retry.backoff(Long.MAX_VALUE, FIRST_PAUSE)
					.maxBackoff(LONGEST_PAUSE)
					.doBeforeRetry((round) -> tell(round.failure())))
				.then(opening)
				.then(pool.disposeLater())
				.subscribe());
	}

	/** Tells each reason once, not each time. */
	private void tell(Throwable failure) {
		String reason = failure.toString();
		if (!reason.equals(this.told)) {
			logger.warn("Not ready, requests are refused until the database is: {}", reason);
			this.told = reason;
		}
	}

	@Override
	public void destroy() {
		this.waiting.dispose();
	}

	/**
	 * Ends with an error if the role or the tables are not as they must be.
	 * @param tablesMayCome whether somebody else makes the tables
	 */
	static Mono<Void> check(ConnectionFactory connections, boolean tablesMayCome) {
		return Mono.usingWhen(connections.create(), DatabaseRoleCheck::faults, Connection::close)
			.filter((faults) -> !faults.isEmpty())
			.flatMap((faults) -> Mono.error(tablesMayCome && faults.equals(List.of(NO_TABLES))
					? new R2dbcTransientResourceException("The tables are not there yet") : refusal(faults)));
	}

	private static StartRefusedException refusal(List<String> faults) {
		return new StartRefusedException("The database role of the service " + String.join(";\n  it ", faults) + ".",
				"""
						Let the service log in (spring.r2dbc.username) as a role of its own, and Flyway (spring.flyway.user) as the owner of the tables:
						  create role stockroom_app login nosuperuser nobypassrls noinherit password '...';
						  alter role stockroom_app set default_transaction_isolation = 'read committed';
						The migrations grant it what it needs.""");
	}

	private static Mono<List<String>> faults(Connection connection) {
		return Flux.from(connection.createStatement(FAULTS).execute())
			.concatMap((result) -> result.map((row) -> String.valueOf(row.get(0, String.class))))
			.collectList();
	}

}
