package app.stockroom.warehouses;

import java.util.Set;

import app.stockroom.platform.Filters;
import app.stockroom.platform.Query;
import app.stockroom.tenancy.Conditions;
import org.jspecify.annotations.Nullable;

import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * Which warehouses a list shows: those that meet every part that is given.
 *
 * @param name with these letters in the name, in either case
 * @param statuses in one of these states; empty is any
 * @param includeDeleted deleted ones too
 */
record WarehouseFilter(@Nullable String name, Set<Warehouse.Status> statuses, boolean includeDeleted) {

	static final Query QUERY = Query.of("name", "includeDeleted").several("status");

	static WarehouseFilter of(ServerRequest request) {
		Filters filters = new Filters(request);
		WarehouseFilter filter = new WarehouseFilter(filters.text("name"),
				filters.several("status", Warehouse.Status.class), filters.flag("includeDeleted"));
		filters.check();
		return filter;
	}

	Conditions conditions() {
		Conditions conditions = this.includeDeleted ? new Conditions() : new Conditions().and(Warehouses.LIVE);
		return conditions.and("position(lower(?) in lower(w.name)) > 0", this.name).anyOf("w.status", this.statuses);
	}

}
