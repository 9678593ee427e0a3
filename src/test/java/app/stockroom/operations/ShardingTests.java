package app.stockroom.operations;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import app.stockroom.Invariants;
import app.stockroom.StockroomTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What must be true of the schema for it to spread over nodes by tenant
 * (docs/scaling.md), asked of the schema itself.
 */
@StockroomTest
class ShardingTests {

	private static final String OF_TENANT = "(select c.oid from pg_class c join pg_attribute a on a.attrelid = c.oid "
			+ "where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attname = 'tenant_id')";

	private static final Pattern TABLES = Pattern.compile(
			"\\b(from|join|update|into)\\s+(tenant|ledger_head|product|warehouse|inventory|movement|alert|idempotency_key|document|hold)\\b");

	@Autowired
	private Environment environment;

	@Test
	void everyTableBelongsToATenant() throws SQLException {
		assertThat(query(
				"select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') "
						+ "and oid not in " + OF_TENANT))
			.containsExactly("flyway_schema_history");
	}

	@Test
	void everyKeyAndEveryUniqueIndexBeginsWithTheTenant() throws SQLException {
		assertThat(query(
				"select i.indexrelid::regclass::text from pg_index i left join pg_attribute a on a.attrelid = i.indrelid "
						+ "and a.attnum = i.indkey[0] where i.indisunique and a.attname is distinct from 'tenant_id' and i.indrelid in "
						+ OF_TENANT))
			.isEmpty();
		assertThat(query("select oid::regclass::text from pg_class where oid in " + OF_TENANT
				+ " and not exists (select from pg_index i where i.indrelid = pg_class.oid and i.indisprimary)"))
			.isEmpty();
	}

	@Test
	void everyForeignKeyStaysWithinItsTenant() throws SQLException {
		assertThat(query("select f.conname from pg_constraint f where f.contype = 'f' and not exists (select from "
				+ "unnest(f.conkey, f.confkey) k(own, other) join pg_attribute o on o.attrelid = f.conrelid and o.attnum = k.own "
				+ "join pg_attribute r on r.attrelid = f.confrelid and r.attnum = k.other "
				+ "where o.attname = 'tenant_id' and r.attname = 'tenant_id')"))
			.isEmpty();
	}

	@Test
	void nothingIsCountedOrTriggeredAcrossTenants() throws SQLException {
		assertThat(query("select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'S'"))
			.as("sequences")
			.isEmpty();
		assertThat(query("select tgname from pg_trigger where not tgisinternal")).as("triggers").isEmpty();
		assertThat(query(
				"select conname from pg_constraint where contype = 'x' and connamespace = 'public'::regnamespace"))
			.as("exclusion constraints")
			.isEmpty();
	}

	@Test
	void everyFunctionThatWritesForATenantCanBeSentToItsNode() throws SQLException {
		List<String> delegated = query("select proname from pg_proc where pronamespace = 'public'::regnamespace "
				+ "and provolatile = 'v' and proargnames[1] = 'p_tenant' and proargtypes[0] = 'uuid'::regtype and not prosecdef");
		assertThat(delegated).anyMatch((name) -> name.startsWith("post_entries_"))
			.anyMatch((name) -> name.startsWith("change_catalogs_"))
			.anyMatch((name) -> name.startsWith("acknowledge_alert_"));
	}

	@Test
	void everyStatementOfThoseFunctionsNamesTheTenant() throws SQLException {
		List<String> bodies = query("select prosrc from pg_proc where pronamespace = 'public'::regnamespace "
				+ "and proargnames[1] = 'p_tenant' and not prosecdef");
		List<String> statements = new ArrayList<>();
		for (String body : bodies) {
			statements.addAll(List.of(body.replaceAll("--.*", "").split(";")));
		}
		assertThat(statements).filteredOn((sql) -> TABLES.matcher(sql).find())
			.hasSizeGreaterThan(20)
			.allMatch((sql) -> sql.contains("tenant_id") && sql.contains("p_tenant"));
	}

	private List<String> query(String sql) throws SQLException {
		try (Connection connection = Invariants.owner(this.environment);
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery(sql)) {
			List<String> found = new ArrayList<>();
			while (rows.next()) {
				found.add(rows.getString(1));
			}
			return found;
		}
	}

}
