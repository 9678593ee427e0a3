package app.stockroom.platform;

import io.opentelemetry.api.trace.SpanContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.spi.LoggingEventBuilder;

import org.springframework.web.server.ServerWebExchange;

/**
 * Whose request a line of the log is about: structured logs carry it as {@code tenant},
 * {@code trace_id} and {@code span_id}. It travels with the exchange and is read only
 * when something is logged.
 */
public final class LogDetails {

	private static final String TENANT = LogDetails.class.getName() + ".tenant";

	private static final String TRACE = LogDetails.class.getName() + ".trace";

	private LogDetails() {
	}

	/** Says which tenant a request is for. */
	public static void tenant(ServerWebExchange exchange, Object tenant) {
		exchange.getAttributes().put(TENANT, tenant);
	}

	static @Nullable String tenant(ServerWebExchange exchange) {
		Object tenant = exchange.getAttribute(TENANT);
		return (tenant != null) ? tenant.toString() : null;
	}

	static void trace(ServerWebExchange exchange, SpanContext trace) {
		exchange.getAttributes().put(TRACE, trace);
	}

	/** Adds what is known of a request to a line. */
	static LoggingEventBuilder of(ServerWebExchange exchange, LoggingEventBuilder line) {
		String tenant = tenant(exchange);
		SpanContext trace = exchange.getAttribute(TRACE);
		if (tenant != null) {
			line.addKeyValue("tenant", tenant);
		}
		if (trace != null && trace.isValid()) {
			line.addKeyValue("trace_id", trace.getTraceId()).addKeyValue("span_id", trace.getSpanId());
		}
		return line;
	}

}
