package app.stockroom.replay;

import java.util.List;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Posts movements until each has its final result, over several connections at the same
 * time. A movement whose answer was lost is posted again with its key, which cannot count
 * it twice.
 */
class Posting {

	private static final String MOVEMENTS = "/api/stock-movements";

	private static final String BATCH = MOVEMENTS + "/batch";

	/** Movements to one streamed request; each connection holds so many in memory. */
	private static final int BATCH_SIZE = 5_000;

	private final StockroomClient client;

	private final int connections;

	Posting(StockroomClient client, int connections) {
		this.client = client;
		this.connections = connections;
	}

	Flux<Result> post(Flux<Movement> movements, Options.Mode mode) {
		return switch (mode) {
			case NDJSON -> movements.buffer(BATCH_SIZE).flatMap(this::batch, this.connections, 1);
			case REQUESTS -> movements.flatMap(this::request, this.connections, 1);
		};
	}

	private Mono<Result> request(Movement movement) {
		String key = String.valueOf(movement.idempotencyKey());
		return this.client.post(MOVEMENTS, movement.withoutKey(), key)
			.map((answer) -> new Result(movement, answer.replayed(), null,
					answer.accepted() ? null : answer.problem().toString()));
	}

	private Flux<Result> batch(List<Movement> movements) {
		Batch batch = new Batch(movements, this.client);
		return Flux
			.defer(() -> this.client.stream(BATCH, batch.lines())
				.concatMap(batch::result)
				.concatWith(Mono.defer(batch::end)))
			.retryWhen(this.client.patience());
	}

}
