package app.stockroom.alerts;

import java.util.Set;
import java.util.UUID;

import app.stockroom.ledger.Alert;
import app.stockroom.platform.Filters;
import app.stockroom.platform.Query;
import app.stockroom.tenancy.Conditions;
import org.jspecify.annotations.Nullable;

import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * Which alerts a list or a feed shows: those that meet every part that is given. An alert
 * does not know its product's SKU: a feed has that looked up first.
 *
 * @param states in one of these states; empty is any
 * @param kinds for one of these reasons; empty is any
 * @param productId of this product
 * @param sku of the live product with exactly this SKU
 * @param warehouseId in this warehouse
 */
public record AlertFilter(Set<Alert.State> states, Set<Alert.Kind> kinds, @Nullable UUID productId,
		@Nullable String sku, @Nullable UUID warehouseId) {

	private static final String STATE = "case when a.resolved_sequence is not null then 'RESOLVED' "
			+ "when a.acknowledged_sequence is not null then 'ACKNOWLEDGED' else 'OPEN' end";

	/** The query parameters that this filter reads. */
	public static final Query QUERY = Query.of("productId", "sku", "warehouseId").several("state", "kind");

	/**
	 * Reads the filter from a request's query, or refuses naming every bad parameter.
	 */
	public static AlertFilter of(ServerRequest request) {
		Filters filters = new Filters(request);
		AlertFilter filter = new AlertFilter(filters.several("state", Alert.State.class),
				filters.several("kind", Alert.Kind.class), filters.id("productId"), filters.text("sku"),
				filters.id("warehouseId"));
		filters.check();
		return filter;
	}

	/**
	 * The same filter, whatever the state.
	 */
	public AlertFilter inAnyState() {
		return new AlertFilter(Set.of(), this.kinds, this.productId, this.sku, this.warehouseId);
	}

	/**
	 * Whether an alert belongs to the list, as far as an alert knows: its SKU is left
	 * out.
	 */
	public boolean matches(Alert alert) {
		return (this.states.isEmpty() || this.states.contains(alert.state()))
				&& (this.kinds.isEmpty() || this.kinds.contains(alert.kind()))
				&& (this.productId == null || this.productId.equals(alert.productId()))
				&& (this.warehouseId == null || this.warehouseId.equals(alert.warehouseId()));
	}

	Conditions conditions() {
		return new Conditions().anyOf(STATE, this.states)
			.anyOf("a.kind", this.kinds)
			.product("a.product_id = ?", this.productId, this.sku)
			.and("a.warehouse_id = ?", this.warehouseId);
	}

}
