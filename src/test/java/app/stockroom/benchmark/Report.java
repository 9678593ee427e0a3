package app.stockroom.benchmark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

import app.stockroom.benchmark.StockroomBenchmark.Measure;

/**
 * The medians of all rounds as a page of Markdown: first the ratios that DESIGN promises,
 * then every figure behind them.
 */
final class Report {

	private static final Path PAGE = Path.of("docs", "benchmarks.md");

	/** Where they begin. */
	private static final String NOTES = "\n## What was tried";

	private final Map<String, List<Measure>> measures;

	private final int rounds;

	private final Duration measured;

	private final Duration start;

	private final double resident;

	/**
	 * What was measured.
	 * @param start from the start of the process to its first 200
	 * @param resident memory under movements alone, in MiB
	 */
	Report(Map<String, List<Measure>> measures, int rounds, Duration measured, Duration start, double resident) {
		this.measures = measures;
		this.rounds = rounds;
		this.measured = measured;
		this.start = start;
		this.resident = resident;
	}

	void write() throws IOException {
		String page = page() + notes();
		System.out.println(page);
		Files.writeString(PAGE, page);
	}

	/** What people have written about the figures, which is kept. */
	private static String notes() throws IOException {
		String before = Files.exists(PAGE) ? Files.readString(PAGE) : "";
		int notes = before.indexOf(NOTES);
		return (notes >= 0) ? before.substring(notes) : "";
	}

	private String page() throws IOException {
		StringBuilder page = new StringBuilder(
				"""
						# Benchmarks

						Written by `./mvnw -Pbenchmark verify`, which needs nothing but a JDK 25. Load generator, service, PostgreSQL (fsync, full page
						writes and synchronous commit on: asked of the server) and Redis share one machine; the scenarios take turns, round after
						round. A round begins with a checkpoint, and a scenario when the disk has what those before it left in memory. Every figure is
						the median of %d rounds of %d s, every ratio that of two medians, with the lowest and the highest of the single rounds behind
						it. The invariants of docs/guarantees.md held over all records afterwards.

						%s, commit %s, %s.

						## Against what the database can do

						| what | measured | at least | goal | reference in the same run |
						|---|---|---|---|---|
						"""
					.formatted(this.rounds, this.measured.toSeconds(), machine(), commit(), LocalDate.now()));
		ratio(page, "movements, uniform over 100,000 records of 10 tenants", "movements-uniform", "floor-uniform", 1.5,
				2);
		ratio(page, "movements on one hot record", "movements-hot", "floor-hot", 8, 12);
		ratio(page, "movements on a sold out record, all refused", "movements-sold-out", "floor-hot", 8, 12);
		ratio(page, "uniform with an Idempotency-Key on each", "movements-uniform-keyed", "movements-uniform", 0.7,
				0.85);
		ratio(page, "hot with an Idempotency-Key on each", "movements-hot-keyed", "movements-hot", 0.7, 0.85);
		ratio(page, "NDJSON batch, movements/s", "batch-ndjson", "floor-flush", 0.6, 0.8);
		ratio(page, "GET one record, against the same route in the service answering a constant", "read-one",
				"same-route-constant", 0.35, 0.6);
		ratio(page, "GET one record, against a bare WebFlux route: no token, no tenant, no filters", "read-one",
				"constant", 0.35, 0.6);
		ratio(page, "GET a page of 50 with product", "read-page", "floor-page", 0.7, 0.9);
		ratio(page, "NDJSON export of the long ledger, rows/s", "export-ndjson", "floor-copy", 0.4, 0.6);
		row(page, "p99 of movements on one hot record, ms", bold(milliseconds("movements-hot", 99)), "< 50", "", "");
		row(page, "start of the extracted jar with AOT cache to its first 200, s",
				bold(number(this.start.toMillis() / 1000.0)), "< 3", "< 2", "");
		row(page, "resident memory under the movement load, before anything else was asked, MiB",
				bold(number(this.resident)), "< 512", "< 350", "");
		slowest(page, "p99 of movements at half of their highest rate, against the constant route at half of its own",
				"constant-half-load", "at most 5x");
		slowest(page, "the same against the floor at the rate of the movements", "floor-half-rate", "");
		page.append(
				"""

						## Every figure

						Latency in milliseconds; at a constant rate it counts from when a request was due. Cores are CPU seconds a second.

						| scenario | per second | p50 | p99 | p99.9 | cores: service | PostgreSQL | client |
						|---|---|---|---|---|---|---|---|
						""");
		this.measures.forEach((name,
				all) -> page.append("| %s | %s | %s | %s | %s | %s | %s | %s |%n".formatted(name,
						String.format(Locale.ROOT, "%,.0f",
								Rounds.median(all, (measure) -> measure.sample().perSecond())),
						milliseconds(name, 50), milliseconds(name, 99), milliseconds(name, 99.9),
						number(Rounds.median(all, Measure::service)), number(Rounds.median(all, Measure::postgres)),
						number(Rounds.median(all, Measure::client)))));
		return page.toString();
	}

	private void ratio(StringBuilder page, String what, String name, String reference, double least, double goal) {
		if (this.measures.containsKey(name) && this.measures.containsKey(reference)) {
			row(page, what, ratio(name, reference, (measure) -> measure.sample().perSecond()), number(least) + "x",
					number(goal) + "x", reference);
		}
	}

	private void slowest(StringBuilder page, String what, String reference, String most) {
		String name = "movements-half-rate";
		if (this.measures.containsKey(name) && this.measures.containsKey(reference)) {
			row(page, what, ratio(name, reference, (measure) -> measure.sample().milliseconds(99)), most, "",
					"%s and %s ms".formatted(milliseconds(name, 99), milliseconds(reference, 99)));
		}
	}

	private String ratio(String name, String reference, ToDoubleFunction<Measure> figure) {
		Rounds.Ratio ratio = Rounds.ratio(this.measures.get(name), this.measures.get(reference), figure);
		return "**%sx** (%s to %s)".formatted(number(ratio.ofMedians()), number(ratio.lowest()),
				number(ratio.highest()));
	}

	private static void row(StringBuilder page, String what, String measured, String least, String goal,
			String reference) {
		page.append("| %s | %s | %s | %s | %s |%n".formatted(what, measured, least, goal, reference));
	}

	private String milliseconds(String name, double percentile) {
		double value = Rounds.median(this.measures.getOrDefault(name, List.of()),
				(measure) -> measure.sample().milliseconds(percentile));
		return Double.isNaN(value) ? "" : number(value);
	}

	private static String bold(String figure) {
		return "**" + figure + "**";
	}

	private static String number(double value) {
		return String.format(Locale.ROOT, (value < 100) ? "%.2f" : "%.0f", value);
	}

	static String machine() throws IOException {
		Path info = Path.of("/proc/cpuinfo");
		String model = !Files.exists(info) ? System.getProperty("os.arch")
				: Files.readAllLines(info)
					.stream()
					.filter((line) -> line.startsWith("model name"))
					.map((line) -> line.replaceFirst(".*: ", ""))
					.findFirst()
					.orElse(System.getProperty("os.arch"));
		return "%d shared cores (%s), JDK %s".formatted(Runtime.getRuntime().availableProcessors(), model,
				Runtime.version());
	}

	static String commit() throws IOException {
		Process git = new ProcessBuilder("git", "rev-parse", "--short", "HEAD").start();
		String commit = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
		return commit.isEmpty() ? "unknown" : commit;
	}

}
