package app.stockroom.tenancy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import app.stockroom.platform.Database;
import app.stockroom.platform.EventLoops;
import app.stockroom.platform.Traces;
import io.micrometer.core.instrument.MeterRegistry;
import io.r2dbc.spi.Readable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/**
 * Reads whose authors forgot to name the tenant, when a test says so.
 */
public final class ForgetfulReads extends Reads {

	private static final String FUNCTIONS = """
			select pg_get_functiondef(p.oid) from pg_proc p
			where p.pronamespace = 'public'::regnamespace and p.prosrc ~ 'tenant_id = p_tenant'
			""";

	private static volatile boolean forgetful;

	private ForgetfulReads(Database database, EventLoops loops, TenancySettings settings, MeterRegistry meters,
			Traces traces) {
		super(database, loops, settings, meters, traces);
	}

	/**
	 * From now on no query has its predicate, and no SQL function either.
	 * @param owner of the database
	 * @return the functions as they were, to be put back
	 */
	public static List<String> forget(Connection owner) throws SQLException {
		List<String> functions = new ArrayList<>();
		try (Statement statement = owner.createStatement()) {
			try (ResultSet rows = statement.executeQuery(FUNCTIONS)) {
				while (rows.next()) {
					functions.add(rows.getString(1));
				}
			}
			for (String function : functions) {
				statement.execute(function.replaceAll("(\\w+\\.)?tenant_id = p_tenant", "p_tenant is not null"));
			}
		}
		forgetful = true;
		return functions;
	}

	/** Undoes {@link #forget}. */
	public static void remember(Connection owner, List<String> functions) throws SQLException {
		forgetful = false;
		try (Statement statement = owner.createStatement()) {
			for (String function : functions) {
				statement.execute(function);
			}
		}
	}

	private static String sql(String sql) {
		return forgetful ? sql.replaceAll("(\\w+\\.)?tenant_id = \\$1", "\\$1::uuid is not null") : sql;
	}

	@Override
	public <T> Mono<List<T>> list(TenantId tenant, String sql, UnaryOperator<io.r2dbc.spi.Statement> binds,
			Function<Readable, T> mapper) {
		return super.list(tenant, sql(sql), binds, mapper);
	}

	@Override
	public <T> Flux<T> stream(TenantId tenant, String sql, UnaryOperator<io.r2dbc.spi.Statement> binds,
			Function<Readable, T> mapper, Consumer<String> position) {
		return super.stream(tenant, sql(sql), binds, mapper, position);
	}

	/** Puts them in the place of the service's own. */
	@TestConfiguration(proxyBeanMethods = false)
	public static class Configuration {

		@Bean
		@Primary
		ForgetfulReads forgetfulReads(Database database, EventLoops loops, TenancySettings settings,
				MeterRegistry meters, Traces traces) {
			return new ForgetfulReads(database, loops, settings, meters, traces);
		}

	}

}
