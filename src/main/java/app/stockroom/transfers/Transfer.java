package app.stockroom.transfers;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import app.stockroom.platform.Problem;
import app.stockroom.platform.Versioned;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * Stock on its way from one warehouse to another, as stored and as clients see it.
 *
 * @param id the transfer's id
 * @param status where it stands
 * @param reference the client's own document
 * @param fromWarehouseId the warehouse that gave
 * @param toWarehouseId the warehouse that gets
 * @param mode whether it arrived at once
 * @param lines what moves, one line for each product
 * @param version the number of changes, for If-Match
 * @param createdAt when it left
 * @param updatedAt when it last changed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Transfer(UUID id, Status status, @Nullable String reference, UUID fromWarehouseId, UUID toWarehouseId,
		Mode mode, List<Line> lines, long version, Instant createdAt, Instant updatedAt) implements Versioned {

	/**
	 * The next state, after some of what is in transit has arrived.
	 * @param arrived pieces of each product
	 * @param closing whether the rest is lost
	 * @throws app.stockroom.platform.Refusal {@code transfer-closed} where nothing is in
	 * transit any more, {@code exceeds-transit} where more arrives than is
	 */
	Transfer receive(Map<UUID, Long> arrived, boolean closing) {
		if (this.status != Status.IN_TRANSIT) {
			throw Problem.TRANSFER_CLOSED.because("The transfer is " + this.status + "; nothing of it is in transit.")
				.with("transferStatus", this.status);
		}
		arrived.forEach(this::requireInTransit);
		List<Line> after = this.lines.stream()
			.map((line) -> line.receive(arrived.getOrDefault(line.productId, 0L), closing))
			.toList();
		return new Transfer(this.id, status(after, closing), this.reference, this.fromWarehouseId, this.toWarehouseId,
				this.mode, after, this.version, this.createdAt, this.updatedAt);
	}

	private void requireInTransit(UUID product, long pieces) {
		long inTransit = this.lines.stream()
			.filter((line) -> line.productId.equals(product))
			.mapToLong(Line::inTransit)
			.sum();
		if (pieces > inTransit) {
			throw Problem.EXCEEDS_TRANSIT
				.because(pieces + " arrived, " + inTransit + " in transit of product " + product + ".")
				.with("productId", product)
				.with("requested", pieces)
				.with("inTransit", inTransit);
		}
	}

	private static Status status(List<Line> lines, boolean closing) {
		if (lines.stream().allMatch((line) -> line.received == line.quantity)) {
			return Status.COMPLETED;
		}
		return closing ? Status.CLOSED : Status.IN_TRANSIT;
	}

	Contents contents() {
		return new Contents(this.fromWarehouseId, this.toWarehouseId, this.mode, this.lines);
	}

	/**
	 * Where a transfer stands.
	 */
	public enum Status {

		/** Some of it has not arrived yet. */
		IN_TRANSIT,

		/** All of it has arrived. */
		COMPLETED,

		/** Some of it has arrived; the rest is lost. */
		CLOSED

	}

	/**
	 * How a transfer arrives.
	 */
	public enum Mode {

		/** In the moment it leaves. */
		IMMEDIATE,

		/** Later, as its receipts say. */
		IN_TRANSIT

	}

	/**
	 * What moves of one product.
	 *
	 * @param productId the product
	 * @param quantity pieces that left
	 * @param received pieces that arrived
	 * @param lost pieces that never will
	 */
	public record Line(UUID productId, long quantity, long received, long lost) {

		/** Pieces that are still under way. */
		@JsonProperty
		public long inTransit() {
			return this.quantity - this.received - this.lost;
		}

		private Line receive(long pieces, boolean closing) {
			long total = this.received + pieces;
			return new Line(this.productId, this.quantity, total, closing ? this.quantity - total : 0);
		}

	}

	/**
	 * The part of a transfer that only this module knows.
	 */
	record Contents(UUID fromWarehouseId, UUID toWarehouseId, Mode mode, List<Line> lines) {
	}

}
