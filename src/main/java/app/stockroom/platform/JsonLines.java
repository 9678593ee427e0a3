package app.stockroom.platform;

import tools.jackson.databind.SequenceWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Rows as lines of JSON, each the same as in a page.
 */
final class JsonLines<T> implements RowWriter<T> {

	private final SequenceWriter json;

	private final Bytes bytes;

	JsonLines(JsonMapper json, Bytes bytes) {
		this.json = json.writer().withRootValueSeparator("").writeValues(bytes);
		this.bytes = bytes;
	}

	@Override
	public void write(T row) {
		this.json.write(row);
		this.json.flush();
		this.bytes.write('\n');
	}

}
