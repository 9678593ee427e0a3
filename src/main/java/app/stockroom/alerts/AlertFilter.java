package app.stockroom.alerts;

import java.util.Set;
import java.util.UUID;

import app.stockroom.ledger.Alert;
import app.stockroom.platform.Filters;
import app.stockroom.tenancy.Conditions;
import org.jspecify.annotations.Nullable;

import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * Which alerts a list or a feed shows: those that meet every part that is given.
 *
 * @param state where it stands
 * @param kind what is wrong
 * @param productId of this product
 * @param warehouseId in this warehouse
 */
public record AlertFilter(Alert.@Nullable State state, Alert.@Nullable Kind kind, @Nullable UUID productId,
		@Nullable UUID warehouseId) {

	private static final String STATE = "case when a.resolved_sequence is not null then 'RESOLVED' "
			+ "when a.acknowledged_sequence is not null then 'ACKNOWLEDGED' else 'OPEN' end";

	/** The query parameters that this filter reads. */
	public static final Set<String> PARAMETERS = Set.of("state", "kind", "productId", "warehouseId");

	/**
	 * Reads the filter from a request's query, or refuses naming every bad parameter.
	 */
	public static AlertFilter of(ServerRequest request) {
		Filters filters = new Filters(request);
		AlertFilter filter = new AlertFilter(filters.word("state", Alert.State.class),
				filters.word("kind", Alert.Kind.class), filters.id("productId"), filters.id("warehouseId"));
		filters.check();
		return filter;
	}

	/**
	 * Whether an alert belongs to the list.
	 */
	public boolean matches(Alert alert) {
		return (this.state == null || this.state == alert.state()) && (this.kind == null || this.kind == alert.kind())
				&& (this.productId == null || this.productId.equals(alert.productId()))
				&& (this.warehouseId == null || this.warehouseId.equals(alert.warehouseId()));
	}

	Conditions conditions() {
		return new Conditions().and(STATE + " = ?", name(this.state))
			.and("a.kind = ?", name(this.kind))
			.and("a.product_id = ?", this.productId)
			.and("a.warehouse_id = ?", this.warehouseId);
	}

	private static @Nullable String name(@Nullable Enum<?> word) {
		return (word != null) ? word.name() : null;
	}

}
