package app.stockroom.tenancy;

import java.util.function.Predicate;

import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.security.web.server.header.ServerHttpHeadersWriter;
import org.springframework.security.web.server.header.StrictTransportSecurityServerHttpHeadersWriter;
import org.springframework.web.server.ServerWebExchange;

/**
 * The headers that keep a browser from doing with an answer what nobody wants: those of
 * Spring Security's defaults that browsers of today look at, and a content policy. One
 * writer for all of them: Spring's own, one for each, look through all headers again each
 * time, and that costs as much as to write the answer.
 */
final class ResponseHeaders implements ServerHttpHeadersWriter {

	private static final Mono<Void> WRITTEN = Mono.empty();

	/** Of an answer of the API nothing is ever shown. */
	private static final String NO_CONTENT = "default-src 'none'; frame-ancestors 'none'";

	private final Predicate<ServerWebExchange> api;

	private final String contentPolicy;

	private final ServerHttpHeadersWriter overTls = new StrictTransportSecurityServerHttpHeadersWriter();

	/**
	 * Writes headers.
	 * @param api which requests are for the API
	 * @param contentPolicy for everything else
	 */
	ResponseHeaders(Predicate<ServerWebExchange> api, String contentPolicy) {
		this.api = api;
		this.contentPolicy = contentPolicy;
	}

	@Override
	public Mono<Void> writeHttpHeaders(ServerWebExchange exchange) {
		HttpHeaders headers = exchange.getResponse().getHeaders();
		headers.set("Content-Security-Policy", this.api.test(exchange) ? NO_CONTENT : this.contentPolicy);
		headers.set("X-Content-Type-Options", "nosniff");
		headers.set("X-Frame-Options", "DENY");
		headers.set("Referrer-Policy", "no-referrer");
		// What may be kept says so itself, and what was not modified said so before.
		if (!headers.containsHeader(HttpHeaders.CACHE_CONTROL)
				&& exchange.getResponse().getStatusCode() != HttpStatus.NOT_MODIFIED) {
			headers.set(HttpHeaders.CACHE_CONTROL, "no-store");
		}
		return isOverTls(exchange) ? this.overTls.writeHttpHeaders(exchange) : WRITTEN;
	}

	private static boolean isOverTls(ServerWebExchange exchange) {
		return "https".equalsIgnoreCase(exchange.getRequest().getURI().getScheme());
	}

}
