package app.stockroom.reservations;

import java.util.Set;
import java.util.UUID;

import app.stockroom.platform.Filters;
import app.stockroom.platform.Query;
import app.stockroom.tenancy.Conditions;
import org.jspecify.annotations.Nullable;

import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * Which reservations a list shows: those that meet every part that is given.
 *
 * @param statuses in one of these states; empty is any
 * @param reference with exactly this reference
 * @param productId with a line of this product
 * @param sku with a line of the live product with exactly this SKU
 */
record ReservationFilter(Set<Reservation.Status> statuses, @Nullable String reference, @Nullable UUID productId,
		@Nullable String sku) {

	static final Query QUERY = Query.of("reference", "productId", "sku").several("status");

	static ReservationFilter of(ServerRequest request) {
		Filters filters = new Filters(request);
		ReservationFilter filter = new ReservationFilter(filters.several("status", Reservation.Status.class),
				filters.text("reference"), filters.id("productId"), filters.text("sku"));
		filters.check();
		return filter;
	}

	Conditions conditions() {
		return new Conditions().anyOf("d.status", this.statuses)
			.and("d.reference = ?", this.reference)
			.product(
					"d.body @> jsonb_build_object('lines', jsonb_build_array(jsonb_build_object('productId', ?::text)))",
					this.productId, this.sku);
	}

}
