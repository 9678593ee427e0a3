package app.stockroom.inventory;

import java.util.Set;
import java.util.UUID;

import app.stockroom.ledger.Idempotency;
import app.stockroom.ledger.Outcome;
import app.stockroom.platform.Bodies;
import app.stockroom.platform.Filters;
import app.stockroom.platform.Ids;
import app.stockroom.platform.IfMatch;
import app.stockroom.platform.Moment;
import app.stockroom.platform.Patch;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Query;
import app.stockroom.platform.Replies;
import app.stockroom.tenancy.Api;
import app.stockroom.tenancy.Caller;
import app.stockroom.tenancy.Lists;
import app.stockroom.tenancy.RouteTable;
import app.stockroom.warehouses.Warehouses;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

import static app.stockroom.tenancy.Scope.INVENTORY_READ;
import static app.stockroom.tenancy.Scope.INVENTORY_WRITE;

@Configuration(proxyBeanMethods = false)
class InventoryRoutes {

	private static final String BY_ID = "/api/inventory/{id}";

	private static final String BY_WAREHOUSE = "/api/warehouses/{id}/inventory";

	private static final String BY_PRODUCT = BY_WAREHOUSE + "/{productId}";

	private static final String AS_OF = "asOf";

	private final Inventory inventory;

	private final PastInventory past;

	private final Warehouses warehouses;

	private final Lists lists;

	private final Bodies bodies;

	private final Idempotency idempotency;

	InventoryRoutes(Inventory inventory, PastInventory past, Warehouses warehouses, Lists lists, Bodies bodies,
			Idempotency idempotency) {
		this.warehouses = warehouses;
		this.inventory = inventory;
		this.past = past;
		this.lists = lists;
		this.bodies = bodies;
		this.idempotency = idempotency;
	}

	@Bean
	RouteTable inventoryTable(Api api) {
		return api.routes()
			.list("/api/inventory", INVENTORY_READ, InventoryFilter.QUERY.and(AS_OF).listed(), this::list)
			.post("/api/inventory", INVENTORY_WRITE, this::openAnywhere)
			.get(BY_ID, INVENTORY_READ, Query.of(AS_OF), this::find)
			.put(BY_ID, INVENTORY_WRITE, this::update)
			.patch(BY_ID, INVENTORY_WRITE, this::patch)
			.list(BY_WAREHOUSE, INVENTORY_READ, InventoryFilter.QUERY_IN_WAREHOUSE.listed(), this::listInWarehouse)
			.post(BY_WAREHOUSE, INVENTORY_WRITE, this::open)
			.get(BY_PRODUCT, INVENTORY_READ, this::findInWarehouse)
			.put(BY_PRODUCT, INVENTORY_WRITE, this::updateInWarehouse)
			.patch(BY_PRODUCT, INVENTORY_WRITE, this::patchInWarehouse)
			.build();
	}

	Mono<ServerResponse> list(Caller caller, ServerRequest request) {
		InventoryFilter filter = InventoryFilter.of(request);
		Moment asOf = asOf(new Filters(request));
		return ((asOf != null) ? this.past.rows(caller.tenant(), filter, asOf)
				: Mono.just(this.inventory.rows(caller.tenant(), filter)))
			.flatMap((rows) -> this.lists.answer(request, rows));
	}

	Mono<ServerResponse> listInWarehouse(Caller caller, ServerRequest request) {
		return this.warehouses.find(caller.tenant(), Api.id(request))
			.map((warehouse) -> InventoryFilter.of(request).in(warehouse.id()))
			.flatMap((filter) -> this.lists.answer(request, this.inventory.rows(caller.tenant(), filter)));
	}

	Mono<ServerResponse> find(Caller caller, ServerRequest request) {
		Moment asOf = asOf(new Filters(request));
		return ((asOf != null) ? this.past.find(caller.tenant(), Api.id(request), asOf)
				: this.inventory.find(caller.tenant(), Api.id(request)))
			.flatMap(Replies::found);
	}

	private static @Nullable Moment asOf(Filters filters) {
		Moment asOf = filters.moment(AS_OF);
		filters.check();
		return asOf;
	}

	Mono<ServerResponse> findInWarehouse(Caller caller, ServerRequest request) {
		return inWarehouse(caller, request).flatMap(Replies::found);
	}

	Mono<ServerResponse> update(Caller caller, ServerRequest request) {
		return update(caller, request, this.inventory.find(caller.tenant(), Api.id(request)), put(request));
	}

	Mono<ServerResponse> patch(Caller caller, ServerRequest request) {
		return update(caller, request, this.inventory.find(caller.tenant(), Api.id(request)), merge(request));
	}

	Mono<ServerResponse> updateInWarehouse(Caller caller, ServerRequest request) {
		return update(caller, request, inWarehouse(caller, request), put(request));
	}

	Mono<ServerResponse> patchInWarehouse(Caller caller, ServerRequest request) {
		return update(caller, request, inWarehouse(caller, request), merge(request));
	}

	Mono<ServerResponse> open(Caller caller, ServerRequest request) {
		UUID warehouse = Api.id(request);
		return this.bodies.read(request, Opening.class)
			.flatMap((opening) -> this.inventory.open(caller, warehouse, opening,
					this.idempotency.of(request, "POST /api/warehouses/" + warehouse + "/inventory", opening)))
			.flatMap((outcome) -> opened(caller, request, outcome));
	}

	Mono<ServerResponse> openAnywhere(Caller caller, ServerRequest request) {
		return this.bodies.read(request, Opening.Anywhere.class)
			.flatMap((wanted) -> this.inventory.open(caller, wanted.warehouseId(), wanted.opening(),
					this.idempotency.of(request, "POST /api/inventory", wanted)))
			.flatMap((outcome) -> opened(caller, request, outcome));
	}

	private Mono<ServerResponse> opened(Caller caller, ServerRequest request, Outcome outcome) {
		return Idempotency.settle(request, outcome)
			.flatMap((entries) -> this.inventory.opened(caller.tenant(), entries.getLast()))
			.flatMap((row) -> Replies.created(request, "/api/inventory/" + row.id(), row));
	}

	private Mono<RecordChange> put(ServerRequest request) {
		return this.bodies.read(request, RecordChange.class);
	}

	/** A record has nothing that could be taken away. */
	private Mono<RecordChange> merge(ServerRequest request) {
		return this.bodies.patch(request, RecordChange.class, Set.of()).map(Patch::change);
	}

	private Mono<ServerResponse> update(Caller caller, ServerRequest request, Mono<InventoryRecord> row,
			Mono<RecordChange> wanted) {
		return wanted.flatMap((change) -> this.inventory.update(caller, row, IfMatch.of(request), change))
			.flatMap((changed) -> Replies.changed(request, changed));
	}

	private Mono<InventoryRecord> inWarehouse(Caller caller, ServerRequest request) {
		UUID product = Ids.parse(request.pathVariable("productId"));
		return (product != null) ? this.inventory.find(caller.tenant(), Api.id(request), product)
				: Mono.error(() -> Problem.NOT_FOUND.because("There is nothing with this id."));
	}

}
