package app.stockroom.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import app.stockroom.ServiceProcess;
import app.stockroom.embedded.PostgresCluster;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/**
 * The schema of the next release comes while processes of this one work, one of them
 * restarts on it, and what is no longer needed goes.
 */
class MigrationFaults {

	private static final Path MIGRATIONS = Path.of("target", "faults-migrations").toAbsolutePath();

	/** What a release may do while the one before it still runs: only add. */
	private static final String EXPAND = """
			set lock_timeout = '2s';
			alter table product add column colour text;
			alter table movement add column batch uuid;
			create table shelf (tenant_id uuid not null, id uuid not null, name text not null, primary key (tenant_id, id));
			alter table shelf enable row level security;
			create policy tenant_isolation on shelf using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
			grant select, insert on shelf to ${applicationRole};
			create function ledger_heads_of_the_next_release(p_tenants uuid[]) returns table (tenant_id uuid, sequence bigint)
			language sql stable security definer set search_path = pg_catalog, public, pg_temp as
			  'select h.tenant_id, h.sequence from ledger_head h where h.tenant_id = any (p_tenants)';
			""";

	/** What the release after it may do: take away what nobody calls. */
	private static final String CONTRACT = """
			set lock_timeout = '2s';
			drop function ledger_heads_1(uuid[]);
			drop function post_entries_4;
			""";

	private final Plant plant = Plant.shared();

	@Test
	void expandAndContractUnderLoad() throws Exception {
		Trial.of(this.plant, "23 the next schema under load").play((trial) -> {
			migrate("V9000__expand.sql", EXPAND);
			trial.injected("a schema that has more");
			trial.pause(1000, 2000);
			ServiceProcess service = this.plant.services().get(trial.random().nextInt(3));
			service.stop();
			service.startAgain();
			trial.injected("a process of this release restarted on the next one's schema");
			migrate("V9001__contract.sql", CONTRACT);
			trial.injected("a schema without what is not called");
		});
	}

	private void migrate(String name, String sql) throws IOException {
		Files.createDirectories(MIGRATIONS);
		Files.writeString(MIGRATIONS.resolve(name), sql);
		PostgresCluster cluster = this.plant.postgres().cluster();
		Flyway.configure()
			.dataSource(cluster.jdbcUrl(this.plant.database()), PostgresCluster.OWNER,
					cluster.password(PostgresCluster.OWNER))
			.locations("classpath:db/migration", "filesystem:" + MIGRATIONS)
			.placeholders(Map.of("applicationRole", PostgresCluster.APPLICATION))
			.load()
			.migrate();
	}

}
