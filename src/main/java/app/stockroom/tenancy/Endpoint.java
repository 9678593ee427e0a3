package app.stockroom.tenancy;

import java.util.Set;

import app.stockroom.platform.Query;
import app.stockroom.platform.Representation;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpMethod;

/**
 * One line of the route table.
 *
 * @param method the method; HEAD and OPTIONS come by themselves
 * @param path the path's pattern
 * @param scope what the token must allow; null where no token is needed
 * @param query the query parameters that the route takes
 * @param representations the forms it answers in, of which the client chooses by Accept
 */
public record Endpoint(HttpMethod method, String path, @Nullable Scope scope, Query query,
		Set<Representation> representations) {

	/**
	 * Whether the route answers with an event stream, and only when asked for one.
	 */
	public boolean stream() {
		return this.representations.contains(Representation.EVENTS);
	}

}
