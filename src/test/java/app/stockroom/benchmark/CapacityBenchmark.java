package app.stockroom.benchmark;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import app.stockroom.Invariants;
import app.stockroom.PrivatePostgres;
import app.stockroom.PrivateRedis;
import app.stockroom.TestServers;
import app.stockroom.embedded.PostgresCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

import org.springframework.mock.env.MockEnvironment;

/**
 * The cost of a movement as the work grows: a million records in a ledger of one and of
 * ten million entries, one tenant and a thousand, one to three processes, in turn.
 * Started by {@code ./mvnw -Pbenchmark verify -Dit.test=CapacityBenchmark
 * -Dbenchmark.capacity=true}; docs/capacity.md says what came out.
 */
@EnabledIfSystemProperty(named = "benchmark.capacity", matches = "true")
class CapacityBenchmark {

	private static final int CONNECTIONS = 256;

	/** Tenants with a hundred thousand records each: a million. */
	private static final int TENANTS = 10;

	private static final int RECORDS = 100_000;

	private static final int MANY_TENANTS = 1000;

	private static final int RECORDS_OF_MANY = 100;

	private final int rounds = Integer.getInteger("benchmark.rounds", 3);

	private final Duration measured = Duration.ofSeconds(Integer.getInteger("benchmark.seconds", 5));

	private final Duration warmUp = Duration.ofSeconds(Integer.getInteger("benchmark.warm-up", 3));

	private final int entries = Integer.getInteger("benchmark.entries", 10_000_000);

	private final Map<String, List<Sample>> samples = new LinkedHashMap<>();

	private final Map<String, List<Traffic>> traffic = new HashMap<>();

	@Test
	void measuresWhatMoreWorkCosts() throws Exception {
		try (PrivatePostgres postgres = Bed.durablePostgres(); PrivateRedis redis = TestServers.privateRedis()) {
			PostgresCluster cluster = postgres.cluster();
			String one = TestServers.newDatabase(cluster);
			load(cluster, one, TENANTS, RECORDS);
			execute(cluster, "create database grown template %s owner %s".formatted(one, PostgresCluster.OWNER));
			execute(cluster, "grant connect on database grown to " + PostgresCluster.APPLICATION);
			grow(cluster, "grown");
			String many = TestServers.newDatabase(cluster);
			load(cluster, many, MANY_TENANTS, RECORDS_OF_MANY);
			Map<String, Object> properties = Bed.properties(postgres, redis, one);
			Path jar = Service.prepare(Path.of(System.getProperty("stockroom.jar")), properties);
			try (Service small = Service.start(jar, properties);
					Service second = Service.start(jar, properties);
					Service third = Service.start(jar, properties);
					Service grown = Service.start(jar, Bed.properties(postgres, redis, "grown"));
					Service crowded = Service.start(jar, Bed.properties(postgres, redis, many))) {
				for (int round = 0; round <= this.rounds; round++) {
					run("1 million entries", TENANTS, RECORDS, small);
					run("10 million entries", TENANTS, RECORDS, grown);
					run("1,000 tenants", MANY_TENANTS, RECORDS_OF_MANY, crowded);
					run("1 tenant", 1, RECORDS, small);
					run("2 processes", TENANTS, RECORDS, small, second);
					run("3 processes", TENANTS, RECORDS, small, second, third);
					if (round == 0) {
						this.samples.clear(); // the services have only just started
					}
				}
			}
			for (String database : List.of(one, "grown", many)) {
				MockEnvironment environment = new MockEnvironment();
				Bed.properties(postgres, redis, database)
					.forEach((name, value) -> environment.setProperty(name, value.toString()));
				Invariants.hold(environment);
			}
			report();
		}
	}

	private static void load(PostgresCluster cluster, String database, int tenants, int records) throws SQLException {
		Bed.migrate(cluster, database);
		try (Connection connection = cluster.connect(database, PostgresCluster.SUPERUSER);
				Statement statement = connection.createStatement()) {
			statement.execute("set synchronous_commit = off");
			for (int tenant = 0; tenant < tenants; tenant++) {
				Bed.open(statement, tenant, records, 1_000_000_000L, 1);
				Bed.archive(statement, tenant, records, records, 1_000_000_000L);
			}
			statement.execute("vacuum analyze");
		}
	}

