package app.stockroom.tenancy;

import java.util.List;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.server.WebHandler;

/**
 * A short way in for plain requests to the API with a token that was verified a moment
 * ago: most of all requests (docs/adr/0009-a-short-way-in.md). They go to their route at
 * once. What Spring Security would find out again in its filters, and Spring's dispatcher
 * among all routers, costs as much as all the rest of a request. Everything else takes
 * the long way, with the firewall first, and is refused there only.
 */
final class KnownTokens implements WebFilter, Ordered {

	private static final String BEARER = "Bearer ";

	private static final String KNOWN = KnownTokens.class.getName();

	/** Spring Security's own filters follow at -100. */
	private static final int BEFORE_SECURITY = -101;

	private final VerifiedTokens tokens;

	private final ResponseHeaders headers;

	private final Predicate<ServerWebExchange> api;

	private final WebHandler routes;

	/**
	 * Lets in.
	 * @param api which requests want a token
	 * @param routes those of the API
	 */
	KnownTokens(VerifiedTokens tokens, ResponseHeaders headers, Predicate<ServerWebExchange> api, WebHandler routes) {
		this.tokens = tokens;
		this.headers = headers;
		this.api = api;
		this.routes = routes;
	}

	/** What the token of a request that came in here grants, or null. */
	static @Nullable Grant of(ServerWebExchange exchange) {
		return exchange.getAttribute(KNOWN);
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		Grant grant = (this.api.test(exchange) && Firewall.isPlain(exchange.getRequest())) ? known(exchange) : null;
		if (grant == null) {
			return chain.filter(exchange);
		}
		exchange.getAttributes().put(KNOWN, grant);
		exchange.getResponse().beforeCommit(() -> this.headers.writeHttpHeaders(exchange));
		return this.routes.handle(exchange);
	}

	private @Nullable Grant known(ServerWebExchange exchange) {
		List<String> values = exchange.getRequest().getHeaders().get(HttpHeaders.AUTHORIZATION);
		return (values != null && values.size() == 1 && values.getFirst().startsWith(BEARER))
				? this.tokens.known(values.getFirst().substring(BEARER.length())) : null;
	}

	@Override
	public int getOrder() {
		return BEFORE_SECURITY;
	}

}
