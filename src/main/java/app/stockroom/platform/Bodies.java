package app.stockroom.platform;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import app.stockroom.platform.Refusal.FieldError;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.DatabindException;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * Reads JSON bodies strictly: what a client sends is what is understood, or it is refused
 * with every bad field at once.
 */
@Component
public class Bodies {

	private static final MediaType MERGE_PATCH = new MediaType("application", "merge-patch+json");

	private static final byte[] NOTHING = {};

	private final StrictJson json = new StrictJson();

	private final Constraints constraints = new Constraints();

	/**
	 * Reads a body of at most {@link Limits#BODY_BYTES}.
	 * @return the record, or a refusal of 400, 413 or 415; never empty
	 */
	public <T> Mono<T> read(ServerRequest request, Class<T> type) {
		return bytes(request, Limits.BODY_BYTES).map((bytes) -> parse(bytes, type));
	}

	/**
	 * Reads a body that may be missing: then it counts as an empty object.
	 */
	public <T> Mono<T> readOptional(ServerRequest request, Class<T> type) {
		byte[] absent = "{}".getBytes(StandardCharsets.UTF_8);
		if (request.headers().contentType().isEmpty() && request.headers().contentLength().orElse(0) == 0) {
			return Mono.fromSupplier(() -> parse(absent, type));
		}
		return bytes(request, Limits.BODY_BYTES).map((bytes) -> parse((bytes.length == 0) ? absent : bytes, type));
	}

	/**
	 * Reads the bytes of a JSON body.
	 * @param limit the most bytes
	 * @return the bytes, empty where the body is; or a refusal of 413 or 415
	 */
	public Mono<byte[]> bytes(ServerRequest request, int limit) {
		return bytes(request, limit, Set.of(MediaType.APPLICATION_JSON));
	}

	/**
	 * Reads a JSON merge patch, which may also come as plain JSON.
	 * @param clearable the fields that may be null
	 */
	public <T> Mono<Patch<T>> patch(ServerRequest request, Class<T> type, Set<String> clearable) {
		return bytes(request, Limits.BODY_BYTES, Set.of(MERGE_PATCH, MediaType.APPLICATION_JSON))
			.map((bytes) -> patch(bytes, type, clearable));
	}

	private <T> Patch<T> patch(byte[] document, Class<T> type, Set<String> clearable) {
		Set<String> cleared = this.json.nulls(document);
		Refusal refusal = StrictJson.invalid();
		T change = null;
		try {
			change = parse(document, type);
		}
		catch (Refusal unfit) {
			unfit.errors().forEach(refusal::with);
		}
		List<String> told = refusal.errors().stream().map(FieldError::field).toList();
		cleared.stream()
			.filter((field) -> !clearable.contains(field) && !told.contains(field))
			.forEach((field) -> refusal.with(new FieldError(field, "required", "cannot be taken away")));
		if (change == null || !refusal.errors().isEmpty()) {
			throw refusal;
		}
		return new Patch<>(change, cleared);
	}

	/**
	 * Reads the bytes of a body of one of these media types, in UTF-8.
	 * @param limit the most bytes
	 * @return the bytes, empty where the body is; or a refusal of 413 or 415
	 */
	public Mono<byte[]> bytes(ServerRequest request, int limit, Set<MediaType> types) {
		requireType(request, types);
		if (request.headers().contentLength().orElse(0) > limit) {
			return Mono.error(tooLarge(limit));
		}
		return DataBufferUtils.join(request.exchange().getRequest().getBody(), limit)
			.onErrorMap(DataBufferLimitException.class, (_) -> tooLarge(limit))
			.map(Bodies::take)
			.defaultIfEmpty(NOTHING);
	}

	/**
	 * Reads one JSON document, such as a line or a body.
	 * @throws Refusal 400 with every bad field
	 */
	public <T> T parse(byte[] document, Class<T> type) {
		if (document.length == 0) {
			throw StrictJson.invalid().with(new FieldError("body", "required", "is missing"));
		}
		T value;
		try {
			value = this.json.read(document, type);
		}
		catch (DatabindException | InputCoercionException misfit) {
			throw new Misfits(this.json, this.constraints).of(document, type);
		}
		catch (JacksonException malformed) {
			throw StrictJson.malformed(malformed);
		}
		List<FieldError> errors = this.constraints.check(value);
		if (!errors.isEmpty()) {
			Refusal refusal = StrictJson.invalid();
			errors.forEach(refusal::with);
			throw refusal;
		}
		return value;
	}

	/**
	 * Reads one JSON document and releases its buffer.
	 * @throws Refusal 400 with every bad field
	 */
	public <T> T parse(DataBuffer document, Class<T> type) {
		return parse(take(document), type);
	}

	private static void requireType(ServerRequest request, Set<MediaType> types) {
		MediaType type = request.headers().contentType().orElse(null);
		boolean utf8 = type == null || type.getCharset() == null || type.getCharset().equals(StandardCharsets.UTF_8);
		if (type == null || types.stream().noneMatch(type::equalsTypeAndSubtype) || !utf8) {
			String expected = types.stream().map(MediaType::toString).sorted().collect(Collectors.joining(" or "));
			throw Problem.UNSUPPORTED_MEDIA_TYPE.because("Send " + expected + " in UTF-8.");
		}
	}

	private static Refusal tooLarge(int limit) {
		return Problem.CONTENT_TOO_LARGE.because("The body has at most %d bytes.".formatted(limit))
			.with("limit", limit);
	}

	private static byte[] take(DataBuffer buffer) {
		byte[] bytes = new byte[buffer.readableByteCount()];
		buffer.read(bytes);
		DataBufferUtils.release(buffer);
		return bytes;
	}

}
