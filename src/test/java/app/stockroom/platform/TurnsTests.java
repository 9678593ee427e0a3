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
			assertThat(this.turns.take(new Turns.Caller(this.pace)).toFuture()).isDone();
		}
		CompletableFuture<Turns.Turn> gathers = this.turns.take(new Turns.Caller(this.pace)).toFuture();
		assertThat(gathers).isNotDone();
		begun(1);
		assertThat(this.asked.getFirst()).as("who has not called for a while").isDone();
		assertThat(gathers).isNotDone();
	}

	@Test
	void whoHasGatheredGoesBesideTheOthers() {
		this.turns = new Turns(FEW, 8, Duration.ofMillis(20), NEVER);
		begun(FEW);
		this.turns.take(new Turns.Caller(this.pace)).block();
		long begun = System.nanoTime();
		this.turns.take(new Turns.Caller(this.pace)).block();
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(10));
	}

	@Test
	void whoGathersGoesWhenFewAreLeft() {
		begun(FEW);
		this.turns.take(new Turns.Caller(this.pace)).block().end();
		CompletableFuture<Turns.Turn> gathers = this.turns.take(new Turns.Caller(this.pace)).toFuture();
		assertThat(gathers).isNotDone();
		this.asked.getFirst().join().end();
		assertThat(gathers).isDone();
	}

	@Test
	void thereAreNeverMoreThanConnections() {
		assertThat(begun(15)).isEqualTo(8);
		assertThat(begun(100)).isEqualTo(8);
		Turns one = new Turns(FEW, 1, NEVER, NEVER);
		one.take(new Turns.Caller()).subscribe();
		assertThat(one.take(new Turns.Caller()).toFuture()).isNotDone();
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
		Turns.Turn first = impatient.take(new Turns.Caller()).block();
		CompletableFuture<Turns.Turn> second = impatient.take(new Turns.Caller()).toFuture();
		assertThatThrownBy(second::join).isInstanceOf(CompletionException.class)
			.cause()
			.isInstanceOf(TimeoutException.class);
		first.end();
		impatient.take(new Turns.Caller()).block().end();
		assertThat(impatient.take(new Turns.Caller()).toFuture()).isDone();
	}

	@Test
	void whoHasHadATurnIsForgotten() {
		Turns one = new Turns(FEW, 1, NEVER, NEVER);
		Turns.Turn first = one.take(new Turns.Caller()).block();
		WeakReference<Object> second = waitAndEnd(one);
		first.end();
		Awaitility.await().until(() -> {
			System.gc();
			return second.get() == null;
		});
	}

	private static WeakReference<Object> waitAndEnd(Turns turns) {
		Object asked = new Object();
		turns.take(new Turns.Caller()).subscribe((turn) -> {
			assertThat(asked).isNotNull();
			turn.end();
		});
		return new WeakReference<>(asked);
	}

	@Test
	void turnsThatEndWhileTheyBeginDoNotPileUp() {
		Turns one = new Turns(FEW, 1, NEVER, NEVER);
		Turns.Turn first = one.take(new Turns.Caller()).block();
		AtomicInteger ended = new AtomicInteger();
		IntStream.range(0, 100_000).forEach((_) -> one.take(new Turns.Caller()).subscribe((turn) -> {
			ended.incrementAndGet();
			turn.end();
		}));
		first.end();
		assertThat(ended).hasValue(100_000);
	}

	@Test
	void whoHasATurnTakesOthersAlongThatAgree() {
		Turns one = new Turns(FEW, 1, NEVER, NEVER);
		Turns.Turn first = one.take(new Turns.Caller()).block();
		Named a = new Named("a");
		Named b = new Named("b");
		CompletableFuture<Turns.Turn> turnOfA = one.take(a).toFuture();
		CompletableFuture<Turns.Turn> turnOfB = one.take(b).toFuture();
		assertThat(first.takeAlong(Named.class, (other) -> other.name().equals("b"))).isSameAs(b);
		assertThat(turnOfB).isCompletedWithValue(null);
		assertThat(first.takeAlong(Named.class, (other) -> other.name().equals("b"))).isNull();
		assertThat(turnOfA).isNotDone();
		first.end();
		assertThat(turnOfA).isDone();
	}

	@Test
	void whoHasWaitedLongestComesAlongFirst() {
		Turns one = new Turns(FEW, 1, NEVER, NEVER);
		Turns.Turn turn = one.take(new Turns.Caller()).block();
		one.take(new Turns.Caller()).subscribe();
		Named first = new Named("first");
		one.take(first).subscribe();
		one.take(new Named("second")).subscribe();
		assertThat(turn.takeAlong(Named.class, (_) -> true)).isSameAs(first);
	}

	@Test
	void whoCameAlongGathersAgain() {
		Turns.Turn first = this.turns.take(new Turns.Caller(this.pace)).block();
		begun(FEW - 1);
		CompletableFuture<Turns.Turn> next = this.turns.take(new Turns.Caller(this.pace)).toFuture();
		assertThat(first.takeAlong(Turns.Caller.class, (_) -> true)).isNotNull();
		assertThat(next).isDone();
		assertThat(this.turns.take(new Turns.Caller(this.pace)).toFuture()).isNotDone();
	}

	@Test
	void aTurnLeavesOthersTheirPartOfThoseThatWait() {
		Turns two = new Turns(2, 2, NEVER, NEVER);
		Turns.Turn turn = two.take(new Turns.Caller()).block();
		two.take(new Turns.Caller()).block();
		assertThat(turn.company()).isZero();
		IntStream.range(0, 7).forEach((_) -> two.take(new Turns.Caller()).subscribe());
		assertThat(turn.company()).isEqualTo(3);
	}

	@Test
	void whoComesAlongHasNoTurnAndWhoDoesNotHasOne() {
		AtomicInteger turns = new AtomicInteger();
		AtomicInteger along = new AtomicInteger();
		AtomicInteger told = new AtomicInteger();
		try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
			IntStream.range(0, 20_000)
				.forEach((_) -> threads.execute(() -> this.turns.take(new Turns.Caller()).subscribe((turn) -> {
					turns.incrementAndGet();
					threads.execute(() -> {
						for (int i = turn.company(); i > 0; i--) {
							along.addAndGet((turn.takeAlong(Turns.Caller.class, (_) -> true) != null) ? 1 : 0);
						}
						turn.end();
					});
				}, (_) -> {
				}, told::incrementAndGet)));
			Awaitility.await().until(() -> told.get() == 20_000);
			assertThat(along).hasPositiveValue();
			assertThat(turns.get() + along.get()).isEqualTo(20_000);
		}
	}

	@Test
	void whateverThreadsDoNobodyIsForgotten() {
		AtomicInteger inFlight = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		AtomicInteger ended = new AtomicInteger();
		try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
			IntStream.range(0, 20_000)
				.forEach((_) -> threads.execute(() -> this.turns.take(new Turns.Caller()).subscribe((turn) -> {
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
			this.asked.add(this.turns.take(new Turns.Caller()).toFuture());
		}
		return this.asked.stream().filter(CompletableFuture::isDone).count();
	}

	private static final class Named extends Turns.Caller {

		private final String name;

		Named(String name) {
			this.name = name;
		}

		String name() {
			return this.name;
		}

	}

}
