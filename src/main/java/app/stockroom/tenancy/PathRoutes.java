package app.stockroom.tenancy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import app.stockroom.platform.Problem;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.util.pattern.PathPattern;

/**
 * All routes of one path.
 */
final class PathRoutes {

	private final PathPattern pattern;

	private final Map<HttpMethod, HandlerFunction<ServerResponse>> handlers = new HashMap<>();

	private @Nullable HandlerFunction<ServerResponse> stream;

	PathRoutes(PathPattern pattern) {
		this.pattern = pattern;
	}

	void add(Endpoint endpoint, HandlerFunction<ServerResponse> handler) {
		boolean taken;
		if (endpoint.stream()) {
			taken = this.stream != null;
			this.stream = handler;
		}
		else {
			taken = this.handlers.putIfAbsent(endpoint.method(), handler) != null;
		}
		if (taken) {
			throw new IllegalStateException("Two routes for " + endpoint);
		}
	}

	/**
	 * The handler for the request's method and media type; where there is none, one that
	 * refuses.
	 */
	HandlerFunction<ServerResponse> choose(ServerRequest request, Map<String, String> variables) {
		// As Spring's own routers leave them, for path variables and for metrics by
		// route.
		request.attributes().put(RouterFunctions.URI_TEMPLATE_VARIABLES_ATTRIBUTE, variables);
		request.attributes().put(RouterFunctions.MATCHING_PATTERN_ATTRIBUTE, this.pattern);
		HttpMethod method = request.method();
		if (method.equals(HttpMethod.OPTIONS)) {
			return (_) -> ServerResponse.noContent().allow(allowed().toArray(HttpMethod[]::new)).build();
		}
		boolean get = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
		if (get && this.stream != null && acceptsStream(request)) {
			return this.stream;
		}
		HandlerFunction<ServerResponse> handler = this.handlers.get(get ? HttpMethod.GET : method);
		if (handler != null) {
			return handler;
		}
		return (get && this.stream != null) ? this::notAcceptable : this::notAllowed;
	}

	private static boolean acceptsStream(ServerRequest request) {
		return request.headers().accept().stream().anyMatch(MediaType.TEXT_EVENT_STREAM::equalsTypeAndSubtype);
	}

	private Mono<ServerResponse> notAcceptable(ServerRequest request) {
		return Mono.error(Problem.NOT_ACCEPTABLE.because("This path answers with text/event-stream only."));
	}

	private Mono<ServerResponse> notAllowed(ServerRequest request) {
		return Mono
			.error(Problem.METHOD_NOT_ALLOWED.because("The path does not support %s.".formatted(request.method()))
				.with("allow", allowed().stream().map(HttpMethod::name).toList()));
	}

	private List<HttpMethod> allowed() {
		List<HttpMethod> allowed = new ArrayList<>();
		boolean get = this.stream != null || this.handlers.containsKey(HttpMethod.GET);
		for (HttpMethod method : HttpMethod.values()) {
			boolean derived = method.equals(HttpMethod.OPTIONS)
					|| (get && (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD)));
			if (derived || this.handlers.containsKey(method)) {
				allowed.add(method);
			}
		}
		return allowed;
	}

}
