package app.stockroom.csv;

/**
 * Text that is not CSV, and where.
 */
@SuppressWarnings("serial") // never serialized
public final class MalformedCsv extends Exception {

	private final long line;

	private final long column;

	MalformedCsv(long line, long column, String reason) {
		super(reason);
		this.line = line;
		this.column = column;
	}

	/** The line, from 1. */
	public long line() {
		return this.line;
	}

	/** The character of the line, from 1. */
	public long column() {
		return this.column;
	}

	public String reason() {
		return String.valueOf(getMessage());
	}

}
