package app.stockroom.platform;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * Which versions of a resource a client is willing to change, as its If-Match header
 * says: any, when there is none.
 */
public final class IfMatch {

	/** A resource that changes under us this often in a row is refused as stale. */
	private static final int ATTEMPTS = 5;

	private final Set<String> tags;

	private IfMatch(Set<String> tags) {
		this.tags = tags;
	}

	public static IfMatch of(ServerRequest request) {
		return new IfMatch(request.headers()
			.header(HttpHeaders.IF_MATCH)
			.stream()
			.flatMap((value) -> Arrays.stream(value.split(",")))
			.map(String::strip)
			.collect(Collectors.toUnmodifiableSet()));
	}

	/**
	 * Refuses with {@code stale-version} when the client has seen another version.
	 */
	public void check(Versioned resource) {
		if (!any() && !this.tags.contains(Versioned.tag(resource.version()))) {
			throw Problem.STALE_VERSION.because("The version is " + resource.version() + " now: read it again.")
				.with("version", resource.version());
		}
	}

	/**
	 * Subscribes again to a change that reads, compiles and writes while others keep
	 * changing the resource in between. A client that named a version is told instead.
	 */
	public <T> Mono<T> attempt(Mono<T> change) {
		return any() ? change.retryWhen(Retry.max(ATTEMPTS)
			.filter((error) -> error instanceof Refusal refusal && refusal.problem() == Problem.STALE_VERSION)
			.onRetryExhaustedThrow((spec, signal) -> signal.failure())) : change;
	}

	private boolean any() {
		return this.tags.isEmpty() || this.tags.contains("*");
	}

}
