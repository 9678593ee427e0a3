package app.stockroom.live;

import java.time.Duration;

/**
 * Every limit of the live feed, named once: what a feed may hold, ask and wait for.
 */
final class FeedLimits {

	/** Events that wait for one subscriber. */
	static final int QUEUED_EVENTS = 1024;

	/** Bytes that wait for one subscriber. */
	static final int QUEUED_BYTES = 1024 * 1024;

	/** Records whose latest state waits for one conflated subscriber. */
	static final int CONFLATED_RECORDS = 16 * 1024;

	/** Bytes that are handed to the network in one write. */
	static final int WRITE_BYTES = 16 * 1024;

	/**
	 * Bytes that the system may hold for one reader: enough for megabytes a second on a
	 * long line.
	 */
	static final int SOCKET_BYTES = 128 * 1024;

	/** Entries that a feed reads in one query when it was not told of them. */
	static final int CHUNK = 500;

	/** Changes of one tenant that are remembered for those who come back. */
	static final int RECENT_CHANGES = 8192;

	/** Bytes of one tenant's changes that are remembered. */
	static final int RECENT_BYTES = 8 * 1024 * 1024;

	/**
	 * Bytes of one tenant's changes that are remembered however many tenants there are.
	 */
	static final int RECENT_BYTES_LEAST = 32 * 1024;

	/** Bytes of all tenants' changes that one process remembers. */
	static final long RECENT_BYTES_OF_ALL = Runtime.getRuntime().maxMemory() / 8;

	/** Sequences that one step of a replay of entries reads. */
	static final int REPLAY_STEP = 2000;

	/** Sequences that one step of a replay of alerts reads, which are far fewer. */
	static final int ALERT_SPAN = 16 * 1024;

	/** Reads of the ledger for replays that may begin in any second, of one tenant. */
	static final int REPLAY_READS = 2;

	/** Changes of the past that are kept for others who want the same. */
	static final int REPLAYED_CHANGES = 32_000;

	/** How long they are kept after the last who wanted them. */
	static final Duration REPLAY_KEPT = Duration.ofSeconds(10);

	/** Records of a snapshot that are read in one query. */
	static final int SNAPSHOT_RECORDS = 1000;

	/** Records of snapshots that are kept for others who want the same. */
	static final int SNAPSHOTS_KEPT = 32_000;

	/**
	 * How old a part of a snapshot may be that is given to another who wants the same.
	 */
	static final Duration SNAPSHOT_AGE = Duration.ofSeconds(1);

	/**
	 * Entries that wait for an earlier one; further ones are read from the ledger later.
	 */
	static final int EARLY_ENTRIES = 8192;

	/** Bytes of messages from Redis that wait for a tenant's worker; more is dropped. */
	static final int INBOX_BYTES = 4 * 1024 * 1024;

	/** Records whose names one tenant's feed remembers. */
	static final int KNOWN_RECORDS = 10_000;

	/** How long a hole may be closed by a message that is late, before it is read. */
	static final Duration HOLE_PATIENCE = Duration.ofMillis(50);

	/** How often the heads of all subscribed tenants are compared. */
	static final Duration POLL = Duration.ofSeconds(1);

	/** How often a tenant's subscribers are looked after. */
	static final Duration TICK = Duration.ofSeconds(1);

	/** How long a query of the feed may take. */
	static final Duration QUERY = Duration.ofSeconds(5);

	/** How long a subscription may delay the start of a feed, which works without it. */
	static final Duration SUBSCRIBE = Duration.ofMillis(250);

	/** How long one write may wait for its reader before the connection is closed. */
	static final Duration STALL = Duration.ofSeconds(60);

	/** How long the end of a stream may wait for its reader. */
	static final Duration FAREWELL = Duration.ofSeconds(5);

	/** How often an instance that stops looks whether all streams have ended. */
	static final Duration FAREWELL_CHECK = Duration.ofMillis(20);

	/** What a token may be used after it has expired, as for requests. */
	static final Duration TOKEN_LEEWAY = Duration.ofSeconds(5);

	/** The shortest interval that a subscriber may ask to be conflated to. */
	static final Duration CONFLATE_MIN = Duration.ofMillis(50);

	/** The longest interval that a subscriber may ask to be conflated to. */
	static final Duration CONFLATE_MAX = Duration.ofSeconds(10);

	/** A reader who lost its stream comes back after this long at least. */
	static final Duration RETRY_MIN = Duration.ofMillis(500);

	/** A reader who lost its stream comes back after this long at most. */
	static final Duration RETRY_MAX = Duration.ofSeconds(5);

	private FeedLimits() {
	}

}
