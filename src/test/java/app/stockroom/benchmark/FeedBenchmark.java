package app.stockroom.benchmark;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;

import app.stockroom.PrivatePostgres;
import app.stockroom.PrivateRedis;
import app.stockroom.TestServers;
import app.stockroom.embedded.PostgresCluster;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The live feed beside nginx with nchan: 5000 readers of one tenant, 10,000 readers of a
 * thousand tenants, and what an idle reader costs in memory. Writes
 * docs/benchmarks-feed.md. {@code ./mvnw -Pbenchmark verify} runs it with the others,
 * {@code -Dit.test=FeedBenchmark} alone.
 * <p>
 * Latency counts from the moment at which a movement (there: a message) is sent until a
 * reader has received its event: ours contains the request, the commit and Redis.
 */
class FeedBenchmark {

	private static final int TENANTS = 1000;

	/** As many as one user may have. */
	private static final int STREAMS_OF_USER = 100;

	private static final int PUBLISHERS = 32;

	/** Before and behind it, an event has as many bytes as one of ours. */
	private static final String PADDING = "x".repeat(390);

	private final int rounds = Integer.getInteger("benchmark.rounds", 3);

	private final Duration measured = Duration.ofSeconds(Integer.getInteger("benchmark.seconds", 5));

	private final Duration warmUp = Duration.ofSeconds(Integer.getInteger("benchmark.warm-up", 8));

	/** Part of the readers, for a first look on a small machine. */
	private final double scale = Double.parseDouble(System.getProperty("benchmark.scale", "1"));

	/** Which of broadcast, spread and memory to measure, for a profile of one. */
	private final Set<String> scenarios = Set
		.of(System.getProperty("benchmark.scenarios", "broadcast,spread,memory").split(","));

	private final FeedReport report = new FeedReport(this.rounds, this.measured);

	private final List<String> users = new ArrayList<>();

	private final List<String> tenants = new ArrayList<>();

	private Service service;

	@Test
	void measuresTheFeedBesideNchan() throws Exception {
		PrivatePostgres postgres = TestServers
			.privatePostgres(Map.of("max_connections", "300", "shared_buffers", "512MB"));
		PrivateRedis redis = TestServers.privateRedis();
		String database = TestServers.newDatabase(postgres.cluster());
		Map<String, Object> properties = properties(postgres, redis, database);
		Path jar = Service.prepare(Path.of(System.getProperty("stockroom.jar")), properties);
		Optional<Nchan> nchan = Nchan.start();
		if (nchan.isEmpty()) {
			System.out
				.println("nginx with nchan is not installed (Debian: nginx-light, libnginx-mod-nchan): ours alone");
		}
		openTenants(postgres.cluster(), database);
		try (Service started = Service.start(jar, properties)) {
			this.service = started;
			readTokens();
			for (int round = 0; round < this.rounds; round++) {
				nchan.ifPresent(
						(other) -> broadcast("nchan", other.port(), this::subscribe, this::publish, other::cpuSeconds));
				broadcast("stockroom", started.port(), this::listen, this::move, started::cpuSeconds);
				nchan.ifPresent(
						(other) -> spread("nchan", other.port(), this::subscribe, this::publish, other::cpuSeconds));
				spread("stockroom", started.port(), this::listen, this::move, started::cpuSeconds);
			}
		}
		try {
			if (this.scenarios.contains("memory")) {
				measureMemory(jar, properties);
			}
		}
		finally {
			nchan.ifPresent(Nchan::close);
			redis.close();
			postgres.close();
		}
		if (this.scenarios.size() == 3) {
			this.report.write();
		}
		this.report.assertThatAllWasDelivered();
	}

	private static Map<String, Object> properties(PrivatePostgres postgres, PrivateRedis redis, String database) {
		Map<String, Object> properties = new HashMap<>(TestServers.properties(postgres.cluster(), database));
		properties.putAll(TestServers.properties(redis.address()));
		properties.put("stockroom.demo.enabled", false);
		properties.put("stockroom.security.dev-token.enabled", true);
		properties.put("stockroom.security.secret", "a secret of the benchmark and of nobody else");
		return properties;
	}

	private static void openTenants(PostgresCluster cluster, String database) throws Exception {
		try (Connection connection = cluster.connect(database, PostgresCluster.SUPERUSER);
				Statement statement = connection.createStatement()) {
			for (int tenant = 0; tenant < TENANTS; tenant++) {
				Bed.open(statement, tenant, 1, 1_000_000_000L, 1);
				Bed.archive(statement, tenant, 1, 1, 1_000_000_000L);
			}
			statement.execute("vacuum analyze");
		}
	}

	private void readTokens() throws Exception {
		for (int tenant = 0; tenant < TENANTS; tenant++) {
			this.tenants.add(this.service.token(Bed.tenant(tenant)));
		}
		for (int user = 0; user < 10_000 / STREAMS_OF_USER; user++) {
			this.users.add(this.service.token(Bed.tenant(0), "user " + user));
		}
	}

