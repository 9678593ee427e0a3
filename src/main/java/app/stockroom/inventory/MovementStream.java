package app.stockroom.inventory;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import app.stockroom.inventory.Batch.Item;
import app.stockroom.inventory.Batch.Result;
import app.stockroom.ledger.Command;
import app.stockroom.ledger.Idempotency;
import app.stockroom.ledger.Ledger;
import app.stockroom.ledger.Outcome;
import app.stockroom.platform.Bodies;
import app.stockroom.platform.Limits;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import app.stockroom.tenancy.Caller;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.util.DisconnectedClientHelper;

/**
 * Movements as a stream of lines of JSON, of any length, in constant memory: what is not
 * yet answered is bounded, and a client that does not read is not read from.
 */
@Component
class MovementStream {

	/** A line's key is good for lines and for elements of arrays. */
	static final String ROUTE = "POST /api/stock-movements/batch line";

	/** One write takes at most this many outcomes. */
	private static final int LINES_PER_WRITE = 256;

	private static final Logger logger = LoggerFactory.getLogger(MovementStream.class);

	private final Ledger ledger;

	private final Bodies bodies;

	private final Idempotency idempotency;

	private final JsonMapper json;

	MovementStream(Ledger ledger, Bodies bodies, Idempotency idempotency, JsonMapper json) {
		this.ledger = ledger;
		this.bodies = bodies;
		this.idempotency = idempotency;
		this.json = json;
	}

	/**
	 * Answers a stream of movements with the stream of their outcomes.
	 */
	Mono<ServerResponse> post(Caller caller, ServerRequest request, boolean dryRun) {
		Flux<Item> items = Lines.of(request.body(BodyExtractors.toDataBuffers()))
			.map((line) -> item(line, caller.subject(), dryRun));
		Flux<Result> results = dryRun ? rehearse(caller, items)
				: Batch.run(items, (command) -> this.ledger.post(caller.tenant(), command));
		return ServerResponse.ok()
			.contentType(MediaType.APPLICATION_NDJSON)
			.body((response, context) -> response.writeAndFlushWith(
					lines(results.onErrorResume((error) -> brokenOff(request, error)), response.bufferFactory())
						.map(Mono::just)));
	}

	/**
	 * What is judged on running stock is judged in one call, and so has a limit.
	 */
	private Flux<Result> rehearse(Caller caller, Flux<Item> items) {
		return items.take(Limits.BATCH_ELEMENTS + 1L).collectList().flatMapMany((lines) -> {
			if (lines.size() > Limits.BATCH_ELEMENTS) {
				return Mono.just(Result.ofStream(Problem.CONTENT_TOO_LARGE
					.because("A dry run judges at most " + Limits.BATCH_ELEMENTS + " lines, which stand on each other.")
					.with("limit", Limits.BATCH_ELEMENTS)));
			}
			return Batch.rehearse(lines, (commands) -> this.ledger.rehearse(caller.tenant(), commands))
				.flatMapIterable((results) -> results);
		});
	}

	private Item item(Lines.Line line, String actor, boolean dryRun) {
		try {
			return new Item.Good(line.index(), line.number(), command(line.text(), actor, dryRun));
		}
		catch (Refusal refusal) {
			return new Item.Bad(line.index(), line.number(), refusal);
		}
	}

	private Command command(byte @Nullable [] text, String actor, boolean dryRun) {
		if (text == null) {
			throw Problem.CONTENT_TOO_LARGE.because("A line has at most " + Limits.LINE_BYTES + " bytes.");
		}
		MovementRequest movement = this.bodies.parse(text, MovementRequest.class);
		String key = movement.idempotencyKey();
		return movement.command(actor, (key == null || dryRun) ? null : this.idempotency.of(key, ROUTE, movement));
	}

	/**
	 * The last line of a stream that cannot go on. The answer has begun, so this is the
	 * place that is left to say so.
	 */
	private static Mono<Result> brokenOff(ServerRequest request, Throwable error) {
		if (DisconnectedClientHelper.isClientDisconnectedException(error)) {
			return Mono.error(error);
		}
		Refusal refusal = (error instanceof Refusal known) ? known
				: Problem.INTERNAL_ERROR.because("The stream broke off here: repeat the lines that have no outcome.");
		logger.error("A stream of movements broke off {}", request.exchange().getLogPrefix(), error);
		return Mono.just(Result.ofStream(refusal));
	}

	/**
	 * Outcomes as lines, in buffers that are each to be flushed at once.
	 */
	private Flux<DataBuffer> lines(Flux<Result> results, DataBufferFactory buffers) {
		return asReady(results).map((ready) -> {
			ByteArrayOutputStream bytes = new ByteArrayOutputStream(ready.size() * 512);
			for (Result result : ready) {
				bytes.writeBytes(this.json.writeValueAsBytes(result));
				bytes.write('\n');
			}
			return buffers.wrap(bytes.toByteArray());
		});
	}

	/**
	 * Groups what is ready: an outcome is never held back for one that is not there yet,
	 * and while the client is busy reading, what comes meanwhile goes into one write.
	 */
	private static <T> Flux<List<T>> asReady(Flux<T> source) {
		return Flux.defer(() -> {
			AtomicInteger waiting = new AtomicInteger();
			AtomicInteger taken = new AtomicInteger();
			return source.doOnNext((next) -> waiting.incrementAndGet())
				.publishOn(Schedulers.parallel(), LINES_PER_WRITE)
				.bufferUntil((next) -> waiting.decrementAndGet() == 0 | taken.incrementAndGet() % LINES_PER_WRITE == 0);
		});
	}

}
