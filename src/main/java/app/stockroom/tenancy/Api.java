package app.stockroom.tenancy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import app.stockroom.platform.Ids;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Query;
import app.stockroom.platform.Refusal;
import app.stockroom.platform.Representation;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPattern.PathMatchInfo;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * The route tables of all modules in one place: which method on which path needs which
 * scope. Because it knows every method of a path, wherever it was declared, HEAD,
 * OPTIONS, 405, 406 and the choice between the representations of a resource come from
 * here.
 */
@Component
public class Api {

	private final Callers callers;

	private final List<Endpoint> endpoints = new ArrayList<>();

	private final Map<String, PathRoutes> literal = new LinkedHashMap<>();

	private final Map<PathPattern, PathRoutes> variable = new LinkedHashMap<>();

	Api(Callers callers) {
		this.callers = callers;
	}

	/**
	 * Begins a table of routes for callers that act for a tenant.
	 */
	public Routes routes() {
		return new Routes(this);
	}

	/**
	 * Begins a table of routes for the platform's administrators, who need no tenant.
	 */
	public PlatformRoutes platformRoutes() {
		return new PlatformRoutes(this);
	}

	/**
	 * Every line of every table so far.
	 */
	public List<Endpoint> endpoints() {
		return List.copyOf(this.endpoints);
	}

	/**
	 * The path variable {@code id}.
	 * @throws Refusal 404 where it is no id: then there is nothing with it
	 */
	public static UUID id(ServerRequest request) {
		UUID id = Ids.parse(request.pathVariable("id"));
		if (id == null) {
			throw Problem.NOT_FOUND.because("There is nothing with this id.");
		}
		return id;
	}

	Callers callers() {
		return this.callers;
	}

	void add(Endpoint endpoint, HandlerFunction<ServerResponse> handler) {
		PathPattern pattern = PathPatternParser.defaultInstance.parse(endpoint.path());
		PathRoutes routes = pattern.hasPatternSyntax()
				? this.variable.computeIfAbsent(pattern, (_) -> new PathRoutes(pattern))
				: this.literal.computeIfAbsent(endpoint.path(), (_) -> new PathRoutes(pattern));
		this.endpoints.add(endpoint);
		routes.add(endpoint, (request) -> handler.handle(request)
			.switchIfEmpty(Mono.error(() -> new IllegalStateException("%s answered nothing".formatted(endpoint)))));
	}

	/**
	 * A POST that needs no token.
	 */
	RouteTable open(String path, HandlerFunction<ServerResponse> handler) {
		add(new Endpoint(HttpMethod.POST, path, null, Query.NONE, Set.of(Representation.JSON)),
				(request) -> Mono.defer(() -> {
					Query.NONE.check(request);
					return handler.handle(request);
				}));
		return new RouteTable();
	}

	/**
	 * Routes to the handlers of all tables.
	 */
	RouterFunction<ServerResponse> router() {
		return (request) -> Mono.justOrEmpty(find(request));
	}

	private @Nullable HandlerFunction<ServerResponse> find(ServerRequest request) {
		PathContainer path = request.requestPath().pathWithinApplication();
		PathRoutes routes = this.literal.get(path.value());
		if (routes != null) {
			return routes.choose(request, Map.of());
		}
		for (Map.Entry<PathPattern, PathRoutes> candidate : this.variable.entrySet()) {
			PathMatchInfo match = candidate.getKey().matchAndExtract(path);
			if (match != null) {
				return candidate.getValue().choose(request, match.getUriVariables());
			}
		}
		return null;
	}

	/**
	 * A handler of a route without a tenant.
	 */
	@FunctionalInterface
	public interface PlatformHandler {

		/**
		 * Answers a request.
		 * @param subject the token's subject
		 */
		Mono<ServerResponse> handle(String subject, ServerRequest request);

	}

	/**
	 * A handler of a route for a tenant. It may throw: that is an error signal too.
	 */
	@FunctionalInterface
	public interface Handler {

		Mono<ServerResponse> handle(Caller caller, ServerRequest request);

	}

}
