package app.stockroom.replay;

import java.io.ByteArrayOutputStream;
import java.util.BitSet;
import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Movements that travel in one streamed request, and which of them are still open. Used
 * by one attempt after the other, never by two at once.
 */
class Batch {

	/** Movements to one piece of the body, some 50 KiB. */
	private static final int CHUNK_SIZE = 256;

	private final StockroomClient client;

	private List<Movement> sent;

	private BitSet open = new BitSet();

	private String delay = "the answer ended early";

	Batch(List<Movement> movements, StockroomClient client) {
		this.sent = movements;
		this.client = client;
		this.open.set(0, movements.size());
	}

	/**
	 * Begins an attempt with what is still open, as the lines of its body.
	 */
	Flux<ByteBuf> lines() {
		this.sent = this.open.stream().mapToObj(this.sent::get).toList();
		this.open = new BitSet();
		this.open.set(0, this.sent.size());
		return Flux.fromIterable(this.sent).buffer(CHUNK_SIZE).map(this::encode);
	}

	/**
	 * Reads a line of the answer: empty if it settles nothing.
	 */
	Mono<Result> result(byte[] line) {
		Outcome outcome = this.client.parse(line, Outcome.class);
		if (Unavailable.saidBy(outcome.status())) {
			this.delay = outcome.reason();
			return Mono.empty();
		}
		if (outcome.index() == null) {
			return Mono.error(new ReplayFailure("the service ended a batch: " + outcome.reason()));
		}
		this.open.clear(outcome.index());
		return Mono.just(outcome.result(this.sent.get(outcome.index())));
	}

	/**
	 * Ends an attempt: with an error that asks for another if anything is still open.
	 */
	Mono<Result> end() {
		int left = this.open.cardinality();
		return (left == 0) ? Mono.empty()
				: Mono.error(new Unavailable(left + " lines without a result: " + this.delay));
	}

	private ByteBuf encode(List<Movement> movements) {
		ByteArrayOutputStream body = new ByteArrayOutputStream(CHUNK_SIZE * 256);
		for (Movement movement : movements) {
			body.writeBytes(this.client.encode(movement));
			body.write('\n');
		}
		return Unpooled.wrappedBuffer(body.toByteArray());
	}

	/**
	 * A line of the answer: what became of one movement or, without an index, why the
	 * answer ended early.
	 */
	record Outcome(@Nullable Integer index, int status, @Nullable Boolean replayed, @Nullable After movement,
			Answer.@Nullable ProblemDocument problem) {

		String reason() {
			return (this.problem == null) ? "status " + this.status : this.problem.toString();
		}

		Result result(Movement posted) {
			boolean accepted = this.status >= 200 && this.status < 300;
			return new Result(posted, Boolean.TRUE.equals(this.replayed),
					(this.movement == null) ? null : this.movement.quantityAfter(), accepted ? null : reason());
		}

	}

	record After(@Nullable Long quantityAfter) {
	}

}
