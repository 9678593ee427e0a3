package app.stockroom.tenancy;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import app.stockroom.platform.Problem;
import app.stockroom.platform.Representation;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;
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

	private final Map<HttpMethod, Map<Representation, HandlerFunction<ServerResponse>>> handlers = new HashMap<>();

	PathRoutes(PathPattern pattern) {
		this.pattern = pattern;
	}

	void add(Endpoint endpoint, HandlerFunction<ServerResponse> handler) {
		Map<Representation, HandlerFunction<ServerResponse>> offered = this.handlers.computeIfAbsent(endpoint.method(),
				(_) -> new EnumMap<>(Representation.class));
		for (Representation representation : endpoint.representations()) {
			if (offered.putIfAbsent(representation, handler) != null) {
				throw new IllegalStateException("Two routes for " + endpoint);
			}
		}
	}

	/**
	 * The handler for the request's method and the representation that it likes best;
	 * where there is none, one that refuses.
	 */
	HandlerFunction<ServerResponse> choose(ServerRequest request, Map<String, String> variables) {
		// As Spring's own routers and their mapping leave them, for path variables and
		// for metrics by route.
		request.attributes().put(RouterFunctions.URI_TEMPLATE_VARIABLES_ATTRIBUTE, variables);
		request.attributes().put(RouterFunctions.MATCHING_PATTERN_ATTRIBUTE, this.pattern);
		ServerRequestObservationContext.findCurrent(request.attributes())
			.ifPresent((observed) -> observed.setPathPattern(this.pattern.getPatternString()));
		HttpMethod method = request.method();
		if (method.equals(HttpMethod.OPTIONS)) {
			return (_) -> ServerResponse.noContent().allow(allowed().toArray(HttpMethod[]::new)).build();
		}
		Map<Representation, HandlerFunction<ServerResponse>> offered = this.handlers
			.get(method.equals(HttpMethod.HEAD) ? HttpMethod.GET : method);
		if (offered == null) {
			return this::notAllowed;
		}
		request.exchange().getResponse().getHeaders().add(HttpHeaders.VARY, HttpHeaders.ACCEPT);
		Representation chosen = Representation.choose(request, offered.keySet());
		HandlerFunction<ServerResponse> handler = (chosen != null) ? offered.get(chosen) : null;
		return (handler != null) ? handler : (_) -> notAcceptable(offered.keySet());
	}

	private static Mono<ServerResponse> notAcceptable(Set<Representation> offered) {
		List<String> types = offered.stream().map((representation) -> representation.type().toString()).toList();
		return Mono
			.error(Problem.NOT_ACCEPTABLE.because("Accept one of %s, in UTF-8.".formatted(String.join(", ", types)))
				.with("acceptable", types));
	}

	private Mono<ServerResponse> notAllowed(ServerRequest request) {
		return Mono
			.error(Problem.METHOD_NOT_ALLOWED.because("The path does not support %s.".formatted(request.method()))
				.with("allow", allowed().stream().map(HttpMethod::name).toList()));
	}

	private List<HttpMethod> allowed() {
		List<HttpMethod> allowed = new ArrayList<>();
		boolean get = this.handlers.containsKey(HttpMethod.GET);
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
