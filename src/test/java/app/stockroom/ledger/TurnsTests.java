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
		one.take(true).subscribe();
		assertThat(one.take(true).toFuture()).isNotDone();
	}

	@Test
	void whoWouldGatherNothingIsNotKeptWaitingWhileThereAreConnections() {
		assertThat(begun(10)).isEqualTo(5);
		assertThat(this.turns.take(false).toFuture()).isDone();
		assertThat(this.turns.take(false).toFuture()).isDone();
		assertThat(begun(10)).isEqualTo(8 - 2);
		CompletableFuture<Turns.Turn> next = this.turns.take(false).toFuture();
		assertThat(next).isNotDone();
		this.asked.getFirst().join().end();
		assertThat(next).isDone();
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
		Turns.Turn first = impatient.take(true).block();
		CompletableFuture<Turns.Turn> second = impatient.take(true).toFuture();
		assertThatThrownBy(second::join).isInstanceOf(CompletionException.class)
			.cause()
			.isInstanceOfSatisfying(WriteFailure.class,
					(failure) -> assertThat(failure.knowledge()).isEqualTo(WriteFailure.Knowledge.NOT_SENT));
		first.end();
		impatient.take(true).block().end();
		assertThat(impatient.take(true).toFuture()).isDone();
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
		Turns.Turn first = one.take(true).block();
		WeakReference<Object> second = waitAndEnd(one);
		first.end();
		Awaitility.await().until(() -> {
			System.gc();
			return second.get() == null;
		});
	}

	private static WeakReference<Object> waitAndEnd(Turns turns) {
		Object asked = new Object();
		turns.take(true).subscribe((turn) -> {
			assertThat(asked).isNotNull();
			turn.end();
		});
		return new WeakReference<>(asked);
	}

	@Test
	void turnsThatEndWhileTheyBeginDoNotPileUp() {
		Turns one = new Turns(1, NEVER, NEVER);
		Turns.Turn first = one.take(true).block();
		AtomicInteger ended = new AtomicInteger();
		IntStream.range(0, 100_000).forEach((_) -> one.take(true).subscribe((turn) -> {
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
			IntStream.range(0, 20_000).forEach((_) -> threads.execute(() -> this.turns.take(true).subscribe((turn) -> {
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
			this.asked.add(this.turns.take(true).toFuture());
		}
		return this.asked.stream().filter(CompletableFuture::isDone).count();
	}

}
