package app.stockroom.ledger;

import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * The rulings of the ledger's SQL functions, in the order of their codes, and how each is
 * told to a client.
 */
enum Verdict {

	ACCEPTED, UNKNOWN_PRODUCT, UNKNOWN_WAREHOUSE, NO_RECORD, WAREHOUSE_INACTIVE, STALE_VERSION, INSUFFICIENT_STOCK,
	CAPACITY_EXCEEDED, RECORD_EXISTS, KEY_REUSED, TENANT_CLOSED, UNKNOWN_SUBJECT, SKU_TAKEN, NAME_TAKEN,
	PRODUCT_HAS_STOCK, WAREHOUSE_HAS_STOCK, DEFAULT_WAREHOUSE, ALERT_RESOLVED, RESERVATION_EXPIRED, ALREADY_REVERSED,
	BELOW_RESERVED, BARCODE_TAKEN, IN_TRANSIT, HELD;

	private static final Verdict[] BY_CODE = values();

	static Verdict of(short code) {
		return BY_CODE[code];
	}

	/**
	 * The refusal of a command, with the numbers of the record as the line met it.
	 */
	Refusal refuse(Command.Line line, Numbers record) {
		return switch (this) {
			case UNKNOWN_PRODUCT -> Problem.NOT_FOUND.because("There is no product " + name(line.product()) + ".");
			case UNKNOWN_WAREHOUSE -> Problem.NOT_FOUND.because("There is no warehouse " + line.warehouseId() + ".");
			case NO_RECORD -> Problem.NOT_FOUND.because(
					"Product " + name(line.product()) + " has no record in this warehouse; an IN movement opens one.");
			case WAREHOUSE_INACTIVE -> Problem.WAREHOUSE_INACTIVE
				.because("The warehouse is inactive and takes no movements; activate it or use another one.");
			case STALE_VERSION -> Problem.STALE_VERSION.because("The record has changed; read it again.")
				.with("version", record.version());
			case INSUFFICIENT_STOCK -> insufficient(line, record);
			case CAPACITY_EXCEEDED -> beyond(line, record);
			case RECORD_EXISTS -> Problem.RECORD_EXISTS.because("Product " + name(line.product())
					+ " has a record in this warehouse already; post a movement or update the record.");
			case KEY_REUSED -> Problem.IDEMPOTENCY_KEY_REUSED
				.because("This Idempotency-Key came with another request before; use a new key for a new request.");
			case RESERVATION_EXPIRED -> Problem.RESERVATION_EXPIRED
				.because("The reservation's time was over; what it held is free again. Make a new one.");
			case ALREADY_REVERSED -> Problem.ALREADY_REVERSED.because("This movement was taken back before.");
			case BELOW_RESERVED ->
				Problem.BELOW_RESERVED.because("A count below what is reserved; release reservations first.")
					.with("productId", line.product().id())
					.with("sku", line.product().sku())
					.with("reserved", record.reserved())
					.with("quantity", record.quantity());
			default -> refuse(null);
		};
	}

	/**
	 * The refusal of a catalogue change or an acknowledgement.
	 * @param number the version, or the pieces, in the way
	 */
	Refusal refuse(@Nullable Long number) {
		return switch (this) {
			case TENANT_CLOSED -> tenantClosed();
			case STALE_VERSION -> Problem.STALE_VERSION.because("It has changed since it was read; read it again.")
				.with("version", number);
			case UNKNOWN_SUBJECT -> Problem.NOT_FOUND.because("There is none with this id.");
			case SKU_TAKEN -> Problem.SKU_TAKEN
				.because("Another product has this SKU, or has it as a barcode; choose another or delete that one.");
			case BARCODE_TAKEN -> Problem.BARCODE_TAKEN
				.because("A barcode is another product's barcode or SKU; take it away there first.");
			case IN_TRANSIT ->
				Problem.IN_TRANSIT.because("Some of it is still under way; receive or close the transfers first.");
			case NAME_TAKEN ->
				Problem.NAME_TAKEN.because("Another warehouse has this name; choose another or delete that one.");
			case PRODUCT_HAS_STOCK ->
				Problem.PRODUCT_HAS_STOCK.because("Bring the product's stock to 0 before deleting it.")
					.with("quantity", number);
			case WAREHOUSE_HAS_STOCK ->
				Problem.WAREHOUSE_HAS_STOCK.because("Bring the warehouse's stock to 0 before deleting it.")
					.with("quantity", number);
			case DEFAULT_WAREHOUSE -> Problem.DEFAULT_WAREHOUSE
				.because("The default warehouse takes every movement that names none; it stays active.");
			case ALERT_RESOLVED ->
				Problem.ALERT_RESOLVED.because("The alert is resolved; there is nothing left to do.");
			default -> throw new IllegalStateException("The ledger does not answer " + this + " here");
		};
	}

	static Refusal tenantClosed() {
		return Problem.FORBIDDEN.because("The tenant does not exist or has been deleted.");
	}

	private static Refusal beyond(Command.Line line, Numbers record) {
		// A record that is not there yet has no maximum but the one it was to have.
		Long wanted = (line.terms() != null && line.type() == EntryType.OPENING) ? line.terms().maxStock() : null;
		long capacity = (wanted != null) ? wanted : record.maxStock();
		return Problem.CAPACITY_EXCEEDED
			.because(line.delta() + " more on " + record.quantity() + " would exceed the maximum of " + capacity
					+ "; raise maxStock or add less.")
			.with("productId", line.product().id())
			.with("sku", line.product().sku())
			.with("requested", line.delta())
			.with("quantity", record.quantity())
			.with("capacity", capacity);
	}

	private static Refusal insufficient(Command.Line line, Numbers record) {
		long requested = Math.max(-line.delta(), line.reservedDelta());
		return Problem.INSUFFICIENT_STOCK
			.because(requested + " requested, " + record.available() + " available of product " + name(line.product())
					+ ".")
			.with("productId", line.product().id())
			.with("sku", line.product().sku())
			.with("requested", requested)
			.with("available", record.available())
			.with("quantity", record.quantity())
			.with("reserved", record.reserved());
	}

	private static String name(Command.ProductRef product) {
		return (product.sku() != null) ? product.sku() : String.valueOf(product.id());
	}

	/**
	 * A record as a refused line met it.
	 */
	record Numbers(long quantity, long reserved, long maxStock, long version) {

		long available() {
			return this.quantity - this.reserved;
		}

	}

}
