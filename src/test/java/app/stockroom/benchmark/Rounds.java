package app.stockroom.benchmark;

import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * What is said of figures that were measured once in every round.
 */
final class Rounds {

	private Rounds() {
	}

	/** NaN where nothing was measured. */
	static <T> double median(List<T> rounds, ToDoubleFunction<T> figure) {
		double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
		return (sorted.length == 0) ? Double.NaN : (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
	}

	static <T> Ratio ratio(List<T> ours, List<T> theirs, ToDoubleFunction<T> figure) {
		DoubleSummaryStatistics single = IntStream.range(0, Math.min(ours.size(), theirs.size()))
			.mapToDouble((round) -> figure.applyAsDouble(ours.get(round)) / figure.applyAsDouble(theirs.get(round)))
			.summaryStatistics();
		return new Ratio(median(ours, figure) / median(theirs, figure), single.getMin(), single.getMax());
	}

	/**
	 * How one scenario compares with another.
	 *
	 * @param ofMedians the ratio of their medians
	 * @param lowest of the ratios of single rounds, whose machine was the same
	 * @param highest of them
	 */
	record Ratio(double ofMedians, double lowest, double highest) {
	}

}
