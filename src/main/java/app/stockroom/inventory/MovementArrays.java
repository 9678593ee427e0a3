package app.stockroom.inventory;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import app.stockroom.inventory.Batch.Item;
import app.stockroom.inventory.Batch.Result;
import app.stockroom.ledger.Command;
import app.stockroom.ledger.Entry;
import app.stockroom.ledger.EntryType;
import app.stockroom.ledger.Idempotency;
import app.stockroom.ledger.Ledger;
import app.stockroom.ledger.Outcome;
import app.stockroom.platform.Problem;
import app.stockroom.tenancy.Caller;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpStatus;
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
	 * that cannot be. A dry run judges each element on the stock as it is, or, when
	 * atomic, on what the elements before it would leave.
	 */
	Mono<List<Result>> post(Caller caller, ServerRequest request, MovementArray array, boolean atomic, boolean dryRun) {
		Function<Command, Mono<Outcome>> engine = (command) -> dryRun ? this.ledger.rehearse(caller.tenant(), command)
				: this.ledger.post(caller.tenant(), command);
		String key = dryRun ? null : Idempotency.header(request);
		if (atomic) {
			return together(caller, request, array, key, engine);
		}
		return (key == null) ? Batch.run(Flux.fromIterable(items(caller, array, dryRun)), engine).collectList()
				: keyed(request, keyedItems(caller, array, key), engine);
	}

	private Mono<List<Result>> together(Caller caller, ServerRequest request, MovementArray array, @Nullable String key,
			Function<Command, Mono<Outcome>> engine) {
		List<Command.Line> lines = array.lines();
		if (lines.isEmpty()) {
			return Mono.just(List.of());
		}
		Command.Key whole = (key != null) ? this.idempotency.of(key, ROUTE + "?atomic=true", array.canonical()) : null;
		return engine.apply(new Command(caller.subject(), lines, whole))
			.doOnNext(MovementArrays::nameFirstRefusal)
			.flatMap((outcome) -> Idempotency.settle(request, outcome))
			.map(MovementArrays::results);
	}

	/**
	 * Sends the first command ahead: its key tells whether the header's key was used for
	 * another array, and then nothing of this one may be done.
	 */
	private static Mono<List<Result>> keyed(ServerRequest request, List<Item> items,
			Function<Command, Mono<Outcome>> engine) {
		long ahead = Math.min(items.size(), items.stream().takeWhile(Item.Bad.class::isInstance).count() + 1);
		return Batch.run(Flux.fromIterable(items).take(ahead), engine).collectList().flatMap((first) -> {
			if (!first.isEmpty()) {
				check(request, first.getLast());
			}
			return Batch.run(Flux.fromIterable(items).skip(ahead), engine)
				.collectList()
				.map((rest) -> Stream.concat(first.stream(), rest.stream()).toList());
		});
	}

	private static void check(ServerRequest request, Result first) {
		if (first.refusedFor(Problem.IDEMPOTENCY_KEY_REUSED)) {
			throw Problem.IDEMPOTENCY_KEY_REUSED.because("The key stands for another request.");
		}
		if (first.status() >= HttpStatus.INTERNAL_SERVER_ERROR.value()) {
			throw Problem.OUTCOME_UNKNOWN.because("The first element has no outcome yet, and the others were not sent. "
					+ "Repeat the request with its key.");
		}
		if (first.replayed() != null) {
			Idempotency.markReplayed(request);
		}
	}

	private List<Item> items(Caller caller, MovementArray array, boolean dryRun) {
		return array.items((movement, index) -> {
			String key = movement.idempotencyKey();
			return movement.command(caller.subject(),
					(key == null || dryRun) ? null : this.idempotency.of(key, MovementStream.ROUTE, movement));
		});
	}

	private List<Item> keyedItems(Caller caller, MovementArray array, String key) {
		Command.Key whole = this.idempotency.of(key, ROUTE, array.canonical());
		return array.items((movement, index) -> movement.alone()
			.command(caller.subject(), new Command.Key(Idempotency.part(key, index), whole.fingerprint())));
	}

	private static void nameFirstRefusal(Outcome outcome) {
		if (outcome instanceof Outcome.Refused refused
				&& refused.refusal().problem() != Problem.IDEMPOTENCY_KEY_REUSED) {
			refused.refusal().with("index", refused.line());
		}
	}

	/** One result for each line; a record that a line opened is not a line of its own. */
	private static List<Result> results(List<Entry> entries) {
		List<Entry> movements = entries.stream().filter((entry) -> entry.type() != EntryType.OPENING).toList();
		return IntStream.range(0, movements.size()).mapToObj((i) -> Result.accepted(i, movements.get(i))).toList();
	}

}
