package app.stockroom.sales;

import org.jspecify.annotations.Nullable;

/**
 * A sales file that cannot be read: the message names file, line and reason.
 */
@SuppressWarnings("serial") // never serialized
public final class MalformedSalesFile extends RuntimeException {

	MalformedSalesFile(String file, long line, String reason, @Nullable Throwable cause) {
		super("%s, line %d: %s".formatted(file, line, reason), cause);
	}

}
