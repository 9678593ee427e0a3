package app.stockroom.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

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
 * -Dbenchmark.capacity=true}; its chapter in docs/capacity.md is written anew.
 */
@EnabledIfSystemProperty(named = "benchmark.capacity", matches = "true")
class CapacityBenchmark {

	private static final int CONNECTIONS = 256;

	private static final int TENANTS = 10;

	private static final int MANY_TENANTS = 1000;

	private static final int RECORDS_OF_MANY = 100;

	static final String SMALL = "10 tenants, 1 entry a record";

	static final String GROWN = "10 tenants, 10 entries a record";

	private static final String GROWN_DATABASE = "grown";

	/** Of each of the ten tenants. */
	private final int records = Integer.getInteger("benchmark.records", 100_000);

	private final int rounds = Integer.getInteger("benchmark.rounds", 5);

	private final Duration measured = Duration.ofSeconds(Integer.getInteger("benchmark.seconds", 5));

	private final Duration warmUp = Duration.ofSeconds(Integer.getInteger("benchmark.warm-up", 3));

	private final Duration start = Duration.ofSeconds(Integer.getInteger("benchmark.start", 20));

	/** Of a record where the ledger is long. */
	private final int times = Integer.getInteger("benchmark.entries", 10);

	private final CapacityReport report = new CapacityReport();

	private final Map<String, List<Traffic>> traffic = new HashMap<>();

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final long begun = System.nanoTime();

	private PrivatePostgres postgres;

	@Test
	void measuresWhatMoreWorkCosts() throws Exception {
		try (PrivatePostgres postgres = Bed.durablePostgres("3GB"); PrivateRedis redis = TestServers.privateRedis()) {
			this.postgres = postgres;
			PostgresCluster cluster = postgres.cluster();
			String one = TestServers.newDatabase(cluster);
			// For the invariants, which look at every entry.
			execute(cluster, "alter role %s set work_mem = '512MB'".formatted(PostgresCluster.OWNER));
			load(cluster, one, TENANTS, this.records);
			execute(cluster,
					"create database %s template %s owner %s".formatted(GROWN_DATABASE, one, PostgresCluster.OWNER));
			execute(cluster,
					"grant connect on database %s to %s".formatted(GROWN_DATABASE, PostgresCluster.APPLICATION));
			grow(cluster);
			String many = TestServers.newDatabase(cluster);
			load(cluster, many, MANY_TENANTS, RECORDS_OF_MANY);
			Bed.assertDurable(cluster, one);
			told("loaded");
			Map<String, Object> properties = Bed.properties(postgres, redis, one);
			Path jar = Service.prepare(Path.of(System.getProperty("stockroom.jar")), properties);
			try (Service small = Service.start(jar, properties);
					Service second = Service.start(jar, properties);
					Service third = Service.start(jar, properties);
					Service grown = Service.start(jar, Bed.properties(postgres, redis, GROWN_DATABASE));
					Service crowded = Service.start(jar, Bed.properties(postgres, redis, many))) {
				for (Service service : List.of(small, second, third)) {
					warmUp(service, TENANTS, this.records);
				}
				warmUp(grown, TENANTS, this.records);
				warmUp(crowded, MANY_TENANTS, RECORDS_OF_MANY);
				for (int round = 0; round < this.rounds; round++) {
					execute(cluster, "checkpoint"); // so that none falls into the round
					run(SMALL, TENANTS, this.records, small);
					run(GROWN, TENANTS, this.records, grown);
					run("1,000 tenants", MANY_TENANTS, RECORDS_OF_MANY, crowded);
					run("1 tenant", 1, this.records, small);
					run("2 processes", TENANTS, this.records, small, second);
					run("3 processes", TENANTS, this.records, small, second, third);
				}
			}
			told("measured");
			Map<String, Long> entries = new LinkedHashMap<>();
			for (Map.Entry<String, String> ledger : Map
				.of("short", one, "long", GROWN_DATABASE, "of 1,000 tenants", many)
				.entrySet()) {
				MockEnvironment environment = new MockEnvironment();
				Bed.properties(postgres, redis, ledger.getValue())
					.forEach((name, value) -> environment.setProperty(name, value.toString()));
				Invariants.hold(environment);
				entries.put(ledger.getKey(), entries(cluster, ledger.getValue()));
			}
			told("verified");
			this.report.write(this.rounds, Long.toString(this.measured.toSeconds()), entries);
		}
	}

