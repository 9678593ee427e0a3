package app.stockroom.replay;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts chunks, as the network delivers them, into lines. A last line without a line break
 * is not whole and is never handed out.
 */
class LineSplitter {

	private final ByteArrayOutputStream begun = new ByteArrayOutputStream();

	List<byte[]> split(byte[] chunk) {
		List<byte[]> lines = new ArrayList<>();
		int from = 0;
		for (int at = 0; at < chunk.length; at++) {
			if (chunk[at] == '\n') {
				this.begun.write(chunk, from, at - from);
				lines.add(this.begun.toByteArray());
				this.begun.reset();
				from = at + 1;
			}
		}
		this.begun.write(chunk, from, chunk.length - from);
		return lines;
	}

}
