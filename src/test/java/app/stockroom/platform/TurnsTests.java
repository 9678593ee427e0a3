package app.stockroom.platform;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TurnsTests {

	private static final int FEW = 3;

	private static final Duration NEVER = Duration.ofHours(1);

	private Turns turns = new Turns(FEW, 8, NEVER, NEVER);

	private final Turns.Pace pace = new Turns.Pace();

	private final List<CompletableFuture<Turns.Turn>> asked = new ArrayList<>();

	@Test
	void aFewGoAtOnceAlways() {
		for (int i = 0; i < FEW; i++) {
			assertThat(this.turns.take(this.pace).toFuture()).isDone();
		}
		CompletableFuture<Turns.Turn> gathers = this.turns.take(this.pace).toFuture();
		assertThat(gathers).isNotDone();
		begun(1);
		assertThat(this.asked.getFirst()).as("who has not called for a while").isDone();
		assertThat(gathers).isNotDone();
	}

	@Test
	void whoHasGatheredGoesBesideTheOthers() {
		this.turns = new Turns(FEW, 8, Duration.ofMillis(20), NEVER);
		begun(FEW);
		this.turns.take(this.pace).block();
		long begun = System.nanoTime();
		this.turns.take(this.pace).block();
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(10));
	}

	@Test
	void whoGathersGoesWhenFewAreLeft() {
		begun(FEW);
		this.turns.take(this.pace).block().end();
		CompletableFuture<Turns.Turn> gathers = this.turns.take(this.pace).toFuture();
		assertThat(gathers).isNotDone();
		this.asked.getFirst().join().end();
		assertThat(gathers).isDone();
	}

	@Test
	void thereAreNeverMoreThanConnections() {
		assertThat(begun(15)).isEqualTo(8);
		assertThat(begun(100)).isEqualTo(8);
		Turns one = new Turns(FEW, 1, NEVER, NEVER);
		one.take(new Turns.Pace()).subscribe();
		assertThat(one.take(new Turns.Pace()).toFuture()).isNotDone();
	}

	@Test
	void whoComesFirstGoesFirst() {
		begun(16);
		for (int next = 8; next < 16; next++) {
			assertThat(this.asked.get(next)).isNotDone();
			this.asked.get(next - 8).join().end();
			assertThat(this.asked.subList(0, next)).allMatch(CompletableFuture::isDone);
			begun(this.asked.size() + 1);
		}
	}

	@Test
	void whoWaitsTooLongHasSentNothingAndTakesNobodysPlace() {
		Turns impatient = new Turns(FEW, 1, NEVER, Duration.ofMillis(20));
		Turns.Turn first = impatient.take(new Turns.Pace()).block();
		CompletableFuture<Turns.Turn> second = impatient.take(new Turns.Pace()).toFuture();
		assertThatThrownBy(second::join).isInstanceOf(CompletionException.class)
			.cause()
			.isInstanceOf(TimeoutException.class);
		first.end();
		impatient.take(new Turns.Pace()).block().end();
		assertThat(impatient.take(new Turns.Pace()).toFuture()).isDone();
	}

	@Test
	void whoHasHadATurnIsForgotten() {
		Turns one = new Turns(FEW, 1, NEVER, NEVER);
		Turns.Turn first = one.take(new Turns.Pace()).block();
		WeakReference<Object> second = waitAndEnd(one);
		first.end();
		Awaitility.await().until(() -> {
			System.gc();
			return second.get() == null;
		});
	}

	private static WeakReference<Object> waitAndEnd(Turns turns) {
		Object asked = new Object();
		turns.take(new Turns.Pace()).subscribe((turn) -> {
			assertThat(asked).isNotNull();
			turn.end();
		});
		return new WeakReference<>(asked);
	}

	@Test
	void turnsThatEndWhileTheyBeginDoNotPileUp() {
		Turns one = new Turns(FEW, 1, NEVER, NEVER);
		Turns.Turn first = one.take(new Turns.Pace()).block();
		AtomicInteger ended = new AtomicInteger();
		IntStream.range(0, 100_000).forEach((_) -> one.take(new Turns.Pace()).subscribe((turn) -> {
			ended.incrementAndGet();
			turn.end();
		}));
		first.end();
		assertThat(ended).hasValue(100_000);
	}

	@Test
	void whateverThreadsDoNobodyIsForgotten() {
		AtomicInteger inFlight = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		AtomicInteger ended = new AtomicInteger();
		try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
			IntStream.range(0, 20_000)
				.forEach((_) -> threads.execute(() -> this.turns.take(new Turns.Pace()).subscribe((turn) -> {
					most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
					threads.execute(() -> {
						inFlight.decrementAndGet();
						ended.incrementAndGet();
						turn.end();
					});
				})));
			Awaitility.await().until(() -> ended.get() == 20_000);
		}
		assertThat(most.get()).isBetween(2, 8);
	}

	/**
	 * Asks until so many want a turn, of whom nobody has ended his, and counts who has
	 * one.
	 */
	private long begun(int wanted) {
		while (this.asked.size() < wanted) {
			this.asked.add(this.turns.take(new Turns.Pace()).toFuture());
		}
		return this.asked.stream().filter(CompletableFuture::isDone).count();
	}

}
