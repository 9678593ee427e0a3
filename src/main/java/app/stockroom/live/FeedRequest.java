package app.stockroom.live;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import app.stockroom.alerts.AlertFilter;
import app.stockroom.inventory.InventoryFilter;
import app.stockroom.ledger.EntryType;
import app.stockroom.platform.Filters;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Query;
import app.stockroom.platform.Refusal;
import app.stockroom.platform.Refusal.FieldError;
import app.stockroom.tenancy.Caller;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * What a client asks of a feed.
 *
 * @param caller who listens
 * @param view what it wants to see
 * @param start where it wants to go on
 * @param conflate how often it wants the latest states, or null for each as it comes
 */
record FeedRequest(Caller caller, View view, StartPosition start, @Nullable Duration conflate) {

	/** The query parameters of each feed. */
	static final Query STOCK = InventoryFilter.QUERY.and("after", "conflate");

	static final Query LEDGER = Query.of("productId", "sku", "warehouseId", "inventoryId", "reference", "after")
		.several("type");

	static final Query ALERTS = AlertFilter.QUERY.and("after");

	private static final Pattern INTERVAL = Pattern.compile("([0-9]{1,6})(ms|s)");

	static FeedRequest stock(Caller caller, ServerRequest request) {
		return new FeedRequest(caller, new View.Stock(InventoryFilter.of(request)), start(request), conflate(request));
	}

	/**
	 * Entries name their product by its id only, so that a SKU is looked up first.
	 * @param withSku finds the live product with a SKU
	 */
	static Mono<FeedRequest> ledger(Caller caller, ServerRequest request, Function<String, Mono<UUID>> withSku) {
		Filters filters = new Filters(request);
		UUID product = filters.id("productId");
		String sku = filters.text("sku");
		UUID warehouse = filters.id("warehouseId");
		UUID record = filters.id("inventoryId");
		Set<EntryType> types = filters.several("type", EntryType.class);
		String reference = filters.text("reference");
		filters.check();
		StartPosition start = start(request);
		return products(product, sku, withSku).map((products) -> new FeedRequest(caller,
				new View.Ledger(products.orElse(null), warehouse, record, types, reference), start, null));
	}

	/**
	 * So do alerts.
	 */
	static Mono<FeedRequest> alerts(Caller caller, ServerRequest request, Function<String, Mono<UUID>> withSku) {
		AlertFilter filter = AlertFilter.of(request);
		StartPosition start = start(request);
		return products(filter.productId(), filter.sku(), withSku)
			.map((products) -> new FeedRequest(caller, new View.Alerts(filter, products.orElse(null)), start, null));
	}

	/** The products that are meant, of which there may be none; empty is all. */
	private static Mono<Optional<Set<UUID>>> products(@Nullable UUID product, @Nullable String sku,
			Function<String, Mono<UUID>> withSku) {
		if (sku == null) {
			return Mono.just(Optional.ofNullable(product).map(Set::of));
		}
		return withSku.apply(sku)
			.filter((found) -> product == null || product.equals(found))
			.map(Set::of)
			.defaultIfEmpty(Set.of())
			.map(Optional::of);
	}

	Feed feed() {
		return this.view.feed();
	}

	/**
	 * What the subscriber gets when frames wait for it.
	 */
	Outbox.Mode mode() {
		if (feed() != Feed.STOCK) {
			return Outbox.Mode.ALL;
		}
		return (this.conflate != null) ? Outbox.Mode.LATEST : Outbox.Mode.ALL_OR_LATEST;
	}

	private static StartPosition start(ServerRequest request) {
		List<String> lastEventId = request.headers().header("Last-Event-ID");
		return StartPosition.of(lastEventId.isEmpty() ? null : lastEventId.getFirst(),
				request.queryParam("after").orElse(null));
	}

	private static @Nullable Duration conflate(ServerRequest request) {
		String text = request.queryParam("conflate").orElse(null);
		if (text == null) {
			return null;
		}
		Matcher interval = INTERVAL.matcher(text);
		if (interval.matches()) {
			long count = Long.parseLong(interval.group(1));
			Duration duration = interval.group(2).equals("s") ? Duration.ofSeconds(count) : Duration.ofMillis(count);
			if (duration.compareTo(FeedLimits.CONFLATE_MIN) >= 0 && duration.compareTo(FeedLimits.CONFLATE_MAX) <= 0) {
				return duration;
			}
		}
		throw Problem.INVALID_REQUEST.because("The query is not valid.")
			.with(new FieldError("conflate", "out-of-range", "must be from 50ms to 10s, such as 500ms or 2s"));
	}

}
