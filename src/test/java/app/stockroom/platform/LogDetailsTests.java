package app.stockroom.platform;

import java.nio.charset.StandardCharsets;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.logging.logback.StructuredLogEncoder;
import org.springframework.core.env.Environment;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;

import static org.assertj.core.api.Assertions.assertThat;

class LogDetailsTests {

	private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

	private static final String TENANT = "0198c0de-0000-7000-8000-000000000001";

	@Test
	void anUnexpectedErrorIsLoggedWithTenantAndTraceAndWithoutTheToken() {
		MockServerWebExchange exchange = MockServerWebExchange
			.from(MockServerHttpRequest.get("/api/inventory?sku=A-1").header("Authorization", "Bearer eyJhbGciOi.x.y"));
		LogDetails.tenant(exchange, TENANT);
		LogDetails.trace(exchange,
				SpanContext.create(TRACE, "00f067aa0ba902b7", TraceFlags.getSampled(), TraceState.getDefault()));
		JsonNode line = logged(exchange);
		assertThat(line.path("message").asString()).contains("/api/inventory");
		assertThat(line.path("tenant").asString()).isEqualTo(TENANT);
		assertThat(line.path("trace_id").asString()).isEqualTo(TRACE);
		assertThat(line.path("span_id").asString()).isEqualTo("00f067aa0ba902b7");
		assertThat(line.toString()).contains("IllegalStateException").doesNotContain("eyJhbGciOi", "Bearer", "A-1");
	}

	@Test
	void withoutTenantAndTraceNothingIsMadeUp() {
		JsonNode line = logged(MockServerWebExchange.from(MockServerHttpRequest.get("/docs")));
		assertThat(line.has("tenant")).isFalse();
		assertThat(line.has("trace_id")).isFalse();
	}

	private static JsonNode logged(MockServerWebExchange exchange) {
		Logger logger = (Logger) LoggerFactory.getLogger(ProblemHandler.class);
		ListAppender<ILoggingEvent> events = new ListAppender<>();
		events.start();
		logger.addAppender(events);
		logger.setAdditive(false);
		try {
			new ProblemHandler().handle(exchange, new IllegalStateException("expected here")).block();
		}
		finally {
			logger.detachAppender(events);
			logger.setAdditive(true);
		}
		LoggerContext context = new LoggerContext();
		context.putObject(Environment.class.getName(), new MockEnvironment());
		StructuredLogEncoder encoder = new StructuredLogEncoder();
		encoder.setContext(context);
		encoder.setFormat("ecs");
		encoder.start();
		byte[] encoded = encoder.encode(events.list.getFirst());
		return new JsonMapper().readTree(new String(encoded, StandardCharsets.UTF_8));
	}

}
