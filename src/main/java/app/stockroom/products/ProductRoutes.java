package app.stockroom.products;

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
class ProductRoutes {

	private static final String PATH = "/api/products";

	private final Products products;

	private final Lists lists;

	private final Bodies bodies;

	ProductRoutes(Products products, Lists lists, Bodies bodies) {
		this.products = products;
		this.lists = lists;
		this.bodies = bodies;
	}

	@Bean
	RouteTable productTable(Api api) {
		return api.routes()
			.list(PATH, INVENTORY_READ, ProductFilter.QUERY.listed(), this::list)
			.post(PATH, CATALOG_WRITE, this::create)
			.get(PATH + "/{id}", INVENTORY_READ, this::find)
			.put(PATH + "/{id}", CATALOG_WRITE, this::update)
			.patch(PATH + "/{id}", CATALOG_WRITE, this::patch)
			.delete(PATH + "/{id}", CATALOG_WRITE, this::delete)
			.post(PATH + "/{id}/restore", CATALOG_WRITE, this::restore)
			.build();
	}

	Mono<ServerResponse> list(Caller caller, ServerRequest request) {
		return this.lists.answer(request, this.products.rows(caller.tenant(), ProductFilter.of(request)));
	}

	Mono<ServerResponse> find(Caller caller, ServerRequest request) {
		return this.products.find(caller.tenant(), Api.id(request)).flatMap(Replies::found);
	}

	Mono<ServerResponse> create(Caller caller, ServerRequest request) {
		return this.bodies.read(request, Product.Details.class)
			.flatMap((details) -> this.products.create(caller, details))
			.flatMap((product) -> Replies.created(request, PATH + "/" + product.id(), product));
	}

	Mono<ServerResponse> update(Caller caller, ServerRequest request) {
		return update(caller, request, this.bodies.read(request, Product.Change.class).map(Patch::of));
	}

	Mono<ServerResponse> patch(Caller caller, ServerRequest request) {
		return update(caller, request, this.bodies.patch(request, Product.Change.class, Product.Change.OPTIONAL));
	}

	Mono<ServerResponse> restore(Caller caller, ServerRequest request) {
		return this.products.restore(caller, Api.id(request), IfMatch.of(request))
			.flatMap((product) -> Replies.changed(request, product));
	}

	private Mono<ServerResponse> update(Caller caller, ServerRequest request, Mono<Patch<Product.Change>> patch) {
		return patch.flatMap((wanted) -> this.products.update(caller, Api.id(request), IfMatch.of(request), wanted))
			.flatMap((product) -> Replies.changed(request, product));
	}

	Mono<ServerResponse> delete(Caller caller, ServerRequest request) {
		return this.products.delete(caller, Api.id(request), IfMatch.of(request))
			.then(ServerResponse.noContent().build());
	}

}
