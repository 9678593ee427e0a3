package app.stockroom.tenancy;

import java.util.Objects;
import java.util.Set;

import app.stockroom.platform.Query;
import app.stockroom.platform.Representation;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * One module's table of routes: verb, path, scope and handler, one per line.
 */
public final class Routes {

	private static final Set<Representation> JSON = Set.of(Representation.JSON);

	private final Api api;

	Routes(Api api) {
		this.api = api;
	}

	public Routes get(String path, Scope scope, Api.Handler handler) {
		return get(path, scope, Query.NONE, handler);
	}

	public Routes get(String path, Scope scope, Query query, Api.Handler handler) {
		return add(new Endpoint(HttpMethod.GET, path, scope, query, JSON), handler);
	}

	/**
	 * A GET of a list, which {@link Lists} answers as a page or whole.
	 */
	public Routes list(String path, Scope scope, Query query, Api.Handler handler) {
		return add(new Endpoint(HttpMethod.GET, path, scope, query, Lists.REPRESENTATIONS), handler);
	}

	/**
	 * A GET that answers only when Accept names {@code text/event-stream}, and then
	 * before any other GET of the path.
	 */
	public Routes stream(String path, Scope scope, Query query, Api.Handler handler) {
		// HEAD asks whether there would be a stream; to open one for it would never end.
		return add(new Endpoint(HttpMethod.GET, path, scope, query, Set.of(Representation.EVENTS)),
				(caller, request) -> request.method().equals(HttpMethod.HEAD)
						? ServerResponse.ok().contentType(MediaType.TEXT_EVENT_STREAM).build()
						: handler.handle(caller, request));
	}

	public Routes post(String path, Scope scope, Api.Handler handler) {
		return add(new Endpoint(HttpMethod.POST, path, scope, Query.NONE, JSON), handler);
	}

	/**
	 * A POST of many things, whose outcomes are answered as one document or as lines.
	 */
	public Routes postMany(String path, Scope scope, Query query, Api.Handler handler) {
		return add(
				new Endpoint(HttpMethod.POST, path, scope, query, Set.of(Representation.JSON, Representation.NDJSON)),
				handler);
	}

	public Routes put(String path, Scope scope, Api.Handler handler) {
		return add(new Endpoint(HttpMethod.PUT, path, scope, Query.NONE, JSON), handler);
	}

	public Routes patch(String path, Scope scope, Api.Handler handler) {
		return add(new Endpoint(HttpMethod.PATCH, path, scope, Query.NONE, JSON), handler);
	}

	public Routes delete(String path, Scope scope, Api.Handler handler) {
		return add(new Endpoint(HttpMethod.DELETE, path, scope, Query.NONE, JSON), handler);
	}

	/**
	 * The table, for the bean that a module makes of it.
	 */
	public RouteTable build() {
		return new RouteTable();
	}

	private Routes add(Endpoint endpoint, Api.Handler handler) {
		Callers callers = this.api.callers();
		Scope scope = Objects.requireNonNull(endpoint.scope());
		this.api.add(endpoint, (request) -> callers.caller(request, scope).flatMap((caller) -> {
			endpoint.query().check(request);
			return handler.handle(caller, request);
		}));
		return this;
	}

}
