package app.stockroom.platform;

/**
 * Every limit of the service that a client can meet, named once.
 */
public final class Limits {

	/** Largest request body, in bytes. */
	public static final int BODY_BYTES = 256 * 1024;

	/** Largest body of a batch that comes as one JSON array, in bytes. */
	public static final int BATCH_BYTES = 1024 * 1024;

	/** Most elements of a batch that comes as one JSON array. */
	public static final int BATCH_ELEMENTS = 1000;

	/** Longest line of a streamed NDJSON body, in bytes. */
	public static final int LINE_BYTES = 16 * 1024;

	/** Largest CSV file that can be imported, in bytes. */
	public static final int IMPORT_BYTES = 8 * 1024 * 1024;

	/** Most rows of a CSV file that can be imported, its header not counted. */
	public static final int IMPORT_ROWS = 10_000;

	/** Most imports that a process works off at once. */
	public static final int IMPORTS = 8;

	/** Most of them that are one tenant's. */
	public static final int TENANT_IMPORTS = 4;

	/** Most columns of a CSV file that can be imported. */
	public static final int IMPORT_COLUMNS = 64;

	/** Most reads of one kind that wait in a process for a tenant's database calls. */
	public static final int WAITING_READS = 4096;

	/** Longest text of a field or a query parameter, in UTF-16 code units. */
	public static final int TEXT_LENGTH = 256;

	/** Deepest nesting of a JSON body. */
	public static final int JSON_DEPTH = 16;

	/** Longest number in a JSON body, in characters. */
	public static final int NUMBER_LENGTH = 40;

	/** Most items on a page. */
	public static final int PAGE_ITEMS = 200;

	/** Items on a page when the client names no limit. */
	public static final int PAGE_ITEMS_DEFAULT = 50;

	/** Most items that can be reached by page number; beyond that by cursor. */
	public static final int PAGED_ITEMS = 10_000;

	/**
	 * Most entries of the ledger that one page looks at where no index has what it asks
	 * for in order; then it ends, even if it is short.
	 */
	public static final int SEARCHED_ENTRIES = 20_000;

	/** Longest cursor, in characters: the longest text to sort by, as JSON in base64. */
	public static final int CURSOR_LENGTH = 2560;

	/** Most lines of a transfer or of one of its receipts. */
	public static final int TRANSFER_LINES = 100;

	/** Most lines of a stock count. */
	public static final int COUNT_LINES = 1000;

	/** Most commands that wait in a tenant's queue. */
	public static final int QUEUED_COMMANDS = 4096;

	/** Largest quantity, in pieces: the largest integer that every JSON reader keeps. */
	public static final long QUANTITY = (1L << 53) - 1;

	/** Most lines of a reservation. */
	public static final int DOCUMENT_LINES = 100;

	/** Longest time that a reservation holds without being extended, in seconds. */
	public static final int RESERVATION_SECONDS = 24 * 60 * 60;

	/** Most tenants that a development token may name: it must fit into a header. */
	public static final int TOKEN_TENANTS = 100;

	/** An export is written whenever so many bytes have come together. */
	public static final int EXPORT_BUFFER_BYTES = 32 * 1024;

	/** Most rows of an export between the database and the bytes to be written. */
	public static final int EXPORT_ROWS_AHEAD = 1024;

	/**
	 * Longest time that an export, or the report of an import, waits for its reader or
	 * its database, in seconds.
	 */
	public static final int EXPORT_STALL_SECONDS = 60;

	/** Longest life of a development token, in seconds. */
	public static final int DEV_TOKEN_SECONDS = 24 * 60 * 60;

	private Limits() {
	}

}
