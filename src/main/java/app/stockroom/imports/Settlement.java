package app.stockroom.imports;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;

import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/**
 * Works off the rows of a sheet: a chunk at a time, whose rows wait together and so share
 * the ledger's calls, and each row with a result of its own.
 */
public final class Settlement {

	/** A full queue takes a few database calls to drain; each takes milliseconds. */
	private static final Retry WHILE_FULL = Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(5))
		.filter((error) -> error instanceof Refusal refusal && refusal.problem() == Problem.QUEUE_FULL);

	private Settlement() {
	}

	/**
	 * The results of all rows, in order.
	 * @param prepared what a chunk of rows needs to be known
	 */
	public static <T> Flux<List<RowResult>> of(Sheet sheet, Function<List<SheetRow>, Mono<T>> prepared,
			Decision<T> decision) {
		return sheet.chunks()
			// Reading and judging rows takes a while: it has no place on a thread that
			// others wait for.
			.subscribeOn(Schedulers.parallel())
			.concatMap((chunk) -> prepared.apply(chunk)
				.publishOn(Schedulers.parallel())
				.flatMapMany((known) -> Flux.fromIterable(chunk)
					.flatMapSequential((row) -> settle(row, known, decision), Sheet.CHUNK))
				.collectList(), 1);
	}

	private static <T> Mono<RowResult> settle(SheetRow row, T known, Decision<T> decision) {
		return Mono.defer(() -> decision.settle(row, known))
			.retryWhen(WHILE_FULL)
			.onErrorResume((error) -> Mono.just(RowResult.failed(row, error)));
	}

	/**
	 * Decides a row and does it, or signals why not.
	 *
	 * @param <T> what is known about a chunk of rows
	 */
	public interface Decision<T> {

		Mono<RowResult> settle(SheetRow row, T known);

	}

}
