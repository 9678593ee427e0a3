package app.stockroom.platform;

import java.net.URI;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
		return json(HttpStatus.OK, resource).bodyValue(resource);
	}

	/**
	 * One page of a list, with a link to the next one if there is any.
	 */
	public static Mono<ServerResponse> page(ServerRequest request, PageJson page, JsonMapper json) {
		ServerResponse.BodyBuilder reply = json(HttpStatus.OK, page);
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
		return prefersMinimal(request)
				? tagged(HttpStatus.NO_CONTENT, resource).header("Preference-Applied", MINIMAL).build()
				: found(resource);
	}

	/**
	 * The new resource and where it is.
	 */
	public static Mono<ServerResponse> created(ServerRequest request, String location, Object resource) {
		URI place = URI.create(location);
		return prefersMinimal(request)
				? tagged(HttpStatus.CREATED, resource).location(place).header("Preference-Applied", MINIMAL).build()
				: json(HttpStatus.CREATED, resource).location(place).bodyValue(resource);
	}

	private static boolean prefersMinimal(ServerRequest request) {
		return request.headers().header("Prefer").stream().anyMatch((value) -> value.contains(MINIMAL));
	}

	private static ServerResponse.BodyBuilder json(HttpStatus status, Object resource) {
		return tagged(status, resource).contentType(MediaType.APPLICATION_JSON);
	}

	private static ServerResponse.BodyBuilder tagged(HttpStatus status, Object resource) {
		ServerResponse.BodyBuilder reply = ServerResponse.status(status);
		return (resource instanceof Versioned versioned) ? reply.eTag(Versioned.tag(versioned.version())) : reply;
	}

}
