package app.stockroom.warehouses;

import app.stockroom.platform.Bodies;
import app.stockroom.platform.IfMatch;
import app.stockroom.platform.Patch;
import app.stockroom.platform.Replies;
import app.stockroom.tenancy.Api;
import app.stockroom.tenancy.Caller;
import app.stockroom.tenancy.Lists;
import app.stockroom.tenancy.RouteTable;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

import static app.stockroom.tenancy.Scope.CATALOG_WRITE;
import static app.stockroom.tenancy.Scope.INVENTORY_READ;

@Configuration(proxyBeanMethods = false)
class WarehouseRoutes {

	private static final String PATH = "/api/warehouses";

	private final Warehouses warehouses;

	private final Lists lists;

	private final Bodies bodies;

	WarehouseRoutes(Warehouses warehouses, Lists lists, Bodies bodies) {
		this.warehouses = warehouses;
		this.lists = lists;
		this.bodies = bodies;
	}

	@Bean
	RouteTable warehouseTable(Api api) {
		return api.routes()
			.list(PATH, INVENTORY_READ, WarehouseFilter.QUERY.listed(), this::list)
			.post(PATH, CATALOG_WRITE, this::create)
			.get(PATH + "/{id}", INVENTORY_READ, this::find)
			.put(PATH + "/{id}", CATALOG_WRITE, this::update)
			.patch(PATH + "/{id}", CATALOG_WRITE, this::patch)
			.delete(PATH + "/{id}", CATALOG_WRITE, this::delete)
			.post(PATH + "/{id}/restore", CATALOG_WRITE, this::restore)
			.build();
	}

	Mono<ServerResponse> list(Caller caller, ServerRequest request) {
		return this.lists.answer(request, this.warehouses.rows(caller.tenant(), WarehouseFilter.of(request)));
	}

	Mono<ServerResponse> find(Caller caller, ServerRequest request) {
		return this.warehouses.find(caller.tenant(), Api.id(request)).flatMap(Replies::found);
	}

	Mono<ServerResponse> create(Caller caller, ServerRequest request) {
		return this.bodies.read(request, Warehouse.Details.class)
			.flatMap((details) -> this.warehouses.create(caller, details))
			.flatMap((warehouse) -> Replies.created(request, PATH + "/" + warehouse.id(), warehouse));
	}

	Mono<ServerResponse> update(Caller caller, ServerRequest request) {
		return update(caller, request, this.bodies.read(request, Warehouse.Change.class).map(Patch::of));
	}

	Mono<ServerResponse> patch(Caller caller, ServerRequest request) {
		return update(caller, request, this.bodies.patch(request, Warehouse.Change.class, Warehouse.Change.OPTIONAL));
	}

	Mono<ServerResponse> restore(Caller caller, ServerRequest request) {
		return this.warehouses.restore(caller, Api.id(request), IfMatch.of(request))
			.flatMap((warehouse) -> Replies.changed(request, warehouse));
	}

	private Mono<ServerResponse> update(Caller caller, ServerRequest request, Mono<Patch<Warehouse.Change>> patch) {
		return patch.flatMap((wanted) -> this.warehouses.update(caller, Api.id(request), IfMatch.of(request), wanted))
			.flatMap((warehouse) -> Replies.changed(request, warehouse));
	}

	Mono<ServerResponse> delete(Caller caller, ServerRequest request) {
		return this.warehouses.delete(caller, Api.id(request), IfMatch.of(request))
			.then(ServerResponse.noContent().build());
	}

}
