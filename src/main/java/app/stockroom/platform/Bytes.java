package app.stockroom.platform;

import java.io.OutputStream;
import java.util.Arrays;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;

/**
 * Bytes of rows on their way out: one array that is filled, emptied into a buffer of the
 * server's, and filled again. Not for several threads at once.
 */
final class Bytes extends OutputStream {

	private final DataBufferFactory buffers;

	private byte[] array = new byte[2 * Limits.EXPORT_BUFFER_BYTES];

	private int size;

	Bytes(DataBufferFactory buffers) {
		this.buffers = buffers;
	}

	int size() {
		return this.size;
	}

	/**
	 * Appends one byte: a character of ASCII, or a part of another.
	 */
	@Override
	public void write(int value) {
		reserve(1);
		this.array[this.size++] = (byte) value;
	}

	@Override
	public void write(byte[] bytes, int offset, int length) {
		reserve(length);
		System.arraycopy(bytes, offset, this.array, this.size, length);
		this.size += length;
	}

	/** Takes what was written, in one buffer. */
	DataBuffer drain() {
		DataBuffer buffer = this.buffers.allocateBuffer(this.size).write(this.array, 0, this.size);
		this.size = 0;
		return buffer;
	}

	private void reserve(int length) {
		if (this.array.length - this.size < length) {
			this.array = Arrays.copyOf(this.array, Math.max(2 * this.array.length, this.size + length));
		}
	}

}
