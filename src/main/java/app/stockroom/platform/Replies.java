package app.stockroom.platform;

import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * Answers about one resource: its entity tag if it has versions, its place, and no body
 * for a client that prefers none.
 */
public final class Replies {

	private static final String MINIMAL = "return=minimal";

	private static final Pattern PLACE = Pattern.compile("(page|cursor)(=.*)?");

	private Replies() {
	}

	/**
	 * The resource as it is.
	 */
	public static Mono<ServerResponse> found(Object resource) {
		return Mono.just(new JsonReply(HttpStatus.OK, resource, tag(resource), null));
	}

	/**
	 * One page of a list, with a link to the next one if there is any.
	 */
	public static Mono<ServerResponse> page(ServerRequest request, PageJson page, JsonMapper json) {
		ServerResponse.BodyBuilder reply = ServerResponse.ok().contentType(MediaType.APPLICATION_JSON);
		if (page.nextCursor() != null) {
			reply.header(HttpHeaders.LINK, "<%s>; rel=\"next\"".formatted(next(request, page.nextCursor())));
		}
		return reply.bodyValue(page.bytes(json));
	}

	/**
	 * The same request with the cursor, relative, because a proxy may stand before us.
	 */
	private static String next(ServerRequest request, String cursor) {
		String query = request.uri().getRawQuery();
		String kept = Stream.of((query != null) ? query.split("&") : new String[0])
			.filter((parameter) -> !parameter.isEmpty() && !PLACE.matcher(parameter).matches())
			.map((parameter) -> parameter + "&")
			.collect(Collectors.joining());
		return request.requestPath().value() + "?" + kept + "cursor=" + cursor;
	}

	/**
	 * The resource after a change.
	 */
	public static Mono<ServerResponse> changed(ServerRequest request, Object resource) {
		return prefersMinimal(request) ? minimal(HttpStatus.NO_CONTENT, resource).build() : found(resource);
	}

	/**
	 * The new resource and where it is.
	 */
	public static Mono<ServerResponse> created(ServerRequest request, String location, Object resource) {
		return created(prefersMinimal(request), location, resource);
	}

	/**
	 * The new resource and where it is, for a client that {@link #prefersMinimal} or not.
	 */
	public static Mono<ServerResponse> created(boolean minimal, String location, Object resource) {
		return minimal ? minimal(HttpStatus.CREATED, resource).location(URI.create(location)).build()
				: Mono.just(new JsonReply(HttpStatus.CREATED, resource, tag(resource), location));
	}

	/**
	 * Whether the client wants no body. Cheaper to ask before a wait than after it, when
	 * the request is out of the processor's caches.
	 */
	public static boolean prefersMinimal(ServerRequest request) {
		List<String> preferences = request.exchange().getRequest().getHeaders().get("Prefer");
		return preferences != null && preferences.stream().anyMatch((value) -> value.contains(MINIMAL));
	}

	private static ServerResponse.BodyBuilder minimal(HttpStatus status, Object resource) {
		return ServerResponse.status(status)
			.headers((headers) -> headers.setETag(tag(resource)))
			.header("Preference-Applied", MINIMAL);
	}

	private static @Nullable String tag(Object resource) {
		return (resource instanceof Versioned versioned) ? Versioned.tag(versioned.version()) : null;
	}

}
