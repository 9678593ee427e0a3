package app.stockroom.faults;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Whether clients get on as before the faults: how long after healing the first two
 * seconds begin in which as many operations are answered as 80 % of the median before.
 *
 * @param loadBegun when the load began
 * @param struck when the first fault was injected
 * @param healed when the last was over
 */
record Recovery(long loadBegun, long struck, long healed) {

	private static final long SECOND = Duration.ofSeconds(1).toNanos();

	private static final double WELL = 0.8;

	boolean isBack(Stream<Operation> operations) {
		return seconds(operations) >= 0;
	}

	String describe(Stream<Operation> operations) {
		double seconds = seconds(operations);
		return (seconds < 0) ? "never" : "%.1f s".formatted(seconds);
	}

	private double seconds(Stream<Operation> operations) {
		List<Long> answers = answers(operations);
		double needed = 2 * WELL * before(answers);
		long now = System.nanoTime();
		for (long from = this.healed; from + 2 * SECOND <= now; from += SECOND / 4) {
			if (count(answers, from, 2 * SECOND) >= needed) {
				return (from - this.healed) / 1e9;
			}
		}
		return -1;
	}

	/** Whether the rate was well on the whole from the healing until now. */
	boolean wasWell(Stream<Operation> operations) {
		List<Long> answers = answers(operations);
		long time = System.nanoTime() - this.healed;
		return count(answers, this.healed, time) >= WELL * before(answers) * time / SECOND;
	}

	private static List<Long> answers(Stream<Operation> operations) {
		return operations.map(Operation::answered).filter((time) -> time > 0).toList();
	}

	/** Median of the rates of whole seconds before the first fault. */
	private long before(List<Long> answers) {
		long[] rates = IntStream.range(1, (int) ((this.struck - this.loadBegun) / SECOND))
			.mapToLong((second) -> count(answers, this.loadBegun + second * SECOND, SECOND))
			.sorted()
			.toArray();
		return rates[rates.length / 2];
	}

	private static long count(List<Long> answers, long from, long length) {
		return answers.stream().filter((time) -> time >= from && time < from + length).count();
	}

}
