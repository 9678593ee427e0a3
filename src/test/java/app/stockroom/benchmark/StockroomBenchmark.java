package app.stockroom.benchmark;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import java.util.function.Supplier;

import app.stockroom.Invariants;
import org.junit.jupiter.api.Test;

import org.springframework.util.function.SingletonSupplier;

/**
 * Runs every scenario in turn, round after round, so that a machine that is slow for a
 * while is slow for all, and writes the medians and their ratios into docs/benchmarks.md.
 * Started by {@code ./mvnw -Pbenchmark verify}.
 */
class StockroomBenchmark {

	private static final int CONNECTIONS = 256;

	private static final Duration BRIEFLY = Duration.ofSeconds(1);

	private final int rounds = Integer.getInteger("benchmark.rounds", 5);

	private final Duration measured = Duration.ofSeconds(Integer.getInteger("benchmark.seconds", 5));

	private final Duration warmUp = Duration.ofSeconds(Integer.getInteger("benchmark.warm-up", 3));

	private final Duration start = Duration.ofSeconds(Integer.getInteger("benchmark.start", 15));

	private final Set<String> only = Set.of(System.getProperty("benchmark.only", "").split(","));

	private final Map<String, List<Measure>> measures = new LinkedHashMap<>();

	private Bed bed;

	private Service service;

	private Service constant;

	@Test
	void measuresEveryScenarioAgainstItsReference() throws Exception {
		try (Bed made = Bed.make(Integer.getInteger("benchmark.archive", 1_000_000))) {
			this.bed = made;
			Path jar = Service.prepare(Path.of(System.getProperty("stockroom.jar")), made.properties());
			try (Service started = Service.start(jar, made.properties()); Service plain = Service.constant()) {
				this.service = started;
				this.constant = plain;
				Map<String, Callable<Sample>> scenarios = scenarios();
				double resident = warmUp();
				for (int round = 0; round < this.rounds; round++) {
					made.checkpoint();
					for (Map.Entry<String, Callable<Sample>> scenario : scenarios.entrySet()) {
						if (this.only.contains("") || this.only.contains(scenario.getKey())) {
							measure(scenario.getKey(), scenario.getValue());
						}
					}
				}
				Invariants.hold(made.environment());
				new Report(this.measures, this.rounds, this.measured, started.startTime(), resident).write();
			}
		}
	}

	/**
	 * Every kind of request for a while before anything counts: a JVM that has just
	 * started is still compiling, on four busy cores for a minute or two.
	 * @return the service's resident memory when it had seen nothing but movements, in
	 * MiB
	 */
	private double warmUp() throws Exception {
		Traffic traffic = new Traffic(this.service);
		warmUp(traffic.movements(false), traffic.movements(true), traffic.movements(Bed.SOLD_OUT, false),
				traffic.movements(0, false), traffic.movements(false));
		double resident = this.service.residentMegabytes();
		warmUp(traffic.record(), traffic.noRecord(), traffic.page());
		load(this.constant, 0, traffic.record());
		return resident;
	}

	private void warmUp(HttpLoad.Requests... kinds) {
		for (HttpLoad.Requests requests : kinds) {
			HttpLoad.run(this.service.port(), CONNECTIONS, 0, Duration.ZERO, this.start, requests);
		}
	}

	private void measure(String name, Callable<Sample> scenario) throws Exception {
		Bed.settle();
		double service = this.service.cpuSeconds();
		double postgres = this.bed.postgresCpuSeconds();
		double client = ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
		long begun = System.nanoTime();
		Sample sample = scenario.call();
		double seconds = (System.nanoTime() - begun) / 1e9;
		Measure measure = new Measure(sample, (this.service.cpuSeconds() - service) / seconds,
				(this.bed.postgresCpuSeconds() - postgres) / seconds,
				(ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos() / 1e9 - client) / seconds,
				this.service.residentMegabytes());
		this.measures.computeIfAbsent(name, (_) -> new ArrayList<>()).add(measure);
		System.out.printf(
				"%-26s %,12.0f/s  p50 %7.2f  p99 %7.2f  p99.9 %7.2f ms  cpu service %.2f postgres %.2f client %.2f  rss %.0f MiB  %s%n",
				name, sample.perSecond(), sample.milliseconds(50), sample.milliseconds(99), sample.milliseconds(99.9),
				measure.service(), measure.postgres(), measure.client(), measure.resident(), sample.statuses());
	}

