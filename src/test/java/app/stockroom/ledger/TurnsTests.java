package app.stockroom.ledger;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TurnsTests {

	private static final Duration NEVER = Duration.ofHours(1);

	private Turns turns = new Turns(8, NEVER, NEVER);

	private final List<CompletableFuture<Turns.Turn>> asked = new ArrayList<>();

	@Test
	void aFewGoAtOnceAndOfMoreHalf() {
		assertThat(begun(Turns.FEW)).isEqualTo(Turns.FEW);
		assertThat(begun(8)).isEqualTo(Turns.FEW);
		assertThat(begun(9)).isEqualTo(5);
		assertThat(begun(10)).isEqualTo(5);
		assertThat(begun(11)).isEqualTo(6);
	}

	@Test
	void thereAreNeverMoreThanConnections() {
		assertThat(begun(15)).isEqualTo(8);
		assertThat(begun(100)).isEqualTo(8);
		Turns one = new Turns(1, NEVER, NEVER);
		one.take().subscribe();
		assertThat(one.take().toFuture()).isNotDone();
	}

	@Test
	void whoComesFirstGoesFirst() {
		begun(12);
		for (int next = 6; next < 12; next++) {
			assertThat(this.asked.get(next)).isNotDone();
			this.asked.get(next - 6).join().end();
			assertThat(this.asked.subList(0, next)).allMatch(CompletableFuture::isDone);
			begun(this.asked.size() + 1);
		}
	}

	@Test
	void whoWaitsTooLongHasSentNothingAndTakesNobodysPlace() {
		Turns impatient = new Turns(1, NEVER, Duration.ofMillis(20));
		Turns.Turn first = impatient.take().block();
		CompletableFuture<Turns.Turn> second = impatient.take().toFuture();
		assertThatThrownBy(second::join).isInstanceOf(CompletionException.class)
			.cause()
			.isInstanceOfSatisfying(WriteFailure.class,
					(failure) -> assertThat(failure.knowledge()).isEqualTo(WriteFailure.Knowledge.NOT_SENT));
		first.end();
		impatient.take().block().end();
		assertThat(impatient.take().toFuture()).isDone();
	}

	@Test
	void slowOnesHoldNobodyUpWhileThereAreConnections() {
		this.turns = new Turns(8, Duration.ofMillis(25), NEVER);
		Awaitility.await().until(() -> begun(12) == 8);
		this.asked.get(3).join().end();
		Awaitility.await().until(() -> begun(12) == 8 + 1);
	}

	@Test
	void whoHasHadATurnIsForgotten() {
		Turns one = new Turns(1, NEVER, NEVER);
		Turns.Turn first = one.take().block();
		WeakReference<Object> second = waitAndEnd(one);
		first.end();
		Awaitility.await().until(() -> {
			System.gc();
			return second.get() == null;
		});
	}

	private static WeakReference<Object> waitAndEnd(Turns turns) {
		Object asked = new Object();
		turns.take().subscribe((turn) -> {
			assertThat(asked).isNotNull();
			turn.end();
		});
		return new WeakReference<>(asked);
	}

	@Test
	void turnsThatEndWhileTheyBeginDoNotPileUp() {
		Turns one = new Turns(1, NEVER, NEVER);
		Turns.Turn first = one.take().block();
		AtomicInteger ended = new AtomicInteger();
		IntStream.range(0, 100_000).forEach((_) -> one.take().subscribe((turn) -> {
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
			IntStream.range(0, 20_000).forEach((_) -> threads.execute(() -> this.turns.take().subscribe((turn) -> {
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
			this.asked.add(this.turns.take().toFuture());
		}
		return this.asked.stream().filter(CompletableFuture::isDone).count();
	}

}
