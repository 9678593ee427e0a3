package app.stockroom.reservations;

import java.util.List;

import app.stockroom.platform.Limits;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * A reservation as a client asks for it.
 *
 * @param lines what to hold, all of it or nothing
 * @param ttlSeconds for how long; 15 minutes if absent
 * @param reference the client's own document
 */
record ReservationRequest(@NotNull @Size(min = 1, max = Limits.DOCUMENT_LINES) List<@NotNull @Valid Wanted> lines,
		@Min(1) @Max(Limits.RESERVATION_SECONDS) @Nullable Integer ttlSeconds,
		@Size(max = Limits.TEXT_LENGTH) @Nullable String reference) {

	private static final int TTL_SECONDS = 900;

	int ttl() {
		return (this.ttlSeconds != null) ? this.ttlSeconds : TTL_SECONDS;
	}

	/**
	 * What is sold of a reservation.
	 *
	 * @param lines the pieces; everything if absent
	 */
	record Commit(@Size(min = 1, max = Limits.DOCUMENT_LINES) @Nullable List<@NotNull @Valid Wanted> lines) {
	}

	/** A body without members. */
	record Release() {
	}

	/**
	 * More time for a reservation.
	 *
	 * @param ttlSeconds counted from now
	 */
	record Extension(@NotNull @Min(1) @Max(Limits.RESERVATION_SECONDS) Integer ttlSeconds) {
	}

}
