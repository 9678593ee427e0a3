package app.stockroom.platform;

import java.util.Map;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.core.ResolvableType;
import org.springframework.core.codec.Encoder;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseCookie;
import org.springframework.http.codec.EncoderHttpMessageWriter;
import org.springframework.http.codec.HttpMessageWriter;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.CollectionUtils;
import org.springframework.util.MultiValueMap;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ServerWebExchange;

/**
 * A resource as JSON, encoded at once by the encoder that Spring would choose. What
 * {@link ServerResponse}'s own builder makes of a value that is there already goes
 * through a dozen operators and a second set of headers.
 *
 * @param statusCode the status
 * @param resource what is encoded
 * @param tag the resource's entity tag, or null if it has no versions
 * @param location where a new resource is, or null
 */
record JsonReply(HttpStatus statusCode, Object resource, @Nullable String tag,
		@Nullable String location) implements ServerResponse {

	@Override
	public HttpHeaders headers() {
		HttpHeaders headers = new HttpHeaders();
		addTo(headers);
		return headers;
	}

	private void addTo(HttpHeaders headers) {
		headers.set(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON_VALUE);
		if (this.tag != null) {
			headers.set(HttpHeaders.ETAG, this.tag);
		}
		if (this.location != null) {
			headers.set(HttpHeaders.LOCATION, this.location);
		}
	}

	@Override
	public MultiValueMap<String, ResponseCookie> cookies() {
		return CollectionUtils.toMultiValueMap(Map.of());
	}

	@Override
	public Mono<Void> writeTo(ServerWebExchange exchange, Context context) {
		ServerHttpResponse response = exchange.getResponse();
		response.setStatusCode(this.statusCode);
		addTo(response.getHeaders());
		if (this.tag != null && isSafe(exchange.getRequest().getMethod()) && exchange.checkNotModified(this.tag)) {
			return response.setComplete();
		}
		ResolvableType type = ResolvableType.forInstance(this.resource);
		DataBuffer body = encoder(context, type).encodeValue(this.resource, response.bufferFactory(), type,
				MediaType.APPLICATION_JSON, Map.of());
		response.getHeaders().setContentLength(body.readableByteCount());
		return response.writeWith(Mono.just(body));
	}

	private static boolean isSafe(HttpMethod method) {
		return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
	}

	@SuppressWarnings("unchecked") // it says that it can encode the type
	private static Encoder<Object> encoder(Context context, ResolvableType type) {
		for (HttpMessageWriter<?> writer : context.messageWriters()) {
			if (writer instanceof EncoderHttpMessageWriter<?> encoding
					&& encoding.canWrite(type, MediaType.APPLICATION_JSON)) {
				return (Encoder<Object>) encoding.getEncoder();
			}
		}
		throw new IllegalStateException("No encoder writes " + type + " as JSON");
	}

}
