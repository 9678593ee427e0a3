package app.stockroom.inventory;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import app.stockroom.ledger.Command;
import app.stockroom.ledger.Entry;
import app.stockroom.ledger.EntryType;
import app.stockroom.ledger.Outcome;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Problems;
import app.stockroom.platform.Refusal;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

import org.springframework.http.HttpStatus;

/**
 * Sends many commands of one client to the engine: in order, many at a time so that they
 * share database calls, and each with its own outcome.
 */
final class Batch {

	private static final Logger logger = LoggerFactory.getLogger(Batch.class);

	/** Half of a tenant's queue, so that one stream never fills it alone. */
	private static final int WINDOW = 2048;

	/** A full queue takes a few database calls to drain; each takes milliseconds. */
	private static final Retry WHILE_FULL = Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(5)).filter(Batch::full);

	private Batch() {
	}

	/**
	 * The outcomes of the items, in their order.
	 * @param engine what a command is sent to
	 */
	static Flux<Result> run(Flux<Item> items, Function<Command, Mono<Outcome>> engine) {
		// Two steps, because the first keeps the order in which commands enter the queue
		// even when one of them has to wait for room, and the second does not wait for
		// their outcomes.
		return items.concatMap((item) -> send(item, engine), 1).flatMapSequential(Sent::result, WINDOW, 1);
	}

	/**
	 * What would become of the items, in their order, if they were run now.
	 * @param engine what the commands are rehearsed by, all of them together
	 */
	static Mono<List<Result>> rehearse(List<Item> items, Function<List<Command>, Mono<List<Outcome>>> engine) {
		List<Command> commands = items.stream()
			.filter(Item.Good.class::isInstance)
			.map((item) -> ((Item.Good) item).command())
			.toList();
		return (commands.isEmpty() ? Mono.just(List.<Outcome>of()) : engine.apply(commands)).map((outcomes) -> {
			Iterator<Outcome> outcome = outcomes.iterator();
			return items.stream().map((item) -> switch (item) {
				case Item.Good good -> Result.of(good, outcome.next());
				case Item.Bad bad -> Result.refused(bad, bad.refusal(), null);
			}).toList();
		});
	}

	private static Mono<Sent> send(Item item, Function<Command, Mono<Outcome>> engine) {
		return switch (item) {
			case Item.Bad bad -> Mono.just(new Sent(item, CompletableFuture.failedFuture(bad.refusal())));
			case Item.Good good -> Mono.fromCallable(() -> {
				CompletableFuture<@Nullable Outcome> outcome = engine.apply(good.command()).toFuture();
				if (outcome.isCompletedExceptionally() && full(outcome.exceptionNow())) {
					throw Problem.QUEUE_FULL.because("The tenant's queue is full.");
				}
				return new Sent(item, outcome);
			}).retryWhen(WHILE_FULL);
		};
	}

	/** What fails for reasons unknown to us fails for its element alone. */
	private static Refusal refusal(Throwable error) {
		if (error instanceof Refusal refusal) {
			return refusal;
		}
		logger.error("An element of a batch failed", error);
		return Problem.INTERNAL_ERROR.because("The error was logged. Repeat the element with its key.");
	}

	private static boolean full(Throwable error) {
		return error instanceof Refusal refusal && refusal.problem() == Problem.QUEUE_FULL;
	}

	/**
	 * One element of a batch: a command, or why it is none.
	 */
	sealed interface Item {

		/** The element's place among the batch's elements, from 0. */
		long index();

		/** The number of its line in a stream, or null in an array. */
		@Nullable Long line();

		record Good(long index, @Nullable Long line, Command command) implements Item {
		}

		record Bad(long index, @Nullable Long line, Refusal refusal) implements Item {
		}

	}

	/**
	 * What became of one element, as clients see it.
	 *
	 * @param index the element's place in the batch, from 0
	 * @param line the number of its line in a stream, from 1
	 * @param status the status that it would have had as a request of its own
	 * @param movement its entry in the ledger
	 * @param problem why it was refused
	 * @param replayed true if its key had this outcome already
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	record Result(@Nullable Long index, @Nullable Long line, int status, @Nullable Entry movement,
			@Nullable Map<String, Object> problem, @Nullable Boolean replayed) {

		static Result accepted(long index, Entry movement) {
			return new Result(index, null, HttpStatus.CREATED.value(), movement, null, null);
		}

		static Result of(Item item, Outcome outcome) {
			Boolean replayed = outcome.replayed() ? true : null;
			return switch (outcome) {
				case Outcome.Accepted accepted -> new Result(item.index(), item.line(), HttpStatus.CREATED.value(),
						accepted.entries().getLast(), null, replayed);
				case Outcome.Refused refused -> refused(item, refused.refusal(), replayed);
			};
		}

		/** What became of the stream itself: it has no element. */
		static Result ofStream(Refusal refusal) {
			return new Result(null, null, refusal.problem().status().value(), null, Problems.document(refusal), null);
		}

		static Result refused(Item item, Refusal refusal, @Nullable Boolean replayed) {
			return new Result(item.index(), item.line(), refusal.problem().status().value(), null,
					Problems.document(refusal), replayed);
		}

		boolean refusedFor(Problem expected) {
			return this.problem != null && this.status == expected.status().value()
					&& String.valueOf(this.problem.get("type")).endsWith(":" + expected.code());
		}

	}

	private record Sent(Item item, CompletableFuture<@Nullable Outcome> outcome) {

		Mono<Result> result() {
			return Mono.fromFuture(this.outcome, true)
				.map((outcome) -> Result.of(this.item, outcome))
				.onErrorResume((error) -> Mono.just(Result.refused(this.item, refusal(error), null)));
		}

	}

}
