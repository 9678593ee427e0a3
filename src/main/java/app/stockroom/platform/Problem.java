package app.stockroom.platform;

import java.util.Locale;

import org.springframework.http.HttpStatus;

/**
 * The catalogue of every refusal a client can meet. The {@code type} of the problem
 * document is {@code urn:stockroom:} and the code, which is the constant's name in lower
 * case with dashes.
 */
public enum Problem {

	INVALID_REQUEST(HttpStatus.BAD_REQUEST, "The request is not valid"),

	UNAUTHENTICATED(HttpStatus.UNAUTHORIZED, "A valid bearer token is needed"),

	FORBIDDEN(HttpStatus.FORBIDDEN, "The token does not allow this"),

	NOT_FOUND(HttpStatus.NOT_FOUND, "There is no such thing here"),

	METHOD_NOT_ALLOWED(HttpStatus.METHOD_NOT_ALLOWED, "The path does not support this method"),

	NOT_ACCEPTABLE(HttpStatus.NOT_ACCEPTABLE, "None of the accepted media types can be produced"),

	SKU_TAKEN(HttpStatus.CONFLICT, "Another product has this SKU"),

	BARCODE_TAKEN(HttpStatus.CONFLICT, "Another product has this barcode"),

	NAME_TAKEN(HttpStatus.CONFLICT, "Another warehouse has this name"),

	BATCH_REFUSED(HttpStatus.CONFLICT, "An element was refused, and so the whole batch"),

	RECORD_EXISTS(HttpStatus.CONFLICT, "The product has a record in this warehouse already"),

	INSUFFICIENT_STOCK(HttpStatus.CONFLICT, "Not enough stock is available"),

	CAPACITY_EXCEEDED(HttpStatus.CONFLICT, "The stock would exceed the maximum"),

	WAREHOUSE_INACTIVE(HttpStatus.CONFLICT, "The warehouse is inactive"),

	DEFAULT_WAREHOUSE(HttpStatus.CONFLICT, "The default warehouse cannot be deleted or deactivated"),

	WAREHOUSE_HAS_STOCK(HttpStatus.CONFLICT, "The warehouse still holds stock"),

	PRODUCT_HAS_STOCK(HttpStatus.CONFLICT, "The product still has stock or reservations"),

	IN_TRANSIT(HttpStatus.CONFLICT, "Stock is still in transit"),

	RESERVATION_EXPIRED(HttpStatus.CONFLICT, "The reservation has expired"),

	RESERVATION_CLOSED(HttpStatus.CONFLICT, "The reservation is not held any more"),

	TRANSFER_CLOSED(HttpStatus.CONFLICT, "The transfer is not in transit any more"),

	EXCEEDS_TRANSIT(HttpStatus.CONFLICT, "More would arrive than is in transit"),

	NOT_REVERSIBLE(HttpStatus.CONFLICT, "Such a movement cannot be reversed"),

	ALREADY_REVERSED(HttpStatus.CONFLICT, "The movement was reversed already"),

	BELOW_RESERVED(HttpStatus.CONFLICT, "The stock would fall below what is reserved"),

	ALERT_RESOLVED(HttpStatus.CONFLICT, "The alert is resolved already"),

	STALE_VERSION(HttpStatus.PRECONDITION_FAILED, "The resource has changed since it was read"),

	CONTENT_TOO_LARGE(HttpStatus.CONTENT_TOO_LARGE, "The body is too large"),

	UNSUPPORTED_MEDIA_TYPE(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The media type is not supported"),

	IDEMPOTENCY_KEY_REUSED(HttpStatus.UNPROCESSABLE_CONTENT, "The idempotency key was used for another request"),

	TOO_MANY_STREAMS(HttpStatus.TOO_MANY_REQUESTS, "Too many streams are open"),

	RATE_LIMITED(HttpStatus.TOO_MANY_REQUESTS, "The tenant makes too many requests"),

	QUEUE_FULL(HttpStatus.SERVICE_UNAVAILABLE, "Too many changes are waiting"),

	UNAVAILABLE(HttpStatus.SERVICE_UNAVAILABLE, "The service cannot answer right now"),

	OUTCOME_UNKNOWN(HttpStatus.SERVICE_UNAVAILABLE, "It is not known whether the change was made"),

	INTERNAL_ERROR(HttpStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side");

	private final HttpStatus status;

	private final String title;

	Problem(HttpStatus status, String title) {
		this.status = status;
		this.title = title;
	}

	public HttpStatus status() {
		return this.status;
	}

	public String title() {
		return this.title;
	}

	/**
	 * The stable name clients match on, such as {@code insufficient-stock}.
	 */
	public String code() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	/**
	 * Refuses for this problem.
	 * @param detail what happened and what to change, for a person
	 */
	public Refusal because(String detail) {
		return new Refusal(this, detail);
	}

}
