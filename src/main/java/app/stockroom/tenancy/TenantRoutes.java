package app.stockroom.tenancy;

import app.stockroom.platform.Bodies;
import app.stockroom.platform.Ids;
import app.stockroom.platform.IfMatch;
import app.stockroom.platform.Query;
import app.stockroom.platform.Replies;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * Tenants for the platform's administrators, and a tenant's own settings.
 */
@Configuration(proxyBeanMethods = false)
class TenantRoutes {

	private final Tenants tenants;

	private final Lists lists;

	private final Bodies bodies;

	TenantRoutes(Tenants tenants, Lists lists, Bodies bodies) {
		this.tenants = tenants;
		this.lists = lists;
		this.bodies = bodies;
	}

	@Bean
	RouteTable tenantTable(Api api) {
		return api.platformRoutes()
			.list("/api/tenants", Query.NONE.paged(), this::list)
			.post("/api/tenants", this::open)
			.get("/api/tenants/{id}", this::get)
			.patch("/api/tenants/{id}", this::change)
			.delete("/api/tenants/{id}", this::close)
			.build();
	}

	@Bean
	RouteTable ownTenantTable(Api api) {
		return api.routes()
			.get("/api/tenant", Scope.TENANT_ADMIN, this::getOwn)
			.patch("/api/tenant", Scope.TENANT_ADMIN, this::changeOwn)
			.build();
	}

	private Mono<ServerResponse> list(String subject, ServerRequest request) {
		return this.lists.answer(request, new TenantList(this.tenants));
	}

	private Mono<ServerResponse> open(String subject, ServerRequest request) {
		return this.bodies.read(request, TenantChange.class)
			.flatMap((wanted) -> this.tenants.open(new TenantId(Ids.next()), wanted.orDefaults()))
			.flatMap((tenant) -> Replies.created(request, "/api/tenants/" + tenant.id(), tenant));
	}

	private Mono<ServerResponse> get(String subject, ServerRequest request) {
		return this.tenants.found(new TenantId(Api.id(request))).flatMap(Replies::found);
	}

	private Mono<ServerResponse> change(String subject, ServerRequest request) {
		return change(new TenantId(Api.id(request)), request);
	}

	private Mono<ServerResponse> close(String subject, ServerRequest request) {
		return this.tenants.close(new TenantId(Api.id(request)), IfMatch.of(request))
			.then(ServerResponse.noContent().build());
	}

	private Mono<ServerResponse> getOwn(Caller caller, ServerRequest request) {
		return this.tenants.found(caller.tenant()).flatMap(Replies::found);
	}

	private Mono<ServerResponse> changeOwn(Caller caller, ServerRequest request) {
		return change(caller.tenant(), request);
	}

	private Mono<ServerResponse> change(TenantId tenant, ServerRequest request) {
		return this.bodies.patch(request, TenantChange.class, TenantChange.OPTIONAL)
			.map(TenantChange::of)
			.flatMap((wanted) -> this.tenants.change(tenant, IfMatch.of(request), wanted))
			.flatMap((changed) -> Replies.changed(request, changed));
	}

}
