package app.stockroom.replay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a replay came to.
 *
 * @param tally what became of the lines
 * @param took how long posting them took
 * @param products how many products were compared with their model
 * @param deviations the products that are not as their model says
 */
record Report(Tally tally, Duration took, int products, List<String> deviations) {

	private static final int MAX_TOLD = 20;

	boolean clean() {
		return this.tally.refused() == 0 && this.deviations.isEmpty();
	}

	/**
	 * The report for a person, several lines long.
	 */
	String text() {
		double seconds = Math.max(this.took.toNanos(), 1) / 1e9;
		List<String> text = new ArrayList<>();
		text.add("%,d lines in %.1f s: %,.0f lines/s".formatted(this.tally.lines(), seconds,
				this.tally.lines() / seconds));
		text.add("%,d accepted, %,d refused; %,d were known from before"
			.formatted(this.tally.lines() - this.tally.refused(), this.tally.refused(), this.tally.replayed()));
		this.tally.refusals().forEach((refusal) -> text.add("  " + refusal));
		text.add("%,d products compared with the model: %,d deviate".formatted(this.products, this.deviations.size()));
		this.deviations.stream().limit(MAX_TOLD).forEach((deviation) -> text.add("  " + deviation));
		return String.join(System.lineSeparator(), text);
	}

}
