package app.stockroom.platform;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.StringUtils;
import org.springframework.web.server.ServerWebExchange;

/**
 * Turns refusals into RFC 9457 problem documents.
 */
public final class Problems {

	private static final JsonMapper JSON = new JsonMapper();

	private Problems() {
	}

	/**
	 * Answers the request with the refusal's problem document and the headers that belong
	 * to its kind. The response must not be committed.
	 */
	public static Mono<Void> write(ServerWebExchange exchange, Refusal refusal) {
		ServerHttpResponse response = exchange.getResponse();
		response.setStatusCode(refusal.problem().status());
		HttpHeaders headers = response.getHeaders();
		headers.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
		addHeaders(headers, refusal, exchange.getRequest().getHeaders().containsHeader(HttpHeaders.AUTHORIZATION));
		Map<String, Object> document = document(refusal, exchange.getRequest().getPath().value());
		byte[] body = JSON.writeValueAsBytes(document);
		headers.setContentLength(body.length);
		return UnreadBody.takeIn(exchange.getRequest())
			.then(Mono.defer(() -> response.writeWith(Mono.fromSupplier(() -> wrap(response, body)))));
	}

	/**
	 * The members of a refusal's problem document that does not stand for a whole request
	 * but, say, for one element of a batch.
	 */
	public static Map<String, Object> document(Refusal refusal) {
		return document(refusal, null);
	}

	/**
	 * A refusal as text that {@link #decode} reads: what is written of both is the same
	 * document. Bad fields are left out; what has them is never kept.
	 */
	public static String encode(Refusal refusal) {
		return JSON.writeValueAsString(new Encoded(refusal.problem(), refusal.detail(), refusal.members()));
	}

	/**
	 * Reads what {@link #encode} wrote.
	 */
	public static Refusal decode(String text) {
		Encoded encoded = JSON.readValue(text, Encoded.class);
		Refusal refusal = encoded.problem.because(encoded.detail);
		encoded.members.forEach(refusal::with);
		return refusal;
	}

	private static Map<String, Object> document(Refusal refusal, @Nullable String instance) {
		Map<String, Object> document = new LinkedHashMap<>();
		document.put("type", "urn:stockroom:" + refusal.problem().code());
		document.put("title", refusal.problem().title());
		document.put("status", refusal.problem().status().value());
		document.put("detail", refusal.detail());
		if (instance != null) {
			document.put("instance", instance);
		}
		document.putAll(refusal.members());
		if (!refusal.errors().isEmpty()) {
			document.put("errors", refusal.errors());
		}
		return document;
	}

	private static void addHeaders(HttpHeaders headers, Refusal refusal, boolean tokenCame) {
		if (refusal.problem().status() == HttpStatus.SERVICE_UNAVAILABLE) {
			headers.set(HttpHeaders.RETRY_AFTER, "1");
		}
		else if (refusal.problem() == Problem.RATE_LIMITED) {
			headers.set(HttpHeaders.RETRY_AFTER, String.valueOf(refusal.members().get("retryAfter")));
		}
		else if (refusal.problem() == Problem.TOO_MANY_STREAMS) {
			// Until others have gone, which nobody knows.
			headers.set(HttpHeaders.RETRY_AFTER, "10");
		}
		else if (refusal.problem() == Problem.UNAUTHENTICATED) {
			// RFC 6750: no error code when the client sent no token at all.
			headers.set(HttpHeaders.WWW_AUTHENTICATE, tokenCame ? "Bearer error=\"invalid_token\"" : "Bearer");
		}
		else if (refusal.members().get("allow") instanceof Collection<?> methods) {
			headers.set(HttpHeaders.ALLOW, StringUtils.collectionToCommaDelimitedString(methods));
		}
	}

	private static DataBuffer wrap(ServerHttpResponse response, byte[] body) {
		return response.bufferFactory().wrap(body);
	}

	/**
	 * What a refusal consists of.
	 */
	private record Encoded(Problem problem, String detail, Map<String, Object> members) {
	}

}
