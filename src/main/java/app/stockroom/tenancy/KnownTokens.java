package app.stockroom.tenancy;

import java.util.List;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * A short way in for requests to the API with a token that was verified a moment ago:
 * most of all requests. They skip what Spring Security would find out again, in filters
 * that together cost as much as all the rest of a request. Everything else goes through
 * those filters, and is refused by them only. The firewall is asked either way.
 */
final class KnownTokens implements WebFilter, Ordered {

	private static final String BEARER = "Bearer ";

	private static final String KNOWN = KnownTokens.class.getName();

	/** Spring Security's own filters follow at -100. */
	private static final int BEFORE_SECURITY = -101;

	private final VerifiedTokens tokens;

	private final Predicate<ServerWebExchange> api;

	private final ResponseHeaders headers;

	/**
	 * Lets in.
	 * @param api which requests want a token
	 */
	KnownTokens(VerifiedTokens tokens, ResponseHeaders headers, Predicate<ServerWebExchange> api) {
		this.tokens = tokens;
		this.headers = headers;
		this.api = api;
	}

	/** Whether the request came in here, and needs no other filter. */
	static boolean letIn(ServerWebExchange exchange) {
		return exchange.getAttribute(KNOWN) != null;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		Jwt token = this.api.test(exchange) ? known(exchange) : null;
		if (token == null) {
			return chain.filter(exchange);
		}
		exchange.getAttributes().put(KNOWN, true);
		exchange.getResponse().beforeCommit(() -> this.headers.writeHttpHeaders(exchange));
		return chain.filter(exchange)
			.contextWrite(
					ReactiveSecurityContextHolder.withAuthentication(new JwtAuthenticationToken(token, List.of())));
	}

	private @Nullable Jwt known(ServerWebExchange exchange) {
		List<String> values = exchange.getRequest().getHeaders().get(HttpHeaders.AUTHORIZATION);
		return (values != null && values.size() == 1 && values.getFirst().startsWith(BEARER))
				? this.tokens.known(values.getFirst().substring(BEARER.length())) : null;
	}

	@Override
	public int getOrder() {
		return BEFORE_SECURITY;
	}

}
