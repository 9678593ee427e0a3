package app.stockroom.inventory;

import app.stockroom.ledger.Entries;
import app.stockroom.ledger.Entry;
import app.stockroom.ledger.Idempotency;
import app.stockroom.ledger.Ledger;
import app.stockroom.platform.Bodies;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
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
class MovementRoutes {

	private static final String PATH = "/api/stock-movements";

	private static final String ROUTE = "POST " + PATH;

	private final Movements movements;

	private final Lists lists;

	private final Entries entries;

	private final Ledger ledger;

	private final Bodies bodies;

	private final Idempotency idempotency;

	MovementRoutes(Movements movements, Lists lists, Entries entries, Ledger ledger, Bodies bodies,
			Idempotency idempotency) {
		this.movements = movements;
		this.lists = lists;
		this.entries = entries;
		this.ledger = ledger;
		this.bodies = bodies;
		this.idempotency = idempotency;
	}

	@Bean
	RouteTable movementTable(Api api) {
		return api.routes()
			.list(PATH, INVENTORY_READ, MovementFilter.QUERY.listed(), this::list)
			.post(PATH, INVENTORY_WRITE, this::post)
			.get(PATH + "/{sequence}", INVENTORY_READ, this::find)
			.post(PATH + "/{sequence}/reversal", INVENTORY_WRITE, this::reverse)
			.build();
	}

	Mono<ServerResponse> list(Caller caller, ServerRequest request) {
		return this.movements.rows(caller.tenant(), MovementFilter.of(request))
			.flatMap((rows) -> this.lists.answer(request, rows));
	}

	Mono<ServerResponse> find(Caller caller, ServerRequest request) {
		return entry(caller, sequence(request)).flatMap(Replies::found);
	}

	private static long sequence(ServerRequest request) {
		String sequence = request.pathVariable("sequence");
		if (!sequence.matches("[1-9][0-9]{0,17}")) {
			throw noSuchMovement();
		}
		return Long.parseLong(sequence);
	}

	private static Refusal noSuchMovement() {
		return Problem.NOT_FOUND.because("There is no movement with this sequence.");
	}

	Mono<ServerResponse> post(Caller caller, ServerRequest request) {
		boolean minimal = Replies.prefersMinimal(request);
		return this.bodies.read(request, MovementRequest.class)
			.flatMap((movement) -> this.ledger.post(caller.tenant(),
					movement.alone().command(caller.subject(), this.idempotency.of(request, ROUTE, movement))))
			.flatMap((outcome) -> Idempotency.settle(request, outcome))
			.flatMap((entries) -> created(minimal, entries.getLast()));
	}

	Mono<ServerResponse> reverse(Caller caller, ServerRequest request) {
		long sequence = sequence(request);
		boolean minimal = Replies.prefersMinimal(request);
		return this.bodies.readOptional(request, Reversal.class)
			.flatMap((reversal) -> entry(caller, sequence).map((entry) -> reversal.command(entry, caller.subject(),
					this.idempotency.of(request, ROUTE + "/" + sequence + "/reversal", reversal))))
			.flatMap((command) -> this.ledger.post(caller.tenant(), command))
			.flatMap((outcome) -> Idempotency.settle(request, outcome))
			.flatMap((entries) -> created(minimal, entries.getLast()));
	}

	private Mono<Entry> entry(Caller caller, long sequence) {
		return this.entries.find(caller.tenant(), sequence).switchIfEmpty(Mono.error(MovementRoutes::noSuchMovement));
	}

	private static Mono<ServerResponse> created(boolean minimal, Entry entry) {
		return Replies.created(minimal, PATH + "/" + entry.sequence(), entry);
	}

}
