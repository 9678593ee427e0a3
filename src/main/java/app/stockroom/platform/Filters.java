package app.stockroom.platform;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * Reads the values of the query, which has been checked to have no other parameters than
 * its route takes. A bad one is remembered, so that {@link #check()} refuses with all of
 * them at once; an absent one is null.
 */
public final class Filters {

	private final ServerRequest request;

	private final List<Refusal.FieldError> errors = new ArrayList<>();

	public Filters(ServerRequest request) {
		this.request = request;
	}

	/**
	 * A switch that is off when absent.
	 */
	public boolean flag(String name) {
		return Boolean.TRUE.equals(one(name, "true or false", (value) -> switch (value) {
			case "true" -> true;
			case "false" -> false;
			default -> null;
		}));
	}

	public @Nullable UUID id(String name) {
		return one(name, "a UUID", Ids::parse);
	}

	public @Nullable String text(String name) {
		return this.request.queryParam(name).orElse(null);
	}

	public @Nullable Long number(String name) {
		return one(name, "a whole number from 0",
				(value) -> (value.length() <= 18 && value.chars().allMatch(Filters::digit)) ? Long.valueOf(value)
						: null);
	}

	/**
	 * An instant in ISO 8601.
	 */
	public @Nullable Instant instant(String name) {
		return one(name, "an ISO-8601 time from year 1 to 9999 in UTC, such as 2026-11-21T20:00:00Z", Filters::time);
	}

	/**
	 * A moment of a ledger: a sequence or an instant.
	 */
	public @Nullable Moment moment(String name) {
		return one(name, "a sequence or an ISO-8601 time in UTC", (value) -> {
			if (value.matches("[0-9]{1,18}")) {
				return new Moment(Long.valueOf(value), null);
			}
			Instant time = time(value);
			return (time != null) ? new Moment(null, time) : null;
		});
	}

	/**
	 * Several words, as a repeated parameter or separated by commas.
	 */
	public <E extends Enum<E>> Set<E> several(String name, Class<E> type) {
		Set<E> words = EnumSet.noneOf(type);
		values(name).flatMap((value) -> Arrays.stream(value.split(",", -1))).forEach((value) -> {
			E word = parse(name, value, expected(type), (text) -> Enum.valueOf(type, text));
			if (word != null) {
				words.add(word);
			}
		});
		return words;
	}

	/**
	 * Refuses if anything that was read is bad.
	 */
	public void check() {
		if (!this.errors.isEmpty()) {
			Refusal refusal = Problem.INVALID_REQUEST.because("The query is not valid.");
			this.errors.forEach(refusal::with);
			throw refusal;
		}
	}

	private <T> @Nullable T one(String name, String expected, Parser<T> parser) {
		return values(name).findFirst().map((value) -> parse(name, value, expected, parser)).orElse(null);
	}

	private <T> @Nullable T parse(String name, String value, String expected, Parser<T> parser) {
		T parsed;
		try {
			parsed = parser.parse(value);
		}
		catch (IllegalArgumentException ex) {
			parsed = null;
		}
		if (parsed == null) {
			this.errors.add(new Refusal.FieldError(name, "malformed", "must be " + expected));
		}
		return parsed;
	}

	private Stream<String> values(String name) {
		return this.request.queryParams().getOrDefault(name, List.of()).stream();
	}

	private static <E extends Enum<E>> String expected(Class<E> type) {
		return "one of " + Arrays.toString(type.getEnumConstants());
	}

	private static @Nullable Instant time(String value) {
		try {
			// No year beyond these fits into a timestamptz.
			return value.matches("(?!0000)[0-9]{4}-.{1,40}") ? Instant.parse(value) : null;
		}
		catch (DateTimeException malformed) {
			return null;
		}
	}

	private static boolean digit(int character) {
		return character >= '0' && character <= '9';
	}

	/** Reads a value; null or an IllegalArgumentException says that it is bad. */
	private interface Parser<T> {

		@Nullable T parse(String value);

	}

}
