package app.stockroom;

import java.time.Duration;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * How long a test waits for what must come: so long that a machine that is slow, or
 * stands still for seconds, makes no test fail. It costs nothing where it comes. Every
 * test class has it (META-INF/services).
 */
public final class Patience implements BeforeAllCallback {

	/** In seconds. */
	public static final int SECONDS = 60;

	/** The same. */
	public static final Duration LONG = Duration.ofSeconds(SECONDS);

	@Override
	public void beforeAll(ExtensionContext context) {
		Awaitility.setDefaultTimeout(LONG);
	}

}
