package app.stockroom.live;

/**
 * What one sequence says to a subscriber, encoded once for all of them: one event or
 * several, which are never sent apart.
 *
 * @param sequence the sequence, which is the position after the frame
 * @param key what the frame is the latest state of, when frames are conflated
 * @param bytes the events as they go over the wire; shared, never written to
 */
record Frame(long sequence, Object key, byte[] bytes) {

	/** A frame with this key replaces an older one whatever it is about. */
	static final Object HEARTBEAT = "heartbeat";

}
