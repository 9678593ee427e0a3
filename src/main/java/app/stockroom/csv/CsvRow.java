package app.stockroom.csv;

import java.util.List;

/**
 * One row of a CSV document.
 *
 * @param line the line that it starts on, from 1; a quoted line break makes it end
 * further down
 * @param cells its cells, unquoted; a blank line is one empty cell
 */
public record CsvRow(long line, List<String> cells) {

	public boolean isBlank() {
		return this.cells.size() == 1 && this.cells.getFirst().isEmpty();
	}

}
