package app.stockroom.transfers;

import java.util.UUID;

import app.stockroom.ledger.Idempotency;
import app.stockroom.platform.Bodies;
import app.stockroom.platform.IfMatch;
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

import static app.stockroom.tenancy.Scope.INVENTORY_READ;
import static app.stockroom.tenancy.Scope.INVENTORY_WRITE;

@Configuration(proxyBeanMethods = false)
class TransferRoutes {

	private static final String PATH = "/api/transfers";

	private static final String ROUTE = "POST " + PATH;

	private final Transfers transfers;

	private final Lists lists;

	private final Bodies bodies;

	private final Idempotency idempotency;

	TransferRoutes(Transfers transfers, Lists lists, Bodies bodies, Idempotency idempotency) {
		this.transfers = transfers;
		this.lists = lists;
		this.bodies = bodies;
		this.idempotency = idempotency;
	}

	@Bean
	RouteTable transferTable(Api api) {
		return api.routes()
			.list(PATH, INVENTORY_READ, TransferFilter.QUERY.listed(), this::list)
			.post(PATH, INVENTORY_WRITE, this::create)
			.get(PATH + "/{id}", INVENTORY_READ, this::find)
			.post(PATH + "/{id}/receipt", INVENTORY_WRITE, this::receive)
			.build();
	}

	Mono<ServerResponse> list(Caller caller, ServerRequest request) {
		return this.lists.answer(request, this.transfers.rows(caller.tenant(), TransferFilter.of(request)));
	}

	Mono<ServerResponse> find(Caller caller, ServerRequest request) {
		return this.transfers.find(caller.tenant(), Api.id(request)).flatMap(Replies::found);
	}

	Mono<ServerResponse> create(Caller caller, ServerRequest request) {
		return this.bodies.read(request, TransferRequest.class)
			.map(TransferRequest::betweenTwo)
			.flatMap((wanted) -> this.transfers.create(caller, wanted, this.idempotency.of(request, ROUTE, wanted)))
			.flatMap((outcome) -> Idempotency.settle(request, outcome))
			.map(this.transfers::transfer)
			.flatMap((transfer) -> Replies.created(request, PATH + "/" + transfer.id(), transfer));
	}

	Mono<ServerResponse> receive(Caller caller, ServerRequest request) {
		UUID id = Api.id(request);
		return this.bodies.read(request, Receipt.class)
			.map(Receipt::ofSomething)
			.flatMap((receipt) -> this.transfers.receive(caller, id, IfMatch.of(request), receipt,
					this.idempotency.of(request, ROUTE + "/" + id + "/receipt", receipt)))
			.flatMap((outcome) -> Idempotency.settle(request, outcome))
			.flatMap((entries) -> Replies.changed(request, this.transfers.transfer(entries)));
	}

}
