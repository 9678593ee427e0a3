package app.stockroom.platform;

import java.nio.charset.StandardCharsets;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Rows as CSV of RFC 4180 in UTF-8, with a header row.
 * <p>
 * Text that a spreadsheet would take for a formula gets a {@code '} in front, as OWASP
 * advises against CSV injection; so does text that begins with {@code '} before such a
 * character, so that one {@code '} less is always the original.
 */
final class Csv<T> implements RowWriter<T> {

	private static final String FORMULA = "=+-@\t\r";

	private final List<Table.Column<T>> columns;

	private final Bytes bytes;

	Csv(Table<T> table, Bytes bytes) {
		this.columns = table.columns();
		this.bytes = bytes;
	}

	@Override
	public void begin() {
		for (int i = 0; i < this.columns.size(); i++) {
			separate(i);
			text(this.columns.get(i).name());
		}
		end();
	}

	@Override
	public void write(T row) {
		for (int i = 0; i < this.columns.size(); i++) {
			separate(i);
			this.columns.get(i).cell().write(row, this);
		}
		end();
	}

	/** What can be neither a formula nor a separator. */
	void plain(@Nullable Object value) {
		if (value != null) {
			ascii(value.toString());
		}
	}

	/** Empty text is quoted, so that it is not taken for none. */
	void text(@Nullable String text) {
		if (text == null) {
			return;
		}
		byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
		boolean quoted = utf8.length == 0 || isToBeQuoted(utf8);
		if (quoted) {
			this.bytes.write('"');
		}
		if (isToBeGuarded(text)) {
			this.bytes.write('\'');
		}
		if (quoted) {
			writeDoublingQuotes(utf8);
			this.bytes.write('"');
		}
		else {
			this.bytes.write(utf8, 0, utf8.length);
		}
	}

	private static boolean isToBeQuoted(byte[] utf8) {
		if (utf8[0] == ' ' || utf8[utf8.length - 1] == ' ') {
			// Readers that trim leave alone what is quoted.
			return true;
		}
		for (byte next : utf8) {
			if (next == '"' || next == ',' || next == '\r' || next == '\n') {
				return true;
			}
		}
		return false;
	}

	private static boolean isToBeGuarded(String text) {
		int first = 0;
		while (first < text.length() && text.charAt(first) == '\'') {
			first++;
		}
		return first < text.length() && FORMULA.indexOf(text.charAt(first)) >= 0;
	}

	private void writeDoublingQuotes(byte[] utf8) {
		for (byte next : utf8) {
			if (next == '"') {
				this.bytes.write('"');
			}
			this.bytes.write(next);
		}
	}

	private void ascii(String text) {
		for (int i = 0; i < text.length(); i++) {
			this.bytes.write(text.charAt(i));
		}
	}

	private void separate(int column) {
		if (column > 0) {
			this.bytes.write(',');
		}
	}

	private void end() {
		this.bytes.write('\r');
		this.bytes.write('\n');
	}

}
