package app.stockroom.platform;

import java.util.HexFormat;
import java.util.UUID;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Makes the service's ids: UUIDv7, so that what is created together lies together in an
 * index.
 */
public final class Ids {

	private static final TimeBasedEpochGenerator GENERATOR = Generators.timeBasedEpochGenerator();

	private static final String CANONICAL = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	private Ids() {
	}

	public static UUID next() {
		return GENERATOR.generate();
	}

	/**
	 * Reads an id in its one canonical form of 36 characters; {@link UUID#fromString}
	 * takes shorter ones too.
	 * @return the id, or null where the text is none
	 */
	public static @Nullable UUID parse(String text) {
		return isCanonical(text) ? UUID.fromString(text) : null;
	}

	private static boolean isCanonical(String text) {
		if (text.length() != CANONICAL.length()) {
			return false;
		}
		for (int i = 0; i < CANONICAL.length(); i++) {
			char character = text.charAt(i);
			boolean fits = (CANONICAL.charAt(i) == '-') ? character == '-' : HexFormat.isHexDigit(character);
			if (!fits) {
				return false;
			}
		}
		return true;
	}

}
