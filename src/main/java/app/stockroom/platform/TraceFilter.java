package app.stockroom.platform;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.util.pattern.PathPattern;

/**
 * The span of a request to the API, below the one that the client names in
 * {@code traceparent}. It is named by its route and says nothing of what was sent.
 */
final class TraceFilter implements WebFilter, Ordered {

	private static final String REFUSED = TraceFilter.class.getName() + ".refused";

	private final Traces traces;

	TraceFilter(Traces traces) {
		this.traces = traces;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		if (!exchange.getRequest().getPath().value().startsWith("/api/")) {
			return chain.filter(exchange);
		}
		String method = exchange.getRequest().getMethod().name();
		Context received = this.traces.received(exchange.getRequest().getHeaders());
		Span span = this.traces.begin(received, method, SpanKind.SERVER,
				(known) -> known.setAttribute("http.request.method", method));
		LogDetails.trace(exchange, span.getSpanContext());
		exchange.getResponse().beforeCommit(() -> {
			tell(exchange, span, method);
			if (exchange.getAttribute(REFUSED) != null) {
				span.end();
			}
			return Mono.empty();
		});
		return chain.filter(exchange).doOnSuccess((_) -> span.end()).doOnCancel(span::end).doOnError((_) -> {
			// The answer to an error is written behind all filters, and ends the span
			// then.
			if (exchange.getResponse().isCommitted()) {
				span.end();
			}
			else {
				exchange.getAttributes().put(REFUSED, true);
			}
		}).contextWrite((subscriber) -> subscriber.put(Context.class, received.with(span)));
	}

	private static void tell(ServerWebExchange exchange, Span span, String method) {
		PathPattern route = exchange.getAttribute(RouterFunctions.MATCHING_PATTERN_ATTRIBUTE);
		if (route != null) {
			span.updateName(method + " " + route.getPatternString())
				.setAttribute("http.route", route.getPatternString());
		}
		String tenant = LogDetails.tenant(exchange);
		if (tenant != null) {
			span.setAttribute("stockroom.tenant", tenant);
		}
		HttpStatusCode status = exchange.getResponse().getStatusCode();
		int code = (status != null) ? status.value() : 200;
		span.setAttribute("http.response.status_code", code);
		if (code >= 500) {
			span.setStatus(StatusCode.ERROR);
		}
	}

	/** Before security, so that refused requests are seen too. */
	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE + 10;
	}

}
