package app.stockroom.platform;

/**
 * A resource whose changes are counted, so that a client can say which state it has seen.
 */
public interface Versioned {

	/**
	 * The number of changes, which is the resource's entity tag.
	 */
	long version();

	/**
	 * The entity tag as it stands in ETag and If-Match.
	 */
	static String tag(long version) {
		return '"' + Long.toString(version) + '"';
	}

}
