package app.stockroom.tenancy;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;

import app.stockroom.platform.Ids;
import app.stockroom.platform.PageRequest;
import io.r2dbc.spi.Readable;
import org.jspecify.annotations.Nullable;

/**
 * Something to sort a list by. It is never null, so that one comparison of rows tells
 * what comes behind an item: where a column may be null, the expression says what that
 * counts as.
 *
 * @param expression SQL over the list's selected columns
 * @param kind the kind of its values
 */
public record Sort(String expression, Kind kind) {

	public static Sort text(String expression) {
		return new Sort(expression, Kind.TEXT);
	}

	public static Sort whole(String expression) {
		return new Sort(expression, Kind.WHOLE);
	}

	public static Sort decimal(String expression) {
		return new Sort(expression, Kind.DECIMAL);
	}

	public static Sort time(String expression) {
		return new Sort(expression, Kind.TIME);
	}

	public static Sort id(String expression) {
		return new Sort(expression, Kind.ID);
	}

	/** A row's value as a cursor carries it. */
	String read(Readable row, String column) {
		Object value = Objects.requireNonNull(row.get(column, this.kind.type));
		return (value instanceof BigDecimal decimal) ? decimal.toPlainString() : value.toString();
	}

	/**
	 * A cursor's value as it is bound.
	 * @throws app.stockroom.platform.Refusal 400 where it is none of this kind
	 */
	Object parse(String text) {
		Object value;
		try {
			value = this.kind.parser.apply(text);
		}
		catch (NumberFormatException | DateTimeException foreign) {
			value = null;
		}
		if (value == null) {
			throw PageRequest.foreignCursor();
		}
		return value;
	}

	/** The kinds of values. */
	enum Kind {

		TEXT(String.class, (text) -> text), WHOLE(Long.class, Long::valueOf), DECIMAL(BigDecimal.class, Kind::price),
		TIME(Instant.class, Kind::time), ID(UUID.class, Ids::parse);

		private final Class<?> type;

		private final Function<String, @Nullable Object> parser;

		Kind(Class<?> type, Function<String, @Nullable Object> parser) {
			this.type = type;
			this.parser = parser;
		}

		/** Not 1e999999999, which is short to write and long to calculate with. */
		private static @Nullable Object price(String text) {
			return text.matches("-?[0-9]{1,20}(\\.[0-9]{1,10})?") ? new BigDecimal(text) : null;
		}

		/** Not the year 1000000000, which a database cannot bind. */
		private static @Nullable Object time(String text) {
			return text.matches("[0-9]{4}-.{1,40}") ? Instant.parse(text) : null;
		}

	}

}
