package app.stockroom.reservations;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import app.stockroom.platform.Versioned;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Stock that is held for a customer, as stored and as clients see it. It is HELD until
 * one of commit, release and expiry ends it, once.
 *
 * @param id the reservation's id
 * @param status how it stands
 * @param reference the client's own document
 * @param lines what it holds, or held; one line per product and warehouse
 * @param expiresAt when it ends by itself, on the database's clock
 * @param version the number of changes, for If-Match
 * @param createdAt when it was made
 * @param updatedAt when it last changed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Reservation(UUID id, Status status, @Nullable String reference, List<Line> lines, Instant expiresAt,
		long version, Instant createdAt, Instant updatedAt) implements Versioned {

	/**
	 * Sells what is held, or a part of it; the rest is set free.
	 * @param parts what is sold; null is everything
	 */
	Transition commit(@Nullable List<Part> parts) {
		requireHeld();
		return to(Status.COMMITTED, (parts != null) ? committed(parts) : this.lines.stream().map(Line::whole).toList(),
				null, true);
	}

	/** Sets free what is held. */
	Transition release() {
		requireHeld();
		return to(Status.RELEASED, this.lines, null, true);
	}

	/** Sets free what was held too long. */
	Transition expire() {
		requireHeld();
		return to(Status.EXPIRED, this.lines, null, false);
	}

	/** Holds it for so many seconds from now. */
	Transition extend(int ttlSeconds) {
		requireHeld();
		return to(Status.HELD, this.lines, ttlSeconds, true);
	}

	private void requireHeld() {
		switch (this.status) {
			case HELD -> {
			}
			case EXPIRED -> throw Problem.RESERVATION_EXPIRED
				.because("The reservation's time was over; what it held is free again. Make a new one.")
				.with("expiresAt", this.expiresAt);
			case COMMITTED, RELEASED -> throw Problem.RESERVATION_CLOSED
				.because("The reservation is " + this.status + " since " + this.updatedAt + "; it holds nothing.")
				.with("reservationStatus", this.status);
		}
	}

	private List<Line> committed(List<Part> parts) {
		Refusal refusal = Problem.INVALID_REQUEST.because("The lines do not fit what the reservation holds.");
		long[] sold = new long[this.lines.size()];
		for (int i = 0; i < parts.size(); i++) {
			Part part = parts.get(i);
			List<Integer> places = places(part);
			if (places.size() != 1) {
				refusal.with(new Refusal.FieldError("lines[" + i + "]", places.isEmpty() ? "not-held" : "ambiguous",
						places.isEmpty() ? "the reservation holds no such product there"
								: "it is held in several warehouses; name one"));
				continue;
			}
			int place = places.getFirst();
			sold[place] += part.quantity();
			if (sold[place] > this.lines.get(place).quantity()) {
				refusal.with(new Refusal.FieldError("lines[" + i + "].quantity", "out-of-range",
						"only " + this.lines.get(place).quantity() + " are held"));
			}
		}
		if (!refusal.errors().isEmpty()) {
			throw refusal;
		}
		List<Line> committed = new ArrayList<>();
		for (int i = 0; i < sold.length; i++) {
			committed.add(this.lines.get(i).committing(sold[i]));
		}
		return committed;
	}

	/** The lines that a part may mean: without a warehouse any of its product. */
	private List<Integer> places(Part part) {
		List<Integer> places = new ArrayList<>();
		for (int i = 0; i < this.lines.size(); i++) {
			Line line = this.lines.get(i);
			if (line.productId().equals(part.productId())
					&& (part.warehouseId() == null || part.warehouseId().equals(line.warehouseId()))) {
				places.add(i);
			}
		}
		return places;
	}

	private Transition to(Status next, List<Line> lines, @Nullable Integer ttlSeconds, boolean unexpired) {
		return new Transition(this.id, this.version, next, this.reference, lines, ttlSeconds, unexpired);
	}

	/**
	 * How a reservation stands.
	 */
	public enum Status {

		/** It holds its stock. */
		HELD,

		/** What was held is sold, at least in part. */
		COMMITTED,

		/** What was held is free again. */
		RELEASED,

		/** Nobody came for it in time; what was held is free again. */
		EXPIRED

	}

	/**
	 * Stock of one record that is held.
	 *
	 * @param productId the product
	 * @param warehouseId where
	 * @param quantity pieces held
	 * @param committed pieces sold of them, once committed
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record Line(UUID productId, UUID warehouseId, long quantity, @Nullable Long committed) {

		Line committing(long pieces) {
			return new Line(this.productId, this.warehouseId, this.quantity, pieces);
		}

		Line whole() {
			return committing(this.quantity);
		}

	}

	/**
	 * A part of what is held that a client names.
	 *
	 * @param productId the product, or null where the client's SKU is unknown
	 * @param warehouseId where, or null if the product is held in one place only
	 * @param quantity pieces
	 */
	record Part(@Nullable UUID productId, @Nullable UUID warehouseId, long quantity) {
	}

}
