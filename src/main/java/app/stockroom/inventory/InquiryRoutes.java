package app.stockroom.inventory;

import app.stockroom.platform.Replies;
import app.stockroom.tenancy.Api;
import app.stockroom.tenancy.Caller;
import app.stockroom.tenancy.RouteTable;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

import static app.stockroom.tenancy.Scope.INVENTORY_READ;

@Configuration(proxyBeanMethods = false)
class InquiryRoutes {

	private final Inquiries inquiries;

	private final Verification verification;

	InquiryRoutes(Inquiries inquiries, Verification verification) {
		this.inquiries = inquiries;
		this.verification = verification;
	}

	@Bean
	RouteTable inquiryTable(Api api) {
		return api.routes()
			.get("/api/inventory/summary", INVENTORY_READ, this::summarize)
			.get("/api/inventory/{id}/explanation", INVENTORY_READ, this::explain)
			.get("/api/verification", INVENTORY_READ, this::verify)
			.build();
	}

	Mono<ServerResponse> summarize(Caller caller, ServerRequest request) {
		return this.inquiries.summarize(caller.tenant()).flatMap(Replies::found);
	}

	Mono<ServerResponse> explain(Caller caller, ServerRequest request) {
		return this.inquiries.explain(caller.tenant(), Api.id(request)).flatMap(Replies::found);
	}

	Mono<ServerResponse> verify(Caller caller, ServerRequest request) {
		return this.verification.verify(caller.tenant()).flatMap(Replies::found);
	}

}
