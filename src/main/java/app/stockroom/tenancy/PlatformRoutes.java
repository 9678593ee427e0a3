package app.stockroom.tenancy;

import java.util.Set;

import app.stockroom.platform.Query;
import app.stockroom.platform.Representation;
import org.springframework.http.HttpMethod;

/**
 * A table of routes that need {@link Scope#PLATFORM_ADMIN} and no tenant.
 */
public final class PlatformRoutes {

	private final Api api;

	PlatformRoutes(Api api) {
		this.api = api;
	}

	public PlatformRoutes get(String path, Api.PlatformHandler handler) {
		return add(HttpMethod.GET, path, Query.NONE, handler);
	}

	/**
	 * A GET of a list, which {@link Lists} answers as a page or whole.
	 */
	public PlatformRoutes list(String path, Query query, Api.PlatformHandler handler) {
		return add(HttpMethod.GET, path, query, Lists.REPRESENTATIONS, handler);
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
	 * The table, for the bean that a module makes of it.
	 */
	public RouteTable build() {
		return new RouteTable();
	}

	private PlatformRoutes add(HttpMethod method, String path, Query query, Api.PlatformHandler handler) {
		return add(method, path, query, Set.of(Representation.JSON), handler);
	}

	private PlatformRoutes add(HttpMethod method, String path, Query query, Set<Representation> representations,
			Api.PlatformHandler handler) {
		Callers callers = this.api.callers();
		this.api.add(new Endpoint(method, path, Scope.PLATFORM_ADMIN, query, representations),
				(request) -> callers.subject(request, Scope.PLATFORM_ADMIN).flatMap((subject) -> {
					query.check(request);
					return handler.handle(subject, request);
				}));
		return this;
	}

}
