package app.stockroom.warehouses;

import java.util.Set;

import app.stockroom.platform.Filters;
import app.stockroom.tenancy.Conditions;
import org.jspecify.annotations.Nullable;

import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * Which warehouses a list shows: those that meet every part that is given.
 *
 * @param name with these letters in the name, in either case
 * @param status in this state
 */
record WarehouseFilter(@Nullable String name, Warehouse.@Nullable Status status) {

	static final Set<String> PARAMETERS = Set.of("name", "status");

	static WarehouseFilter of(ServerRequest request) {
		Filters filters = new Filters(request);
		WarehouseFilter filter = new WarehouseFilter(filters.text("name"),
				filters.word("status", Warehouse.Status.class));
		filters.check();
		return filter;
	}

	Conditions conditions() {
		return new Conditions().and("position(lower(?) in lower(w.name)) > 0", this.name)
			.and("w.status = ?", (this.status != null) ? this.status.name() : null);
	}

}
