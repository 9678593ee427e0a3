package app.stockroom.replay;

import java.io.IOException;

/**
 * The service did not say what became of a request, or asked to come back later: the same
 * request goes out again.
 */
@SuppressWarnings("serial") // never serialized
final class Unavailable extends IOException {

	Unavailable(String message) {
		super(message);
	}

	/**
	 * Whether a status asks to come back later: 429, and what a gateway or the service
	 * says when something behind it is away.
	 */
	static boolean saidBy(int status) {
		return status == 429 || (status >= 502 && status <= 504);
	}

}
