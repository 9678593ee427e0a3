package app.stockroom.platform;

/**
 * The service will not run like this, because a promise could not be kept.
 */
@SuppressWarnings("serial") // never serialized
public final class StartRefusedException extends RuntimeException {

	private final String action;

	/**
	 * Refuses to start.
	 * @param reason what is wrong, for the operator
	 * @param action what to do about it
	 */
	public StartRefusedException(String reason, String action) {
		super(reason);
		this.action = action;
	}

	String action() {
		return this.action;
	}

}
