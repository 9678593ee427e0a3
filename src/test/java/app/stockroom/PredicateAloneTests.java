package app.stockroom;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

import app.stockroom.tenancy.ForgetfulReads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The same without row level security: the predicate in every query alone keeps tenants
 * apart. In the database of {@link RowLevelSecurityAloneTests}, because the service
 * refuses to start like this.
 */
@Import(ForgetfulReads.Configuration.class)
class PredicateAloneTests extends TenantIsolationTests {

	private static final String TABLES = """
			select c.oid::regclass from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
			where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
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

	/**
	 * One table at a time: whoever locks several in one transaction may meet a reader who
	 * does so in another order.
	 */
	private void policies(String what) throws SQLException {
		try (Connection owner = Invariants.owner(this.environment); Statement statement = owner.createStatement()) {
			List<String> tables = new ArrayList<>();
			try (ResultSet rows = statement.executeQuery(TABLES)) {
				while (rows.next()) {
					tables.add(rows.getString(1));
				}
			}
			assertThat(tables).hasSizeGreaterThan(5);
			for (String table : tables) {
				statement.execute("alter table %s %s row level security".formatted(table, what));
			}
		}
	}

}
