package app.stockroom.replay;

/**
 * The replay cannot go on; the message says why and what to do. It may be run again.
 */
@SuppressWarnings("serial") // never serialized
final class ReplayFailure extends RuntimeException {

	ReplayFailure(String message) {
		super(message);
	}

}
