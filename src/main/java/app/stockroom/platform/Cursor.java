package app.stockroom.platform;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A place in a list as clients carry it: behind the item with these values. It holds for
 * the question it was an answer to and for no other, because another order or another
 * filter has its items elsewhere.
 *
 * @param version the form of the cursor, so that old ones are refused and not misread
 * @param question the fingerprint of tenant, path, filters and order
 * @param after the last item's values in the list's order
 */
record Cursor(@JsonProperty("v") int version, @JsonProperty("q") long question, @JsonProperty("k") List<String> after) {

	private static final int VERSION = 1;

	private static final JsonMapper JSON = new JsonMapper();

	static Cursor of(String question, List<String> after) {
		return new Cursor(VERSION, fingerprint(question), after);
	}

	/**
	 * Reads a cursor that was made for the same question.
	 * @throws Refusal 400 where it was not, or is none
	 */
	static Cursor parse(String text, String question) {
		Cursor cursor;
		try {
			cursor = JSON.readValue(Base64.getUrlDecoder().decode(text), Cursor.class);
		}
		catch (IllegalArgumentException | JacksonException garbage) {
			throw refuse("is no cursor of this service");
		}
		if (!isWhole(cursor)) {
			throw refuse("is no cursor of this service");
		}
		if (cursor.question != fingerprint(question)) {
			throw refuse("belongs to another list, filter or order: repeat those it came with, or begin without it");
		}
		return cursor;
	}

	static Refusal refuse(String detail) {
		return Problem.INVALID_REQUEST.because("The query is not valid.")
			.with(new Refusal.FieldError("cursor", "malformed", detail));
	}

	String encode() {
		return Base64.getUrlEncoder().withoutPadding().encodeToString(JSON.writeValueAsBytes(this));
	}

	@SuppressWarnings("ConstantConditions") // what came from outside knows no rules
	private static boolean isWhole(@Nullable Cursor cursor) {
		return cursor != null && cursor.version == VERSION && cursor.after != null
				&& cursor.after.stream().allMatch((value) -> value != null && Text.isClean(value));
	}

	private static long fingerprint(String question) {
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256").digest(question.getBytes(StandardCharsets.UTF_8));
			return ByteBuffer.wrap(digest).getLong();
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java has SHA-256", ex);
		}
	}

}