	/**
	 * Adds an IN of one piece after the other, round all records, to each tenant. Its
	 * indexes are made afterwards, which is quicker.
	 */
	private void grow(PostgresCluster cluster, String database) throws SQLException {
		int times = this.entries / TENANTS / RECORDS;
		try (Connection connection = cluster.connect(database, PostgresCluster.SUPERUSER);
				Statement statement = connection.createStatement()) {
			statement.execute("set synchronous_commit = off");
			statement.execute("set maintenance_work_mem = '512MB'");
			Map<String, String> indexes = indexes(statement);
			for (String index : indexes.keySet()) {
				statement.execute("drop index " + index);
			}
			for (int time = 1; time < times; time++) {
				statement.execute(
						"""
								insert into movement (tenant_id, sequence, created_at, inventory_id, product_id, warehouse_id, delta,
								  reserved_delta, quantity_after, reserved_after, min_stock, max_stock, version, type, actor)
								select m.tenant_id, m.sequence + %1$d, now(), m.inventory_id, m.product_id, m.warehouse_id, 1, 0,
								  m.quantity_after + %2$d, 0, m.min_stock, m.max_stock, 1 + %2$d, 2, 'benchmark'
								from movement m where m.sequence <= %3$d order by m.tenant_id, m.sequence
								"""
							.formatted(time * RECORDS, time, RECORDS));
			}
			for (String definition : indexes.values()) {
				statement.execute(definition);
			}
			statement
				.execute("update inventory set quantity = quantity + %d, version = %d".formatted(times - 1, times));
			statement.execute("update ledger_head set sequence = %d, last_at = now()".formatted(RECORDS * times));
			statement.execute("vacuum analyze");
		}
	}

	private static Map<String, String> indexes(Statement statement) throws SQLException {
		Map<String, String> indexes = new LinkedHashMap<>();
		try (ResultSet rows = statement.executeQuery("""
				select indexname, indexdef from pg_indexes where tablename = 'movement' and indexname <> 'movement_pkey'
				""")) {
			while (rows.next()) {
				indexes.put(rows.getString(1), rows.getString(2));
			}
		}
		return indexes;
	}

	private static void execute(PostgresCluster cluster, String sql) throws SQLException {
		try (Connection connection = cluster.connect("postgres", PostgresCluster.SUPERUSER);
				Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	/** Spreads the same connections over the services, at the same time. */
	private void run(String name, int tenants, int records, Service... services) throws Exception {
		if (!this.traffic.containsKey(name)) {
			List<Traffic> made = new ArrayList<>();
			for (Service service : services) {
				made.add(new Traffic(service, tenants, records));
			}
			this.traffic.put(name, made);
		}
		List<CompletableFuture<Sample>> all = new ArrayList<>();
		for (int i = 0; i < services.length; i++) {
			int port = services[i].port();
			HttpLoad.Requests requests = this.traffic.get(name).get(i).movements(false);
			all.add(CompletableFuture.supplyAsync(
					() -> HttpLoad.run(port, CONNECTIONS / services.length, 0, this.warmUp, this.measured, requests)));
		}
		Sample sample = all.stream().map(CompletableFuture::join).reduce(CapacityBenchmark::together).orElseThrow();
		this.samples.computeIfAbsent(name, (_) -> new ArrayList<>()).add(sample);
		System.out.printf("%-20s %,10.0f/s  p50 %7.2f  p99 %7.2f ms  %s%n", name, sample.perSecond(),
				sample.milliseconds(50), sample.milliseconds(99), sample.statuses());
	}

	private static Sample together(Sample one, Sample other) {
		one.latency().add(other.latency());
		return new Sample(one.done() + other.done(), one.took(), one.latency(), one.statuses());
	}

	private void report() {
		System.out.println("| work | movements a second | p50, ms | p99, ms |\n|---|---|---|---|");
		this.samples.forEach((name, all) -> System.out.printf("| %s | %,.0f | %.1f | %.1f |%n", name,
				median(all.stream().map(Sample::perSecond).toList()),
				median(all.stream().map((sample) -> sample.milliseconds(50)).toList()),
				median(all.stream().map((sample) -> sample.milliseconds(99)).toList())));
	}

	private static double median(List<Double> values) {
		List<Double> sorted = values.stream().sorted().toList();
		return (sorted.get((sorted.size() - 1) / 2) + sorted.get(sorted.size() / 2)) / 2;
	}

}
