package app.stockroom.faults;

import java.time.Duration;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Whether clients get on as before the faults: how long after healing the first five
 * seconds begin whose median rate is 80 % of the median of the last eight before. What
 * was answered 503 is not counted.
 *
 * @param struck when the first fault was injected
 * @param healed when the last was over
 */
record Recovery(long struck, long healed) {

	private static final long SECOND = Duration.ofSeconds(1).toNanos();

	/** A burst of what had to wait is no recovery. */
	private static final int SECONDS = 5;

	/** So long after the rate is back it is known to be. */
	static final Duration WINDOW = Duration.ofSeconds(SECONDS);

	private static final int SECONDS_BEFORE = 8;

	private static final double WELL = 0.8;

	/** How much faster one half of the time before may be than the other. */
	private static final double STEADY = 1.1;

	boolean isBack(Stream<Operation> operations) {
		return seconds(answers(operations)) >= 0;
	}

	/** When it was back, and the medians before and then. */
	String describe(Stream<Operation> operations) {
		long[] answers = answers(operations);
		double seconds = seconds(answers);
		long before = before(answers);
		return (seconds < 0) ? "never, %d/s before".formatted(before) : "%.1f s (%d/s, then %d/s)".formatted(seconds,
				before, median(answers, this.healed + (long) (seconds * SECOND), SECONDS));
	}

	private double seconds(long[] answers) {
		double needed = WELL * before(answers);
		long now = System.nanoTime();
		for (long from = this.healed; from + SECONDS * SECOND <= now; from += SECOND / 4) {
			if (median(answers, from, SECONDS) >= needed) {
				return (from - this.healed) / 1e9;
			}
		}
		return -1;
	}

	/** Whether the rate was well on the whole from the healing until now. */
	boolean wasWell(Stream<Operation> operations) {
		long[] answers = answers(operations);
		long time = System.nanoTime() - this.healed;
		return count(answers, this.healed, time) >= WELL * before(answers) * time / SECOND;
	}

	/** How many were answered from one moment to another. */
	static long answered(Stream<Operation> operations, long from, long to) {
		return count(answers(operations), from, to - from);
	}

	/** How many a second before, and in each second since. */
	String rates(Stream<Operation> operations) {
		long[] answers = answers(operations);
		return "%d/s, then %s".formatted(before(answers),
				LongStream.iterate(this.healed, (second) -> second < System.nanoTime(), (second) -> second + SECOND)
					.map((second) -> count(answers, second, SECOND))
					.boxed()
					.toList());
	}

	/**
	 * Whether clients still get faster, as they do while processes are new: that would be
	 * too low a mark.
	 */
	static boolean isWarmingUp(Stream<Operation> operations) {
		long[] answers = answers(operations);
		long half = SECONDS_BEFORE / 2 * SECOND;
		long now = System.nanoTime();
		return count(answers, now - half, half) > STEADY * count(answers, now - 2 * half, half);
	}

	private long before(long[] answers) {
		return median(answers, this.struck - SECONDS_BEFORE * SECOND, SECONDS_BEFORE);
	}

	private static long[] answers(Stream<Operation> operations) {
		return operations.mapToLong(Operation::answered).filter((time) -> time > 0).sorted().toArray();
	}

	/** Median of the rates of so many seconds. */
	private static long median(long[] answers, long from, int seconds) {
		long[] rates = IntStream.range(0, seconds)
			.mapToLong((second) -> count(answers, from + second * SECOND, SECOND))
			.sorted()
			.toArray();
		return rates[rates.length / 2];
	}

	private static long count(long[] answers, long from, long length) {
		return index(answers, from + length) - index(answers, from);
	}

	/** How many came before. */
	private static int index(long[] answers, long time) {
		int found = Arrays.binarySearch(answers, time);
		return (found >= 0) ? found : -found - 1;
	}

}
