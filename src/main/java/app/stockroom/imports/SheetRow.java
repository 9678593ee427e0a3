package app.stockroom.imports;

import java.util.List;
import java.util.Map;

import app.stockroom.platform.Limits;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * One row of a sheet.
 *
 * @param line the line that it starts on, from 1
 * @param header the sheet's columns, in order
 * @param kinds what stands in them
 * @param cells its cells, as they came
 */
public record SheetRow(long line, List<String> header, Map<String, Cell> kinds, List<String> cells) {

	private static final JsonMapper JSON = new JsonMapper();

	/**
	 * The text of a column; empty where there is none.
	 */
	public String text(String column) {
		int index = this.header.indexOf(column);
		return (index >= 0 && index < this.cells.size()) ? Cell.plain(this.cells.get(index)) : "";
	}

	/**
	 * Whether the row says that there is nothing: not the same as no such column.
	 */
	public boolean isEmpty(String column) {
		return this.header.contains(column) && text(column).isBlank();
	}

	/**
	 * The row as a JSON document with a property for each cell that says something.
	 * @throws Refusal if it has more or fewer cells than the header has columns
	 */
	public byte[] json() {
		if (this.cells.size() != this.header.size()) {
			throw Problem.INVALID_REQUEST.because("The row does not fit the header.")
				.with(new Refusal.FieldError("row", "malformed",
						"has %d cells, the header %d columns".formatted(this.cells.size(), this.header.size())));
		}
		ObjectNode row = JSON.createObjectNode();
		for (int i = 0; i < this.cells.size(); i++) {
			String column = this.header.get(i);
			this.kinds.getOrDefault(column, Cell.READ_ONLY).put(row, column, this.cells.get(i));
		}
		return JSON.writeValueAsBytes(row);
	}

	/**
	 * A text of the row as far as a report repeats it.
	 */
	String shown(String column) {
		String text = text(column);
		return (text.length() <= Limits.TEXT_LENGTH) ? text : "";
	}

}
