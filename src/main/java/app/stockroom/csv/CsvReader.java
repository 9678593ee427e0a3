package app.stockroom.csv;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Reads CSV as in RFC 4180, row by row. Lines may end in LF as well as in CRLF, also
 * mixed; quotes stand around whole cells or nowhere. It guesses nothing: text that could
 * be meant in two ways is refused.
 */
public final class CsvReader {

	private static final int END = -1;

	private final Reader source;

	private final char separator;

	private final StringBuilder cell = new StringBuilder();

	private long line = 1;

	private long column;

	private int current;

	private boolean begun;

	public CsvReader(Reader source, char separator) {
		this.source = new BufferedReader(source);
		this.separator = separator;
	}

	/**
	 * The line that the next row starts on, from 1.
	 */
	public long line() {
		return this.line;
	}

	/**
	 * Reads the next row.
	 * @return the row, or null at the end
	 * @throws MalformedCsv if the text is not CSV
	 * @throws IOException if it cannot be read
	 */
	public @Nullable CsvRow next() throws IOException, MalformedCsv {
		if (!this.begun) {
			this.begun = true;
			advance();
		}
		if (this.current == END) {
			return null;
		}
		long start = this.line;
		List<String> cells = new ArrayList<>();
		cells.add(cell());
		while (this.current == this.separator) {
			advance();
			cells.add(cell());
		}
		endRow();
		return new CsvRow(start, cells);
	}

	/** Reads a cell and stands behind it. */
	private String cell() throws IOException, MalformedCsv {
		this.cell.setLength(0);
		if (this.current == '"') {
			quoted();
			if (!atEndOfCell()) {
				throw malformed("something follows a closing quote");
			}
		}
		while (!atEndOfCell()) {
			if (this.current == '"') {
				throw malformed("a quote stands in a cell that does not begin with one");
			}
			append();
		}
		return this.cell.toString();
	}

	private void quoted() throws IOException, MalformedCsv {
		long openedAtLine = this.line;
		long openedAtColumn = this.column;
		advance();
		while (true) {
			if (this.current == END) {
				throw new MalformedCsv(openedAtLine, openedAtColumn, "a quote is never closed");
			}
			if (this.current == '"') {
				advance();
				if (this.current != '"') {
					return;
				}
			}
			boolean lineEnds = this.current == '\n';
			append();
			if (lineEnds) {
				nextLine();
			}
		}
	}

	private boolean atEndOfCell() {
		return this.current == this.separator || this.current == '\n' || this.current == '\r' || this.current == END;
	}

	private void endRow() throws IOException, MalformedCsv {
		if (this.current == '\r') {
			advance();
			if (this.current != '\n') {
				throw malformed("a carriage return stands without a line feed");
			}
		}
		if (this.current == '\n') {
			advance();
			nextLine();
		}
	}

	/** The current character is the first of a new line. */
	private void nextLine() {
		this.line++;
		this.column = 1;
	}

	private void append() throws IOException {
		this.cell.append((char) this.current);
		advance();
	}

	private void advance() throws IOException {
		this.current = this.source.read();
		this.column++;
	}

	private MalformedCsv malformed(String reason) {
		return new MalformedCsv(this.line, this.column, reason);
	}

}
