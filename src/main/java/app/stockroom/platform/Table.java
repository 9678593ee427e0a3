package app.stockroom.platform;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The columns that a list has as a table. Each has the name of the JSON property it comes
 * from; a property of a nested object has both names: {@code product.sku} is
 * {@code productSku}.
 *
 * @param <T> the kind of row
 */
public final class Table<T> {

	private static final JsonMapper JSON = new JsonMapper();

	private final String name;

	private final List<Column<T>> columns = new ArrayList<>();

	private Table(String name) {
		this.name = name;
	}

	/**
	 * A table without columns.
	 * @param name the name of its file, without extension
	 */
	public static <T> Table<T> named(String name) {
		return new Table<>(name);
	}

	/**
	 * Adds a column of text that people wrote.
	 */
	public Table<T> text(String column, Function<T, @Nullable String> value) {
		return add(column, (row, csv) -> csv.text(value.apply(row)));
	}

	/**
	 * Adds a column of what we write: numbers, ids, times, words, yes and no.
	 */
	public Table<T> plain(String column, Function<T, @Nullable Object> value) {
		return add(column, (row, csv) -> csv.plain(value.apply(row)));
	}

	/**
	 * Adds a column of what has no place in a table and stands there as JSON.
	 */
	public Table<T> json(String column, Function<T, @Nullable Object> value) {
		return add(column, (row, csv) -> {
			Object json = value.apply(row);
			csv.text((json != null) ? JSON.writeValueAsString(json) : null);
		});
	}

	String name() {
		return this.name;
	}

	List<Column<T>> columns() {
		return this.columns;
	}

	private Table<T> add(String column, Cell<T> cell) {
		this.columns.add(new Column<>(column, cell));
		return this;
	}

	/** One column. */
	record Column<T>(String name, Cell<T> cell) {
	}

	/** Writes a row's value of one column. */
	interface Cell<T> {

		void write(T row, Csv<?> csv);

	}

}
