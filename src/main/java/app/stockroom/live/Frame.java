package app.stockroom.live;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;

/**
 * What one sequence says to a subscriber, encoded once for all of them: one event or
 * several, which are never sent apart.
 *
 * @param sequence the sequence, which is the position after the frame
 * @param key what the frame is the latest state of, when frames are conflated
 * @param bytes the events as they go over the wire; shared, never written to
 * @param committedAt when the entry was written, in microseconds since 1970
 */
record Frame(long sequence, Object key, byte[] bytes, long committedAt) {

	/** A frame with this key replaces an older one whatever it is about. */
	static final Object HEARTBEAT = "heartbeat";

	/** The time of a frame that is no news. */
	static final long UNTIMED = 0;

	private static final byte[] POSITION = "\nid: ".getBytes(StandardCharsets.US_ASCII);

	static long micros(Instant time) {
		return ChronoUnit.MICROS.between(Instant.EPOCH, time);
	}

	/**
	 * The events without the position, which ends them: for a reader who has not reached
	 * it yet.
	 */
	byte[] withoutPosition() {
		int end = this.bytes.length - POSITION.length;
		while (!Arrays.equals(this.bytes, end, end + POSITION.length, POSITION, 0, POSITION.length)) {
			end--;
		}
		byte[] shorter = Arrays.copyOf(this.bytes, end + 2);
		shorter[end] = '\n';
		shorter[end + 1] = '\n';
		return shorter;
	}

}
