package app.stockroom.inventory;

import app.stockroom.ledger.Idempotency;
import app.stockroom.platform.Bodies;
import app.stockroom.platform.Filters;
import app.stockroom.platform.Limits;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Query;
import app.stockroom.platform.Refusal;
import app.stockroom.tenancy.Api;
import app.stockroom.tenancy.Caller;
import app.stockroom.tenancy.RouteTable;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

import static app.stockroom.tenancy.Scope.INVENTORY_WRITE;

@Configuration(proxyBeanMethods = false)
class MovementBatchRoutes {

	private static final String PATH = "/api/stock-movements/batch";

	private final MovementArrays arrays;

	private final MovementStream stream;

	private final Bodies bodies;

	MovementBatchRoutes(MovementArrays arrays, MovementStream stream, Bodies bodies) {
		this.arrays = arrays;
		this.stream = stream;
		this.bodies = bodies;
	}

	@Bean
	RouteTable movementBatchTable(Api api) {
		return api.routes().postMany(PATH, INVENTORY_WRITE, Query.of("atomic", "dryRun"), this::post).build();
	}

	Mono<ServerResponse> post(Caller caller, ServerRequest request) {
		MediaType type = request.headers().contentType().orElse(MediaType.APPLICATION_JSON);
		Filters query = new Filters(request);
		boolean atomic = query.flag("atomic");
		boolean dryRun = query.flag("dryRun");
		query.check();
		return type.equalsTypeAndSubtype(MediaType.APPLICATION_NDJSON) ? stream(caller, request, atomic, dryRun)
				: array(caller, request, atomic, dryRun);
	}

	private Mono<ServerResponse> array(Caller caller, ServerRequest request, boolean atomic, boolean dryRun) {
		return this.bodies.bytes(request, Limits.BATCH_BYTES)
			.map((body) -> MovementArray.parse(body, this.bodies))
			.flatMap((array) -> dryRun ? this.arrays.rehearse(caller, request, array, atomic)
					: this.arrays.post(caller, request, array, atomic))
			.flatMap((results) -> ServerResponse.ok().contentType(MediaType.APPLICATION_JSON).bodyValue(results));
	}

	private Mono<ServerResponse> stream(Caller caller, ServerRequest request, boolean atomic, boolean dryRun) {
		if (atomic) {
			throw Problem.INVALID_REQUEST.because("A stream has no end that one could wait for.")
				.with(new Refusal.FieldError("atomic", "conflicting", "only an array can be all or nothing"));
		}
		if (Idempotency.header(request) != null) {
			throw Problem.INVALID_REQUEST.because("A stream has no key as a whole.")
				.with(new Refusal.FieldError(Idempotency.HEADER, "unknown-field",
						"give each line its own idempotencyKey"));
		}
		return this.stream.post(caller, request, dryRun);
	}

}
