package app.stockroom.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.HdrHistogram.Histogram;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the feed's benchmark found, as a page of Markdown.
 */
final class FeedReport {

	private static final Path PAGE = Path.of("docs", "benchmarks-feed.md");

	private final int rounds;

	private final Duration measured;

	private final Map<String, List<Delivery>> deliveries = new LinkedHashMap<>();

	private String memory = "";

	FeedReport(int rounds, Duration measured) {
		this.rounds = rounds;
		this.measured = measured;
	}

	void add(String scenario, String who, Delivery delivery) {
		this.deliveries.computeIfAbsent(scenario + " | " + who, (_) -> new ArrayList<>()).add(delivery);
		System.out.println(row(scenario + " | " + who, List.of(delivery)));
	}

	void memory(int streams, double heap, double resident) {
		this.memory = "With %,d idle streams: **%.1f KB** of heap for each (at least 20, goal 12), %.1f KB of resident memory.%n"
			.formatted(streams, heap / 1000, resident / 1000);
		System.out.println(this.memory);
	}

	void write() throws IOException {
		StringBuilder page = new StringBuilder(
				"""
						# Benchmarks of the live feed

						Written by `./mvnw -Pbenchmark verify -Dit.test=FeedBenchmark`. Readers, service, PostgreSQL (fsync and synchronous commit on),
						Redis and nginx share one machine; the scenarios take turns. Medians of %d rounds of %d s, latency in milliseconds
						from sending the movement (nchan: the message) until a reader has its event: the service's contains the request, the
						commit and Redis. Broadcast: all readers on one tenant, 20 events a second. Spread: ten readers on each of 1000 tenants, 1000
						events a second. nginx has one worker for each core. %s, %d cores, JDK %s.

						| scenario | server | readers | events | delivered | p50 | p99 | p99.9 | max | cores |
						|---|---|---|---|---|---|---|---|---|
						"""
					.formatted(this.rounds, this.measured.toSeconds(), LocalDate.now(),
							Runtime.getRuntime().availableProcessors(), Runtime.version()));
		this.deliveries.forEach((name, all) -> page.append(row(name, all)).append('\n'));
		if (this.deliveries.containsKey("broadcast | nchan")) {
			page.append("%np99 of a broadcast: **%.2fx** nchan's (at least 1.5x, goal 1.0x).%n"
				.formatted(p99("broadcast | stockroom") / p99("broadcast | nchan")));
		}
		else {
			page.append("\nnginx with nchan was not installed here.\n");
		}
		page.append("p99 with 1000 tenants: **%.1f ms** (at least 20, goal 5).%n%n%s"
			.formatted(p99("spread | stockroom"), this.memory));
		System.out.println(page);
		Files.writeString(PAGE, page);
	}

	void assertThatAllWasDelivered() {
		assertThat(this.deliveries.values().stream().flatMap(List::stream).filter((delivery) -> !delivery.whole()))
			.isEmpty();
	}

	private double p99(String name) {
		return Rounds.median(this.deliveries.get(name), (delivery) -> delivery.milliseconds(99));
	}

	private static String row(String name, List<Delivery> all) {
		return String.format(Locale.ROOT, "| %s | %,d | %,.0f | %s | %.1f | %.1f | %.1f | %.1f | %.2f |", name,
				all.getFirst().readers(), Rounds.median(all, Delivery::events),
				all.stream().allMatch(Delivery::whole) ? "all" : "**not all**",
				Rounds.median(all, (delivery) -> delivery.milliseconds(50)),
				Rounds.median(all, (delivery) -> delivery.milliseconds(99)),
				Rounds.median(all, (delivery) -> delivery.milliseconds(99.9)),
				Rounds.median(all, (delivery) -> delivery.milliseconds(100)), Rounds.median(all, Delivery::cores));
	}

	/**
	 * One scenario in one round.
	 *
	 * @param readers open streams
	 * @param readersOfEvent how many of them should get an event
	 * @param sent events that were sent
	 * @param answered events whose sending was answered before the connection was closed
	 * @param received events that all readers together got
	 * @param lost streams that ended
	 * @param latency in microseconds
	 * @param cores that the server used
	 */
	record Delivery(int readers, int readersOfEvent, long sent, long answered, long received, long lost,
			Histogram latency, double cores) {

		double events() {
			return this.received / (double) this.readersOfEvent;
		}

		/** Whether every reader got every event. */
		boolean whole() {
			return this.lost == 0 && this.received % this.readersOfEvent == 0 && events() >= this.answered
					&& events() <= this.sent;
		}

		double milliseconds(double percentile) {
			return this.latency.getValueAtPercentile(percentile) / 1000.0;
		}

	}

}
