package app.stockroom.tenancy;

import app.stockroom.platform.Query;
import org.springframework.http.HttpMethod;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * A table of routes that need {@link Scope#PLATFORM_ADMIN} and no tenant.
 */
public final class PlatformRoutes {

	private final Api api;

	PlatformRoutes(Api api) {
		this.api = api;
	}

	public PlatformRoutes get(String path, Api.PlatformHandler handler) {
		return get(path, Query.NONE, handler);
	}

	public PlatformRoutes get(String path, Query query, Api.PlatformHandler handler) {
		return add(HttpMethod.GET, path, query, handler);
	}

	public PlatformRoutes post(String path, Api.PlatformHandler handler) {
		return add(HttpMethod.POST, path, Query.NONE, handler);
	}

	public PlatformRoutes patch(String path, Api.PlatformHandler handler) {
		return add(HttpMethod.PATCH, path, Query.NONE, handler);
	}

	public PlatformRoutes delete(String path, Api.PlatformHandler handler) {
		return add(HttpMethod.DELETE, path, Query.NONE, handler);
	}

	/**
	 * The table as the one bean that Spring wants to see.
	 */
	public RouterFunction<ServerResponse> build() {
		return this.api.router();
	}

	private PlatformRoutes add(HttpMethod method, String path, Query query, Api.PlatformHandler handler) {
		Callers callers = this.api.callers();
		this.api.add(new Endpoint(method, path, Scope.PLATFORM_ADMIN, query, false),
				(request) -> callers.subject(request, Scope.PLATFORM_ADMIN).flatMap((subject) -> {
					query.check(request);
					return handler.handle(subject, request);
				}));
		return this;
	}

}
