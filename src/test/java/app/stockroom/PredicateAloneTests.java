package app.stockroom;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

import app.stockroom.tenancy.ForgetfulReads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;

/**
 * The same without row level security: the predicate in every query alone keeps tenants
 * apart. In the database of {@link RowLevelSecurityAloneTests}, because the service
 * refuses to start like this.
 */
@Import(ForgetfulReads.Configuration.class)
class PredicateAloneTests extends TenantIsolationTests {

	private static final String SWITCH = """
			do $$ declare t record; begin
			  for t in select c.oid::regclass as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
			    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') loop
			    execute format('alter table %%s %s row level security', t.name);
			  end loop;
			end $$
			""";

	@Autowired
	Environment environment;

	@BeforeEach
	void switchPoliciesOff() throws SQLException {
		policies("disable");
	}

	@AfterEach
	void switchPoliciesOn() throws SQLException {
		policies("enable");
	}

	private void policies(String what) throws SQLException {
		try (Connection owner = Invariants.owner(this.environment); Statement statement = owner.createStatement()) {
			statement.execute(SWITCH.formatted(what));
		}
	}

}
