package app.stockroom.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What more work costs, as a chapter of docs/capacity.md.
 */
final class CapacityReport {

	private static final Path PAGE = Path.of("docs", "capacity.md");

	private static final String CHAPTER = "## What growth costs\n";

	private static final String NEXT = "\n## ";

	private final Map<String, List<Figure>> figures = new LinkedHashMap<>();

	void add(String work, Figure figure) {
		this.figures.computeIfAbsent(work, (_) -> new ArrayList<>()).add(figure);
		System.out.println(row(work, List.of(figure)) + " " + figure.sample().statuses());
	}

	/**
	 * Writes the chapter in the place of the one before.
	 * @param entries of each ledger at the end
	 */
	void write(int rounds, String seconds, Map<String, Long> entries) throws IOException {
		StringBuilder chapter = new StringBuilder(CHAPTER)
			.append("""

					Movements, uniform over all records, 256 connections; medians of %d rounds of %s s, in turn. CPU is that of one movement. Every
					invariant held over all records afterwards. %s, commit %s, %s. Written by

					    ./mvnw -Pbenchmark verify -Dit.test=CapacityBenchmark -Dbenchmark.capacity=true

					| work | movements a second | p50, ms | p99, ms | CPU of PostgreSQL, us | CPU of the services, us |
					|---|---|---|---|---|---|
					"""
				.formatted(rounds, seconds, Report.machine(), Report.commit(), LocalDate.now()));
		this.figures.forEach((work, all) -> chapter.append(row(work, all)).append('\n'));
		chapter.append("""

				Ten times the ledger: %s movements a second, %s of PostgreSQL's CPU. Entries at the end: %s.
				""".formatted(change((figure) -> figure.sample().perSecond()), change(Figure::postgres),
				entries.entrySet()
					.stream()
					.map((ledger) -> String.format(Locale.ROOT, "%s %,d", ledger.getKey(), ledger.getValue()))
					.reduce((a, b) -> a + ", " + b)
					.orElse("none")));
		String before = Files.readString(PAGE);
		int from = before.indexOf(CHAPTER);
		int to = before.indexOf(NEXT, from + 1);
		Files.writeString(PAGE, before.substring(0, from) + chapter + before.substring(to));
		System.out.println(chapter);
	}

	/** What is asked is less than 20 %. */
	private String change(ToDoubleFunction<Figure> value) {
		Rounds.Ratio ratio = Rounds.ratio(this.figures.getOrDefault(CapacityBenchmark.GROWN, List.of()),
				this.figures.getOrDefault(CapacityBenchmark.SMALL, List.of()), value);
		return String.format(Locale.ROOT, "**%+.0f %%** (%+.0f to %+.0f %% in the rounds)", percent(ratio.ofMedians()),
				percent(ratio.lowest()), percent(ratio.highest()));
	}

	private static double percent(double ratio) {
		return ratio * 100 - 100;
	}

	private static String row(String work, List<Figure> all) {
		return String.format(Locale.ROOT, "| %s | %,.0f | %.1f | %.1f | %.0f | %.0f |", work,
				Rounds.median(all, (figure) -> figure.sample().perSecond()),
				Rounds.median(all, (figure) -> figure.sample().milliseconds(50)),
				Rounds.median(all, (figure) -> figure.sample().milliseconds(99)), Rounds.median(all, Figure::postgres),
				Rounds.median(all, Figure::services));
	}

	/**
	 * One scenario in one round.
	 *
	 * @param postgres CPU of PostgreSQL for a movement, in microseconds
	 * @param services the same of all processes of the service
	 */
	record Figure(Sample sample, double postgres, double services) {
	}

}
