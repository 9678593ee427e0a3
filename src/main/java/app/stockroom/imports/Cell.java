package app.stockroom.imports;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.regex.Pattern;

import app.stockroom.platform.Limits;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * What stands in a column, and how a cell of it becomes a JSON value, so that a row is
 * judged by the very rules of the JSON bodies.
 */
public enum Cell {

	/** Text that must be there. */
	NAME {

		@Override
		void put(ObjectNode row, String column, String cell) {
			row.put(column, plain(cell));
		}

	},

	/** Text that may be missing. */
	TEXT {

		@Override
		void put(ObjectNode row, String column, String cell) {
			if (!cell.isEmpty()) {
				row.put(column, plain(cell));
			}
		}

	},

	/** An id or a word of an enumeration. */
	WORD {

		@Override
		void put(ObjectNode row, String column, String cell) {
			if (!cell.isBlank()) {
				row.put(column, cell.strip());
			}
		}

	},

	/** A number, with a point before its decimal places. */
	NUMBER {

		@Override
		void put(ObjectNode row, String column, String cell) {
			String number = cell.strip();
			if (number.length() <= Limits.NUMBER_LENGTH && DECIMAL.matcher(number).matches()) {
				row.put(column, new BigDecimal(number));
			}
			else {
				WORD.put(row, column, cell);
			}
		}

	},

	/**
	 * Texts with {@code |} between them, or a JSON array of them, as our export writes.
	 */
	LIST {

		@Override
		void put(ObjectNode row, String column, String cell) {
			if (cell.startsWith("[")) {
				row.set(column, array(cell));
			}
			else if (!cell.isBlank()) {
				Arrays.stream(plain(cell).split("\\|", -1)).map(String::strip).forEach(row.withArray(column)::add);
			}
		}

	},

	/** What our own export writes and nobody can set. */
	READ_ONLY {

		@Override
		void put(ObjectNode row, String column, String cell) {
			// says nothing
		}

	};

	private static final Pattern DECIMAL = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]{1,4})?");

	private static final JsonMapper JSON = new JsonMapper();

	/** Text that a spreadsheet would take for a formula, as our own export writes it. */
	private static final Pattern DEFUSED = Pattern.compile("(?s)'+[=+\\-@\t\r].*");

	abstract void put(ObjectNode row, String column, String cell);

	private static JsonNode array(String cell) {
		try {
			return JSON.readTree(cell);
		}
		catch (JacksonException malformed) {
			// Text is no array either, and is refused as such with the rest of the row.
			return StringNode.valueOf(cell);
		}
	}

	/**
	 * The text that a cell stands for.
	 */
	static String plain(String cell) {
		return DEFUSED.matcher(cell).matches() ? cell.substring(1) : cell;
	}

}
