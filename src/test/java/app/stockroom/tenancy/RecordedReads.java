package app.stockroom.tenancy;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import app.stockroom.platform.Database;
import app.stockroom.platform.EventLoops;
import app.stockroom.platform.Traces;
import io.micrometer.core.instrument.MeterRegistry;
import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Statement;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/**
 * Reads that remember their SQL and what was bound to it, so that a test can ask the
 * database how it would run what the service really sends.
 */
public final class RecordedReads extends Reads {

	private final List<Query> queries = new ArrayList<>();

	private RecordedReads(Database database, EventLoops loops, TenancySettings settings, MeterRegistry meters,
			Traces traces) {
		super(database, loops, settings, meters, traces);
	}

	/** What was read since the last call. */
	public synchronized List<Query> takeQueries() {
		List<Query> taken = List.copyOf(this.queries);
		this.queries.clear();
		return taken;
	}

	@Override
	public <T> Mono<List<T>> list(TenantId tenant, String sql, UnaryOperator<Statement> binds,
			Function<Readable, T> mapper) {
		TreeMap<Integer, Object> values = new TreeMap<>();
		values.put(1, tenant.value());
		Statement recorder = (Statement) Proxy.newProxyInstance(Statement.class.getClassLoader(),
				new Class<?>[] { Statement.class }, (proxy, method, arguments) -> {
					if (method.getName().startsWith("bind")) {
						int place = (arguments[0] instanceof String name) ? Integer.parseInt(name.substring(1))
								: (Integer) arguments[0] + 1;
						values.put(place, method.getName().equals("bindNull") ? "null" : arguments[1]);
					}
					return proxy;
				});
		binds.apply(recorder);
		synchronized (this) {
			this.queries.add(new Query(sql, List.copyOf(values.values())));
		}
		return super.list(tenant, sql, binds, mapper);
	}

	/** The values in the order of their placeholders; a null is the text null. */
	public record Query(String sql, List<Object> values) {

		/** Prepares it as {@code recorded} and runs that. */
		public String prepare() {
			return "prepare recorded as " + this.sql;
		}

		public String execute() {
			return "execute recorded(" + String.join(", ", this.values.stream().map(Query::literal).toList()) + ")";
		}

		private static String literal(Object value) {
			return switch (value) {
				case Number number -> number.toString();
				case Object[] array ->
					"'{" + String.join(",", List.of(array).stream().map(String::valueOf).toList()) + "}'";
				case String text when text.equals("null") -> text;
				default -> "'" + value.toString().replace("'", "''") + "'";
			};
		}

	}

	/** Puts them in the place of the service's own. */
	@TestConfiguration(proxyBeanMethods = false)
	public static class Configuration {

		@Bean
		@Primary
		RecordedReads recordedReads(Database database, EventLoops loops, TenancySettings settings, MeterRegistry meters,
				Traces traces) {
			return new RecordedReads(database, loops, settings, meters, traces);
		}

	}

}