	/** Everybody reads the same tenant, which has twenty events a second. */
	private void broadcast(String who, int port, IntFunction<byte[]> reader, Publisher publisher, DoubleSupplier cpu) {
		int readers = (int) (5000 * this.scale);
		measure("broadcast", who, port, readers, (i) -> reader.apply(-1 - i), publisher.requests(() -> 0), 20, readers,
				cpu);
	}

	/** Ten readers of each of a thousand tenants, which have an event a second each. */
	private void spread(String who, int port, IntFunction<byte[]> reader, Publisher publisher, DoubleSupplier cpu) {
		int readers = (int) (10_000 * this.scale);
		measure("spread", who, port, readers, (i) -> reader.apply(i % TENANTS),
				publisher.requests(() -> ThreadLocalRandom.current().nextInt(TENANTS)), 1000, readers / TENANTS, cpu);
	}

	private void measure(String scenario, String who, int port, int readers, IntFunction<byte[]> reader,
			CountedRequests requests, int perSecond, int readersOfEvent, DoubleSupplier cpu) {
		if (!this.scenarios.contains(scenario)) {
			return;
		}
		try (SseLoad load = SseLoad.open(port, readers, reader,
				who.equals("nchan") ? "text/event-stream" : "event: ready")) {
			publish(load, port, requests, perSecond, this.warmUp);
			double before = cpu.getAsDouble();
			publish(load, port, requests, perSecond, this.measured);
			double cores = (cpu.getAsDouble() - before) / this.measured.toSeconds();
			this.report.add(scenario, who, new FeedReport.Delivery(readers, readersOfEvent, requests.sent(),
					requests.answered(), load.received(), load.lost(), load.latency(), cores));
		}
	}

	/** Publishes for a while, then waits until nothing arrives any more. */
	private static void publish(SseLoad load, int port, CountedRequests requests, int perSecond, Duration during) {
		requests.reset();
		load.reset();
		HttpLoad.run(port, PUBLISHERS, perSecond, Duration.ZERO, during, requests);
		long received = -1;
		while (received != load.received()) {
			received = load.received();
			LockSupport.parkNanos(Duration.ofSeconds(2).toNanos());
		}
	}

	/**
	 * A request for our ledger feed.
	 * @param reader a tenant, or negative for one of the many readers of tenant 0
	 */
	private byte[] listen(int reader) {
		String token = (reader >= 0) ? this.tenants.get(reader) : this.users.get((-1 - reader) / STREAMS_OF_USER);
		return ascii("GET /api/stock-movements HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
				+ "Authorization: Bearer " + token + "\r\n\r\n");
	}

	private byte[] subscribe(int reader) {
		return ascii("GET /sub/%d HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n"
			.formatted(Math.max(0, reader)));
	}

	private CountedRequests move(IntSupplier tenants) {
		return new CountedRequests(() -> {
			int tenant = tenants.getAsInt();
			String body = "{\"productId\": \"%s\", \"type\": \"OUT\", \"quantity\": 1, \"reference\": \"%s\"}"
				.formatted(Bed.product(tenant, 0), SseLoad.mark());
			return ascii("POST /api/stock-movements HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
					+ this.tenants.get(tenant) + "\r\nContent-Type: application/json\r\nContent-Length: "
					+ body.length() + "\r\n\r\n" + body);
		});
	}

	private CountedRequests publish(IntSupplier tenants) {
		return new CountedRequests(() -> {
			String body = "{\"reference\": \"%s\", \"padding\": \"%s\"}".formatted(SseLoad.mark(), PADDING);
			return ascii("POST /pub/%d HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n%s"
				.formatted(tenants.getAsInt(), body.length(), body));
		});
	}

	private void measureMemory(Path jar, Map<String, Object> properties) throws Exception {
		try (Service fresh = Service.start(jar, properties)) {
			this.service = fresh;
			measureMemory(fresh);
		}
	}

	private void measureMemory(Service fresh) throws Exception {
		int readers = (int) (10_000 * this.scale);
		// What the first streams bring along is not counted, nor what grows with classes.
		try (SseLoad first = SseLoad.open(fresh.port(), 200, (i) -> listen(-1 - i), "event: ready")) {
			assertThat(first.lost()).isZero();
		}
		long before = Jcmd.liveBytes(fresh.pid());
		double resident = fresh.residentMegabytes();
		try (SseLoad idle = SseLoad.open(fresh.port(), readers, (i) -> listen(-1 - i), "event: ready")) {
			long after = Jcmd.liveBytes(fresh.pid());
			assertThat(idle.lost()).isZero();
			this.report.memory(readers, (after - before) / (double) readers,
					(fresh.residentMegabytes() - resident) * 1024 * 1024 / readers);
		}
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

	private interface Publisher {

		CountedRequests requests(IntSupplier tenants);

	}

}
