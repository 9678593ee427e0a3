package app.stockroom.tenancy;

import java.util.List;
import java.util.Set;
import java.util.UUID;

import app.stockroom.platform.Bodies;
import app.stockroom.platform.Ids;
import app.stockroom.platform.IfMatch;
import app.stockroom.platform.Limits;
import app.stockroom.platform.Page;
import app.stockroom.platform.PageRequest;
import app.stockroom.platform.Query;
import app.stockroom.platform.Replies;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * Tenants for the platform's administrators, and a tenant's own settings.
 */
@Configuration(proxyBeanMethods = false)
class TenantRoutes {

	private static final String PLATFORM = "platform";

	private static final int CONCURRENT_READS = 8;

	private final Tenants tenants;

	private final Bodies bodies;

	TenantRoutes(Tenants tenants, Bodies bodies) {
		this.tenants = tenants;
		this.bodies = bodies;
	}

	@Bean
	RouterFunction<ServerResponse> tenantRouter(Api api) {
		return api.platformRoutes()
			.get("/api/tenants", Query.NONE.paged(), this::list)
			.post("/api/tenants", this::open)
			.get("/api/tenants/{id}", this::get)
			.patch("/api/tenants/{id}", this::change)
			.delete("/api/tenants/{id}", this::close)
			.build();
	}

	@Bean
	RouterFunction<ServerResponse> ownTenantRouter(Api api) {
		return api.routes()
			.get("/api/tenant", Scope.TENANT_ADMIN, this::getOwn)
			.patch("/api/tenant", Scope.TENANT_ADMIN, this::changeOwn)
			.build();
	}

	private Mono<ServerResponse> list(String subject, ServerRequest request) {
		PageRequest page = PageRequest.of(request, Set.of());
		List<String> after = page.after(PLATFORM);
		return ((after != null) ? behind(page, after) : numbered(page))
			.flatMap((found) -> Replies.page(request, found));
	}

	private Mono<Page<Tenant>> numbered(PageRequest page) {
		return this.tenants.ids(null, Limits.PAGED_ITEMS + 1).flatMap((ids) -> {
			List<TenantId> rest = ids.stream().skip(page.offset()).toList();
			return items(page, rest).map((items) -> Page.of(items, page, ids.size(), next(page, rest)));
		});
	}

	private Mono<Page<Tenant>> behind(PageRequest page, List<String> after) {
		UUID last = (after.size() == 1) ? Ids.parse(after.getFirst()) : null;
		if (last == null) {
			throw PageRequest.foreignCursor();
		}
		return this.tenants.ids(last, page.limit() + 1)
			.flatMap((rest) -> items(page, rest).map((items) -> Page.behind(items, page, next(page, rest))));
	}

	private Mono<List<Tenant>> items(PageRequest page, List<TenantId> ids) {
		return Flux.fromStream(ids.stream().limit(page.limit()))
			.flatMapSequential(this.tenants::find, CONCURRENT_READS)
			.collectList();
	}

	private static @Nullable String next(PageRequest page, List<TenantId> ids) {
		return (ids.size() > page.limit()) ? page.next(PLATFORM, List.of(ids.get(page.limit() - 1).toString())) : null;
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
		return this.tenants.close(new TenantId(Api.id(request))).then(ServerResponse.noContent().build());
	}

	private Mono<ServerResponse> getOwn(Caller caller, ServerRequest request) {
		return this.tenants.found(caller.tenant()).flatMap(Replies::found);
	}

	private Mono<ServerResponse> changeOwn(Caller caller, ServerRequest request) {
		return change(caller.tenant(), request);
	}

	private Mono<ServerResponse> change(TenantId tenant, ServerRequest request) {
		return this.bodies.read(request, TenantChange.class)
			.flatMap((wanted) -> this.tenants.change(tenant, IfMatch.of(request), wanted))
			.flatMap((changed) -> Replies.changed(request, changed));
	}

}
