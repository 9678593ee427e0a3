package app.stockroom.platform;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import app.stockroom.Patience;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How rows become buffers, without a client and a database.
 */
class ExportsTests {

	private static final DefaultDataBufferFactory BUFFERS = new DefaultDataBufferFactory();

	private static final Duration PATIENCE = Patience.LONG;

	private static final Table<Integer> TABLE = Table.<Integer>named("numbers").plain("n", (n) -> n);

	private final AtomicLong taken = new AtomicLong();

	private final AtomicBoolean cancelled = new AtomicBoolean();

	private final Flux<Integer> rows = Flux.range(0, 1_000_000)
		.doOnNext((_) -> this.taken.incrementAndGet())
		.doOnCancel(() -> this.cancelled.set(true));

	private Exports exports = exports(Duration.ofMinutes(1));

	@AfterEach
	void stop() {
		this.exports.destroy();
	}

	@Test
	void rowsAreTakenAsBuffersAreAskedFor() {
		StepVerifier.create(this.exports.csv(this.rows, TABLE, BUFFERS), 0).thenRequest(1).assertNext((buffer) -> {
			assertThat(buffer.readableByteCount()).isBetween(Limits.EXPORT_BUFFER_BYTES,
					Limits.EXPORT_BUFFER_BYTES + 10);
			assertThat(text(buffer)).startsWith("n\r\n0\r\n1\r\n").endsWith("\r\n");
		})
			.then(() -> assertThat(this.taken.get()).isLessThanOrEqualTo(rowsOf(1)))
			.thenRequest(3)
			.expectNextCount(3)
			.then(() -> assertThat(this.taken.get()).isLessThanOrEqualTo(rowsOf(4)))
			.thenCancel()
			.verify(PATIENCE);
		assertThat(this.cancelled).isTrue();
	}

	/**
	 * A number takes three bytes at least with its end, and nothing is taken twice ahead.
	 */
	private static long rowsOf(int buffers) {
		return buffers * (Limits.EXPORT_BUFFER_BYTES / 3L) + 2L * Limits.EXPORT_ROWS_AHEAD;
	}

	@Test
	void whoeverTakesNothingIsCutOff() {
		Exports impatient = exports(Duration.ofMillis(100));
		StepVerifier.create(impatient.csv(this.rows, TABLE, BUFFERS), 1)
			// The first, unless the machine stood still before it was there.
			.thenConsumeWhile((_) -> true)
			.expectError(TimeoutException.class)
			.verify(PATIENCE);
		assertThat(this.cancelled).isTrue();
		impatient.destroy();
	}

	@Test
	void linesThatBreakOffEndWithAProblem() {
		Flux<Integer> broken = this.rows.take(20_000).concatWith(Flux.error(new IllegalStateException("gone")));
		String lines = String.join("",
				this.exports.ndjson(broken, BUFFERS).map(ExportsTests::text).collectList().block());
		assertThat(lines).startsWith("0\n1\n")
			.endsWith("}\n")
			.containsPattern("\n[0-9]+\n\\{\"type\":\"urn:stockroom:unavailable\"");
	}

	@Test
	void anErrorBeforeTheFirstLineIsNoLine() {
		StepVerifier.create(this.exports.ndjson(Flux.error(Problem.UNAVAILABLE.because("Full.")), BUFFERS))
			.verifyError(Refusal.class);
		StepVerifier.create(this.exports.csv(Flux.error(Problem.UNAVAILABLE.because("Full.")), TABLE, BUFFERS))
			.verifyError(Refusal.class);
	}

	@Test
	void aLastLineThatNobodyTakesIsNotKept() {
		Exports impatient = exports(Duration.ofMillis(100));
		StepVerifier.create(impatient.ndjson(this.rows, BUFFERS), 1)
			.thenConsumeWhile((_) -> true)
			.expectError(TimeoutException.class)
			.verify(PATIENCE);
		impatient.destroy();
	}

	private static Exports exports(Duration stall) {
		return new Exports(new JsonMapper(), new SimpleMeterRegistry(), stall);
	}

	private static String text(DataBuffer buffer) {
		return buffer.toString(StandardCharsets.UTF_8);
	}

}
