package app.stockroom.reservations;

import app.stockroom.ledger.Command;
import app.stockroom.ledger.Idempotency;
import app.stockroom.ledger.Outcome;
import app.stockroom.platform.Bodies;
import app.stockroom.platform.IfMatch;
import app.stockroom.platform.Replies;
import app.stockroom.reservations.ReservationRequest.Commit;
import app.stockroom.reservations.ReservationRequest.Extension;
import app.stockroom.reservations.ReservationRequest.Release;
import app.stockroom.tenancy.Api;
import app.stockroom.tenancy.Caller;
import app.stockroom.tenancy.Lists;
import app.stockroom.tenancy.RouteTable;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

import static app.stockroom.tenancy.Scope.INVENTORY_READ;
import static app.stockroom.tenancy.Scope.INVENTORY_WRITE;

@Configuration(proxyBeanMethods = false)
class ReservationRoutes {

	private static final String PATH = "/api/reservations";

	private final Reservations reservations;

	private final Lists lists;

	private final Bodies bodies;

	private final Idempotency idempotency;

	ReservationRoutes(Reservations reservations, Lists lists, Bodies bodies, Idempotency idempotency) {
		this.reservations = reservations;
		this.lists = lists;
		this.bodies = bodies;
		this.idempotency = idempotency;
	}

	@Bean
	RouteTable reservationTable(Api api) {
		return api.routes()
			.list(PATH, INVENTORY_READ, ReservationFilter.QUERY.listed(), this::list)
			.post(PATH, INVENTORY_WRITE, this::create)
			.get(PATH + "/{id}", INVENTORY_READ, this::find)
			.post(PATH + "/{id}/commit", INVENTORY_WRITE, this::commit)
			.post(PATH + "/{id}/release", INVENTORY_WRITE, this::release)
			.post(PATH + "/{id}/extension", INVENTORY_WRITE, this::extend)
			.build();
	}

	Mono<ServerResponse> list(Caller caller, ServerRequest request) {
		return this.lists.answer(request, this.reservations.rows(caller.tenant(), ReservationFilter.of(request)));
	}

	Mono<ServerResponse> find(Caller caller, ServerRequest request) {
		return this.reservations.find(caller.tenant(), Api.id(request)).flatMap(Replies::found);
	}

	Mono<ServerResponse> create(Caller caller, ServerRequest request) {
		return this.bodies.read(request, ReservationRequest.class)
			.flatMap((wanted) -> this.reservations.create(caller, wanted, key(request, wanted)))
			.flatMap((outcome) -> settle(request, outcome))
			.flatMap((made) -> Replies.created(request, PATH + "/" + made.id(), made));
	}

	Mono<ServerResponse> commit(Caller caller, ServerRequest request) {
		return this.bodies.readOptional(request, Commit.class)
			.flatMap((commit) -> this.reservations.commit(caller, Api.id(request), IfMatch.of(request), commit,
					key(request, commit)))
			.flatMap((outcome) -> settle(request, outcome))
			.flatMap((committed) -> Replies.changed(request, committed));
	}

	Mono<ServerResponse> release(Caller caller, ServerRequest request) {
		return this.bodies.readOptional(request, Release.class)
			.flatMap((release) -> this.reservations.change(caller, Api.id(request), IfMatch.of(request),
					key(request, release), Reservation::release))
			.flatMap((outcome) -> settle(request, outcome))
			.flatMap((released) -> Replies.changed(request, released));
	}

	Mono<ServerResponse> extend(Caller caller, ServerRequest request) {
		return this.bodies.read(request, Extension.class)
			.flatMap((extension) -> this.reservations.change(caller, Api.id(request), IfMatch.of(request),
					key(request, extension), (held) -> held.extend(extension.ttlSeconds())))
			.flatMap((outcome) -> settle(request, outcome))
			.flatMap((extended) -> Replies.changed(request, extended));
	}

	private Command.@Nullable Key key(ServerRequest request, Object body) {
		return this.idempotency.of(request, "POST " + request.path(), body);
	}

	private Mono<Reservation> settle(ServerRequest request, Outcome outcome) {
		return Idempotency.settle(request, outcome).map(this.reservations::state);
	}

}
