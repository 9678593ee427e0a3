package app.stockroom.inventory;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import app.stockroom.platform.Limits;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;

/**
 * Cuts a stream of buffers into lines, holding no more than one line and one buffer.
 */
final class Lines {

	private final ByteArrayOutputStream partial = new ByteArrayOutputStream();

	private boolean tooLong;

	private long number;

	private long index;

	private Lines() {
	}

	/**
	 * The lines of a body, blank ones left out.
	 */
	static Flux<Line> of(Flux<DataBuffer> body) {
		return Flux.defer(() -> {
			Lines lines = new Lines();
			return body.map(lines::cut)
				.concatWith(Flux.defer(() -> Flux.just(lines.last())))
				.concatMapIterable(Function.identity(), 1);
		});
	}

	private List<Line> cut(DataBuffer buffer) {
		byte[] bytes = new byte[buffer.readableByteCount()];
		buffer.read(bytes);
		DataBufferUtils.release(buffer);
		List<Line> lines = new ArrayList<>();
		int start = 0;
		for (int i = 0; i < bytes.length; i++) {
			if (bytes[i] == '\n') {
				append(bytes, start, i);
				end(lines);
				start = i + 1;
			}
		}
		append(bytes, start, bytes.length);
		return lines;
	}

	private List<Line> last() {
		List<Line> lines = new ArrayList<>();
		end(lines);
		return lines;
	}

	private void append(byte[] bytes, int from, int to) {
		// The rest of a line that is too long is read, so that the next one can be
		// found, but not kept.
		this.tooLong = this.tooLong || this.partial.size() + (to - from) > Limits.LINE_BYTES;
		if (!this.tooLong) {
			this.partial.write(bytes, from, to - from);
		}
	}

	private void end(List<Line> lines) {
		this.number++;
		byte[] bytes = this.partial.toByteArray();
		if (this.tooLong || !blank(bytes)) {
			lines.add(new Line(this.index++, this.number, this.tooLong ? null : bytes));
		}
		this.partial.reset();
		this.tooLong = false;
	}

	private static boolean blank(byte[] bytes) {
		for (byte character : bytes) {
			if (character != ' ' && character != '\t' && character != '\r') {
				return false;
			}
		}
		return true;
	}

	/**
	 * One line of a body.
	 *
	 * @param index the line's place among those that are not blank, from 0
	 * @param number the line's number, from 1, blank lines included
	 * @param text its bytes, or null if it is longer than a line may be
	 */
	record Line(long index, long number, byte @Nullable [] text) {
	}

}