	/** How long it has taken until here, and what lies on the disk. */
	private void told(String what) throws IOException {
		try (Stream<Path> files = Files.walk(this.postgres.data())) {
			System.out.printf("%s after %d s, %,d MB on disk%n", what,
					Duration.ofNanos(System.nanoTime() - this.begun).toSeconds(),
					files.mapToLong((file) -> file.toFile().length()).sum() / 1_000_000);
		}
	}

	private static long entries(PostgresCluster cluster, String database) throws SQLException {
		try (Connection connection = cluster.connect(database, PostgresCluster.SUPERUSER);
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("select sum(sequence) from ledger_head")) {
			row.next();
			return row.getLong(1);
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
	private void grow(PostgresCluster cluster) throws SQLException {
		try (Connection connection = cluster.connect(GROWN_DATABASE, PostgresCluster.SUPERUSER);
				Statement statement = connection.createStatement()) {
			statement.execute("set synchronous_commit = off");
			statement.execute("set maintenance_work_mem = '512MB'");
			Map<String, String> indexes = indexes(statement);
			for (String index : indexes.keySet()) {
				statement.execute("drop index " + index);
			}
			for (int time = 1; time < this.times; time++) {
				statement.execute(
						"""
								insert into movement (tenant_id, sequence, created_at, inventory_id, product_id, warehouse_id, delta,
								  reserved_delta, quantity_after, reserved_after, min_stock, max_stock, version, type, actor)
								select m.tenant_id, m.sequence + %1$d, now(), m.inventory_id, m.product_id, m.warehouse_id, 1, 0,
								  m.quantity_after + %2$d, 0, m.min_stock, m.max_stock, 1 + %2$d, 2, 'benchmark'
								from movement m where m.sequence <= %3$d order by m.tenant_id, m.sequence
								"""
							.formatted(time * this.records, time, this.records));
			}
			for (String definition : indexes.values()) {
				statement.execute(definition);
			}
			statement.execute("update inventory set quantity = quantity + %d, version = %d".formatted(this.times - 1,
					this.times));
			statement
				.execute("update ledger_head set sequence = %d, last_at = now()".formatted(this.records * this.times));
			statement.execute("vacuum full inventory"); // as dense as the other
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

	/**
	 * As long for each process: one that has served less is still compiling, and would
	 * seem to be dearer.
	 */
	private void warmUp(Service service, int tenants, int records) throws Exception {
		HttpLoad.run(service.port(), CONNECTIONS, 0, Duration.ZERO, this.start,
				new Traffic(service, tenants, records).movements(false));
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
		Bed.settle();
		double postgres = Bed.cpuSeconds(this.postgres);
		double before = Arrays.stream(services).mapToDouble(Service::cpuSeconds).sum();
		long started = System.nanoTime();
		List<CompletableFuture<Sample>> all = new ArrayList<>();
		for (int i = 0; i < services.length; i++) {
			int port = services[i].port();
			HttpLoad.Requests requests = this.traffic.get(name).get(i).movements(false);
			all.add(CompletableFuture.supplyAsync(
					() -> HttpLoad.run(port, CONNECTIONS / services.length, 0, this.warmUp, this.measured, requests),
					this.threads));
		}
		Sample sample = all.stream().map(CompletableFuture::join).reduce(CapacityBenchmark::together).orElseThrow();
		double requests = sample.perSecond() * (System.nanoTime() - started) / 1e9;
		this.report.add(name,
				new CapacityReport.Figure(sample, (Bed.cpuSeconds(this.postgres) - postgres) / requests * 1e6,
						(Arrays.stream(services).mapToDouble(Service::cpuSeconds).sum() - before) / requests * 1e6));
	}

	private static Sample together(Sample one, Sample other) {
		one.latency().add(other.latency());
		Map<Integer, Long> statuses = new TreeMap<>(one.statuses());
		other.statuses().forEach((status, count) -> statuses.merge(status, count, Long::sum));
		return new Sample(one.done() + other.done(), one.took(), one.latency(), statuses);
	}

}