	private Map<String, Callable<Sample>> scenarios() throws Exception {
		Floor floor = new Floor(this.bed);
		Traffic traffic = new Traffic(this.service);
		Supplier<Integer> clients = SingletonSupplier
			.of(() -> best((count) -> floor.uniform(count, 0, BRIEFLY, BRIEFLY)));
		Supplier<Integer> hotClients = SingletonSupplier.of(() -> best((count) -> floor.hot(count, BRIEFLY, BRIEFLY)));
		Map<String, Callable<Sample>> scenarios = new LinkedHashMap<>();
		scenarios.put("floor-uniform", () -> floor.uniform(clients.get(), 0, this.warmUp, this.measured));
		// The floor's reference, where there is one: both should be alike.
		Pgbench.find(this.bed.cluster())
			.ifPresent(
					(pgbench) -> scenarios.put("pgbench-uniform", () -> pgbench.uniform(clients.get(), this.measured)));
		scenarios.put("floor-hot", () -> floor.hot(hotClients.get(), this.warmUp, this.measured));
		scenarios.put("floor-page", () -> floor.page(16, this.warmUp, this.measured));
		scenarios.put("floor-flush", () -> floor.flush(this.warmUp, this.measured));
		scenarios.put("constant", () -> load(this.constant, 0, traffic.record()));
		scenarios.put("movements-uniform", () -> load(this.service, 0, traffic.movements(false)));
		scenarios.put("movements-uniform-keyed", () -> load(this.service, 0, traffic.movements(true)));
		scenarios.put("movements-hot", () -> load(this.service, 0, traffic.movements(0, false)));
		scenarios.put("movements-hot-keyed", () -> load(this.service, 0, traffic.movements(0, true)));
		scenarios.put("movements-sold-out", () -> load(this.service, 0, traffic.movements(Bed.SOLD_OUT, false)));
		scenarios.put("batch-ndjson", () -> traffic.stream(this.warmUp, this.measured));
		scenarios.put("read-one", () -> load(this.service, 0, traffic.record()));
		scenarios.put("same-route-constant", () -> load(this.service, 0, traffic.noRecord()));
		scenarios.put("read-page", () -> load(this.service, 0, traffic.page()));
		scenarios.put("reservations", () -> load(this.service, 0, traffic.reservations(CONNECTIONS)));
		scenarios.put("floor-copy", floor::copy);
		scenarios.put("export-ndjson", traffic::export);
		scenarios.put("floor-half-rate",
				() -> floor.uniform(clients.get(), median("movements-uniform") / 2, this.warmUp, this.measured));
		scenarios.put("constant-half-load", () -> load(this.constant, median("constant") / 2, traffic.record()));
		scenarios.put("constant-half-rate",
				() -> load(this.constant, median("movements-uniform") / 2, traffic.record()));
		scenarios.put("movements-half-rate",
				() -> load(this.service, median("movements-uniform") / 2, traffic.movements(false)));
		return scenarios;
	}

	private Sample load(Service target, double perSecond, HttpLoad.Requests requests) {
		return HttpLoad.run(target.port(), CONNECTIONS, perSecond, this.warmUp, this.measured, requests);
	}

	private double median(String name) {
		return Rounds.median(this.measures.get(name), (measure) -> measure.sample().perSecond());
	}

	/**
	 * The count of clients with which the floor is highest: pgbench at its best. All in
	 * turn, so that no slow moment of the machine decides.
	 */
	private static int best(IntFunction<Sample> floor) {
		Map<Integer, List<Sample>> tries = new LinkedHashMap<>();
		for (int round = 0; round < 3; round++) {
			for (int clients : List.of(16, 24, 32, 48, 64, 128)) {
				Bed.settle();
				tries.computeIfAbsent(clients, (_) -> new ArrayList<>()).add(floor.apply(clients));
			}
		}
		int best = Collections.max(tries.keySet(),
				Comparator.comparingDouble((clients) -> Rounds.median(tries.get(clients), Sample::perSecond)));
		Bed.settle();
		System.out.printf("The floor is highest with %d clients%n", best);
		return best;
	}

	/**
	 * One scenario in one round.
	 *
	 * @param service cores that the service used
	 * @param postgres cores that PostgreSQL used
	 * @param client cores that the load generator used
	 * @param resident the service's resident memory at the end, in MiB
	 */
	record Measure(Sample sample, double service, double postgres, double client, double resident) {
	}

}
