package app.stockroom.sales;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The columns of one line, checked one by one: whatever the service would refuse is found
 * here, before anything is posted.
 */
class Columns {

	/** The longest text the service takes, in characters. */
	private static final int MAX_TEXT = 256;

	/** The largest quantity the service takes: 2^53-1. */
	static final long MAX_QUANTITY = (1L << 53) - 1;

	private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,16}");

	// Plain decimals only: an exponent could ask for a number that fills the memory.
	private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,12}(\\.[0-9]{1,4})?");

	private static final Pattern NOT_TEXT = Pattern.compile("[\\p{Cntrl}\\uFFFD]");

	private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss")
		.withResolverStyle(ResolverStyle.STRICT);

	private final List<String> row;

	Columns(List<String> row) {
		this.row = row;
	}

	SaleLine line(long number) throws Malformed {
		return new SaleLine(number, name("InvoiceNo", 0), name("StockCode", 1), text("Description", 2), quantity(),
				time(), price());
	}

	private String name(String column, int index) throws Malformed {
		String name = text(column, index);
		if (name.isEmpty() || !name.equals(name.strip())) {
			throw new Malformed(column + " is empty or begins or ends with a space");
		}
		return name;
	}

	private String text(String column, int index) throws Malformed {
		String text = this.row.get(index);
		if (text.length() > MAX_TEXT) {
			throw new Malformed("%s is longer than %d characters".formatted(column, MAX_TEXT));
		}
		// Bytes that are not UTF-8 were read as U+FFFD.
		if (NOT_TEXT.matcher(text).find()) {
			throw new Malformed(column + " has control characters or is not UTF-8");
		}
		return text;
	}

	private long quantity() throws Malformed {
		String quantity = text("Quantity", 3);
		if (!INTEGER.matcher(quantity).matches() || Math.abs(Long.parseLong(quantity)) > MAX_QUANTITY) {
			throw new Malformed("Quantity '%s' is not an integer up to %d".formatted(quantity, MAX_QUANTITY));
		}
		return Long.parseLong(quantity);
	}

	private Instant time() throws Malformed {
		String time = text("InvoiceDate", 4);
		try {
			return LocalDateTime.parse(time, TIME).toInstant(ZoneOffset.UTC);
		}
		catch (DateTimeParseException ex) {
			throw new Malformed("InvoiceDate '%s' is not a time like 2010-12-01 08:26:00".formatted(time), ex);
		}
	}

	private BigDecimal price() throws Malformed {
		String price = text("UnitPrice", 5);
		if (!DECIMAL.matcher(price).matches()) {
			throw new Malformed("UnitPrice '%s' is not a number with at most 4 decimal places".formatted(price));
		}
		return new BigDecimal(price);
	}

	/** Why a line is not as it should be. */
	@SuppressWarnings("serial") // never serialized
	static final class Malformed extends Exception {

		Malformed(String reason) {
			super(reason);
		}

		Malformed(String reason, Throwable cause) {
			super(reason, cause);
		}

		String reason() {
			return String.valueOf(getMessage());
		}

	}

}
