package app.stockroom.tenancy;

import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * One module's table of routes: verb, path, scope and handler, one per line.
 */
public final class Routes {

	private final Api api;

	Routes(Api api) {
		this.api = api;
	}

	public Routes get(String path, Scope scope, Api.Handler handler) {
		return add(HttpMethod.GET, path, scope, false, handler);
	}

	/**
	 * A GET that answers only when Accept names {@code text/event-stream}, and then
	 * before any other GET of the path.
	 */
	public Routes stream(String path, Scope scope, Api.Handler handler) {
		// HEAD asks whether there would be a stream; to open one for it would never end.
		return add(HttpMethod.GET, path, scope, true,
				(caller, request) -> request.method().equals(HttpMethod.HEAD)
						? ServerResponse.ok().contentType(MediaType.TEXT_EVENT_STREAM).build()
						: handler.handle(caller, request));
	}

	public Routes post(String path, Scope scope, Api.Handler handler) {
		return add(HttpMethod.POST, path, scope, false, handler);
	}

	public Routes put(String path, Scope scope, Api.Handler handler) {
		return add(HttpMethod.PUT, path, scope, false, handler);
	}

	public Routes patch(String path, Scope scope, Api.Handler handler) {
		return add(HttpMethod.PATCH, path, scope, false, handler);
	}

	public Routes delete(String path, Scope scope, Api.Handler handler) {
		return add(HttpMethod.DELETE, path, scope, false, handler);
	}

	/**
	 * The table as the one bean that Spring wants to see.
	 */
	public RouterFunction<ServerResponse> build() {
		return this.api.router();
	}

	private Routes add(HttpMethod method, String path, Scope scope, boolean stream, Api.Handler handler) {
		Callers callers = this.api.callers();
		this.api.add(new Endpoint(method, path, scope, stream),
				(request) -> callers.caller(request, scope).flatMap((caller) -> handler.handle(caller, request)));
		return this;
	}

}
