package app.stockroom.inventory;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

import app.stockroom.inventory.Batch.Item;
import app.stockroom.inventory.Batch.Result;
import app.stockroom.ledger.Command;
import app.stockroom.ledger.Entry;
import app.stockroom.ledger.EntryType;
import app.stockroom.ledger.Idempotency;
import app.stockroom.ledger.Ledger;
import app.stockroom.ledger.Outcome;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Problems;
import app.stockroom.platform.Refusal;
import app.stockroom.tenancy.Caller;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * Posts arrays of movements: each element for itself, or all or nothing.
 */
@Component
class MovementArrays {

	private static final String ROUTE = "POST /api/stock-movements/batch";

	private final Ledger ledger;

	private final Idempotency idempotency;

	MovementArrays(Ledger ledger, Idempotency idempotency) {
		this.ledger = ledger;
		this.idempotency = idempotency;
	}

	/**
	 * The outcomes of the elements, in order; when atomic, the refusal of the first one
	 * that cannot be.
	 */
	Mono<List<Result>> post(Caller caller, ServerRequest request, MovementArray array, boolean atomic) {
		String key = Idempotency.header(request);
		Function<Command, Mono<Outcome>> engine = (command) -> this.ledger.post(caller.tenant(), command);
		if (atomic) {
			Command.Key whole = (key != null) ? this.idempotency.of(key, ROUTE + "?atomic=true", array.canonical())
					: null;
			return together(request, new Command(caller.subject(), array.lines(), whole), engine);
		}
		return (key == null) ? Batch.run(Flux.fromIterable(items(caller, array)), engine).collectList()
				: keyed(caller, request, array, key);
	}

	/**
	 * What {@link #post} would answer now. Keys are ignored.
	 */
	Mono<List<Result>> rehearse(Caller caller, ServerRequest request, MovementArray array, boolean atomic) {
		Function<List<Command>, Mono<List<Outcome>>> engine = (commands) -> this.ledger.rehearse(caller.tenant(),
				commands);
		return atomic
				? together(request, new Command(caller.subject(), array.lines(), null),
						(command) -> engine.apply(List.of(command)).map(List::getFirst))
				: Batch.rehearse(items(caller, array), engine);
	}

	private static Mono<List<Result>> together(ServerRequest request, Command command,
			Function<Command, Mono<Outcome>> engine) {
		return command.lines().isEmpty() ? Mono.just(List.of())
				: engine.apply(command)
					.flatMap((outcome) -> Idempotency.settle(request, asBatch(outcome)))
					.map(MovementArrays::results);
	}

	/**
	 * Claims the header's key for this array, as every other request does for itself: it
	 * may stand for another one, and then nothing of this one may be done.
	 */
	private Mono<List<Result>> keyed(Caller caller, ServerRequest request, MovementArray array, String key) {
		Command.Key whole = this.idempotency.of(key, ROUTE, array.canonical());
		return this.ledger.claim(caller.tenant(), caller.subject(), whole)
			.flatMap((outcome) -> Idempotency.settle(request, outcome))
			.flatMap((claimed) -> Batch
				.run(Flux.fromIterable(keyedItems(caller, array, key, whole)),
						(command) -> this.ledger.post(caller.tenant(), command))
				.collectList());
	}

	private List<Item> items(Caller caller, MovementArray array) {
		return array.items((movement, index) -> {
			String key = movement.idempotencyKey();
			return movement.command(caller.subject(),
					(key == null) ? null : this.idempotency.of(key, MovementStream.ROUTE, movement));
		});
	}

	private List<Item> keyedItems(Caller caller, MovementArray array, String key, Command.Key whole) {
		return array.items((movement, index) -> movement.alone()
			.command(caller.subject(), new Command.Key(Idempotency.part(key, index), whole.fingerprint())));
	}

	/** A batch is refused for one of its elements, which is told with its own problem. */
	private static Outcome asBatch(Outcome outcome) {
		if (!(outcome instanceof Outcome.Refused refused)
				|| refused.refusal().problem() == Problem.IDEMPOTENCY_KEY_REUSED) {
			return outcome;
		}
		Refusal batch = Problem.BATCH_REFUSED
			.because("Element " + refused.line() + " was refused, so nothing was done: " + refused.refusal().detail())
			.with("index", refused.line())
			.with("problem", Problems.document(refused.refusal()));
		return new Outcome.Refused(batch, refused.line(), refused.replayed());
	}

	/** One result for each line; a record that a line opened is not a line of its own. */
	private static List<Result> results(List<Entry> entries) {
		List<Entry> movements = entries.stream().filter((entry) -> entry.type() != EntryType.OPENING).toList();
		return IntStream.range(0, movements.size()).mapToObj((i) -> Result.accepted(i, movements.get(i))).toList();
	}

}
