package app.stockroom.ledger;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.UUID;

import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * Idempotency keys at the edge of HTTP: reads the Idempotency-Key header, fingerprints
 * what the key stands on, and tells a replayed outcome from a first one.
 */
@Component
public class Idempotency {

	/** The header that makes a request safe to repeat. */
	public static final String HEADER = "Idempotency-Key";

	private static final String REPLAYED = "Idempotency-Replayed";

	/** A key: 1 to 256 visible ASCII characters. */
	public static final String PATTERN = "[!-~]{1,256}";

	private final JsonMapper json;

	Idempotency(JsonMapper json) {
		this.json = json;
	}

	/**
	 * The key of a request, or null if it has none.
	 * @param route what the request does, so that a key is good for one route only
	 * @param body the body as parsed, so that white space and order make no difference
	 */
	public Command.@Nullable Key of(ServerRequest request, String route, Object body) {
		String value = header(request);
		return (value != null) ? of(value, route, body) : null;
	}

	/**
	 * The key for a value that a client sent or that was derived from one.
	 */
	public Command.Key of(String value, String route, Object body) {
		MessageDigest digest = sha256();
		digest.update(route.getBytes(StandardCharsets.UTF_8));
		digest.update((byte) '\n');
		return new Command.Key(value, first128Bits(digest.digest(this.json.writeValueAsBytes(body))));
	}

	/**
	 * The value of the request's Idempotency-Key header, or null if it has none.
	 */
	public static @Nullable String header(ServerRequest request) {
		List<String> values = request.headers().header(HEADER);
		if (values.isEmpty()) {
			return null;
		}
		if (values.size() > 1 || !values.getFirst().matches(PATTERN)) {
			throw Problem.INVALID_REQUEST.because("The Idempotency-Key header is not valid.")
				.with(new Refusal.FieldError(HEADER, "malformed",
						"send it once, with 1 to 256 visible ASCII characters"));
		}
		return values.getFirst();
	}

	/**
	 * A fixed-length key for one part of a request that carried a key for the whole. The
	 * space keeps it apart from every key that a client can send.
	 */
	public static String part(String key, int index) {
		byte[] hash = sha256().digest(key.getBytes(StandardCharsets.US_ASCII));
		return first128Bits(hash) + " " + index;
	}

	/**
	 * The entries of an accepted command or the error of a refused one, after marking the
	 * response of a replayed one.
	 */
	public static Mono<List<Entry>> settle(ServerRequest request, Outcome outcome) {
		if (outcome.replayed()) {
			markReplayed(request);
		}
		return switch (outcome) {
			case Outcome.Accepted accepted -> Mono.just(accepted.entries());
			case Outcome.Refused refused -> Mono.error(refused.refusal());
		};
	}

	/**
	 * Tells the client that this outcome is not new.
	 */
	public static void markReplayed(ServerRequest request) {
		request.exchange().getResponse().getHeaders().set(REPLAYED, "true");
	}

	private static UUID first128Bits(byte[] hash) {
		ByteBuffer bits = ByteBuffer.wrap(hash);
		return new UUID(bits.getLong(), bits.getLong());
	}

	private static MessageDigest sha256() {
		try {
			return MessageDigest.getInstance("SHA-256");
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

}
