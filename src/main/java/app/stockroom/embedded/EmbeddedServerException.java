package app.stockroom.embedded;

import org.jspecify.annotations.Nullable;

/**
 * An embedded server cannot be started: the message says why, the action what the reader
 * can do about it.
 */
class EmbeddedServerException extends RuntimeException {

	private final String action;

	EmbeddedServerException(String message, String action) {
		this(message, action, null);
	}

	EmbeddedServerException(String message, String action, @Nullable Throwable cause) {
		super(message, cause);
		this.action = action;
	}

	String action() {
		return this.action;
	}

}
