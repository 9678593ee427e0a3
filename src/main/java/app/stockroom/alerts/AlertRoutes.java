package app.stockroom.alerts;

import app.stockroom.ledger.Ledger;
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
class AlertRoutes {

	private static final String PATH = "/api/alerts";

	private final AlertList alerts;

	private final Lists lists;

	private final Ledger ledger;

	AlertRoutes(AlertList alerts, Lists lists, Ledger ledger) {
		this.alerts = alerts;
		this.lists = lists;
		this.ledger = ledger;
	}

	@Bean
	RouteTable alertTable(Api api) {
		return api.routes()
			.list(PATH, INVENTORY_READ, AlertFilter.QUERY.listed(), this::list)
			.post(PATH + "/{id}/acknowledgement", INVENTORY_WRITE, this::acknowledge)
			.build();
	}

	Mono<ServerResponse> list(Caller caller, ServerRequest request) {
		return this.lists.answer(request, this.alerts.rows(caller.tenant(), AlertFilter.of(request)));
	}

	Mono<ServerResponse> acknowledge(Caller caller, ServerRequest request) {
		return this.ledger.acknowledge(caller.tenant(), Api.id(request), caller.subject())
			.flatMap((alert) -> Replies.changed(request, alert));
	}

}
