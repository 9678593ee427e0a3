package app.stockroom.platform;

import io.r2dbc.spi.Readable;

/**
 * Reads columns that the schema declares not null. One that is null all the same is a
 * mistake of ours and stops the read.
 */
public final class Columns {

	private Columns() {
	}

	/**
	 * Reads a column by its place, counted from 0: for rows that are read by the
	 * thousand, because the driver looks for a name among all columns.
	 */
	public static <T> T required(Readable row, int column, Class<T> type) {
		T value = row.get(column, type);
		if (value == null) {
			throw new IllegalStateException("The column " + column + " is null");
		}
		return value;
	}

	public static <T> T required(Readable row, String column, Class<T> type) {
		T value = row.get(column, type);
		if (value == null) {
			throw new IllegalStateException("The column " + column + " is null");
		}
		return value;
	}

}
