package app.stockroom.tenancy;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

import app.stockroom.platform.Database;
import app.stockroom.platform.StartRefusedException;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.stereotype.Component;

/**
 * Refuses to start where row level security would not hold: tenants would then be
 * separated by our predicates alone, and nobody would notice.
 */
@Component
@DependsOnDatabaseInitialization
class DatabaseRoleCheck implements InitializingBean {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

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

	DatabaseRoleCheck(Database database) {
		this.database = database;
	}

	@Override
	public void afterPropertiesSet() {
		ConnectionPool pool = this.database.pool("check", 1);
		check(pool, PATIENCE);
		pool.disposeLater().block(PATIENCE);
	}

	static void check(ConnectionFactory connections, Duration patience) {
		List<String> faults = Mono.usingWhen(connections.create(), DatabaseRoleCheck::faults, Connection::close)
			.block(patience);
		if (!Objects.requireNonNull(faults).isEmpty()) {
			throw new StartRefusedException("The database role of the service " + String.join(";\n  it ", faults) + ".",
					"""
							Let the service log in (spring.r2dbc.username) as a role of its own, and Flyway (spring.flyway.user) as the owner of the tables:
							  create role stockroom_app login nosuperuser nobypassrls noinherit password '...';
							  alter role stockroom_app set default_transaction_isolation = 'read committed';
							The migrations grant it what it needs.""");
		}
	}

	private static Mono<List<String>> faults(Connection connection) {
		return Flux.from(connection.createStatement(FAULTS).execute())
			.concatMap((result) -> result.map((row) -> String.valueOf(row.get(0, String.class))))
			.collectList();
	}

}
