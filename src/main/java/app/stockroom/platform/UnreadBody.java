package app.stockroom.platform;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;

import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;

/**
 * What a client still sends while its request is refused already.
 * <p>
 * On a connection that is kept the server reads on behind its answer by itself. One that
 * is closed behind it would be reset by what still comes in, and a reset may overtake the
 * answer: there the rest is taken in first.
 */
final class UnreadBody {

	private static final Duration PATIENCE = Duration.ofSeconds(2);

	private UnreadBody() {
	}

	/**
	 * Completes, never with an error, when the answer may be written.
	 */
	static Mono<Void> takeIn(ServerHttpRequest request) {
		return isInTheWay(request) ? rest(request) : Mono.empty();
	}

	private static boolean isInTheWay(ServerHttpRequest request) {
		HttpHeaders headers = request.getHeaders();
		boolean body = headers.getContentLength() > 0 || headers.containsHeader(HttpHeaders.TRANSFER_ENCODING);
		// Who waits to be told to go on has not sent it, and now will not.
		return body && !headers.containsHeader(HttpHeaders.EXPECT)
				&& ServerHttpRequestDecorator.getNativeRequest(request) instanceof HttpServerRequest http
				&& !http.isKeepAlive();
	}

	private static Mono<Void> rest(ServerHttpRequest request) {
		AtomicLong taken = new AtomicLong();
		return request.getBody().takeUntil((buffer) -> {
			long bytes = taken.addAndGet(buffer.readableByteCount());
			DataBufferUtils.release(buffer);
			return bytes > Limits.IMPORT_BYTES;
		})
			.then()
			.timeout(PATIENCE, Mono.empty())
			// It was read before: there is no rest.
			.onErrorComplete();
	}

}
