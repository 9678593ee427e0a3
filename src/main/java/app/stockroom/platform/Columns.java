package app.stockroom.platform;

import io.r2dbc.spi.Readable;

/**
 * Reads columns that the schema declares not null. One that is null all the same is a
 * mistake of ours and stops the read.
 */
public final class Columns {

	private Columns() {
	}

	public static <T> T required(Readable row, String column, Class<T> type) {
		T value = row.get(column, type);
		if (value == null) {
			throw new IllegalStateException("The column " + column + " is null");
		}
		return value;
	}

}
