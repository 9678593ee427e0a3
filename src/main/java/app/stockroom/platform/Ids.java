package app.stockroom.platform;

import java.util.UUID;
import java.util.regex.Pattern;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Makes the service's ids: UUIDv7, so that what is created together lies together in an
 * index.
 */
public final class Ids {

	private static final TimeBasedEpochGenerator GENERATOR = Generators.timeBasedEpochGenerator();

	private static final Pattern CANONICAL = Pattern
		.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

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
		return CANONICAL.matcher(text).matches() ? UUID.fromString(text) : null;
	}

}
