package app.stockroom.ledger;

/**
 * What an entry of the ledger records. The code is what the database stores; codes are
 * never reused.
 */
public enum EntryType {

	OPENING(1), IN(2), OUT(3), ADJUSTMENT(4), TRANSFER_IN(5), TRANSFER_OUT(6), RESERVE(7), RELEASE(8), COMMIT(9),
	REVERSAL(10),

	/** Thresholds changed; the entry carries the new ones. */
	SETTINGS(11),

	/** A product, warehouse, reservation or transfer changed; the entry names it. */
	CATALOG(12),

	/** A person acknowledged an alert; the entry names it. */
	ACKNOWLEDGEMENT(13);

	private static final EntryType[] BY_CODE = new EntryType[14];

	static {
		for (EntryType type : values()) {
			BY_CODE[type.code] = type;
		}
	}

	private final int code;

	EntryType(int code) {
		this.code = code;
	}

	public short code() {
		return (short) this.code;
	}

	public static EntryType of(short code) {
		return BY_CODE[code];
	}

}
