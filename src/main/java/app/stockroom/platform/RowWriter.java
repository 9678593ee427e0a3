package app.stockroom.platform;

/**
 * Writes rows in one representation, each whole and ended, so that whatever follows
 * stands on a line of its own.
 *
 * @param <T> the kind of row
 */
interface RowWriter<T> {

	/**
	 * Writes what stands before the first row.
	 */
	default void begin() {
	}

	void write(T row);

}
