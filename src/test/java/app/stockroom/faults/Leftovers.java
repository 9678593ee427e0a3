package app.stockroom.faults;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import app.stockroom.ServiceProcess;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * What clients that have gone leave behind in the service, its database and its Redis:
 * nothing, after a while (I11). One connection, stream or subscription too many is told,
 * and each thread beyond the size of its pool.
 */
final class Leftovers {

	/** Pools of threads have one for each processor, or four. */
	private static final int THREADS_OF_A_KIND = Math.max(4, Runtime.getRuntime().availableProcessors());

	/** Messages, subscriptions and rate limits, one connection each. */
	private static final long REDIS_CONNECTIONS = 3;

	/** The harness itself asks each process whether it is ready. */
	private static final long HTTP_CONNECTIONS = 1;

	/** Columns of /proc/net/tcp, and a state there. */
	private static final int LOCAL = 1;

	private static final int REMOTE = 2;

	private static final int STATE = 3;

	private static final int INODE = 9;

	private static final String ESTABLISHED = "01";

	private static final Object NOTHING = "";

	private static final Pattern SOCKET = Pattern.compile("socket:\\[(\\d+)]");

	private static final Pattern SAMPLE = Pattern.compile("(\\w+)(?:\\{.*})? ([0-9.E+-]+)");

	private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private static final String IDLE_IN_TRANSACTION = """
			select count(*) from pg_stat_activity
			where usename = 'stockroom_app' and (state like 'idle in transaction%' or state = 'active')
			""";

	private static final Map<Path, Integer> LEAKS_SEEN = new HashMap<>();

	/** An event in a log begins with its time, and a report has many lines. */
	private static final Pattern REPORTED = Pattern.compile("(?m)^(?=\\d{4}-\\d\\d-\\d\\dT)");

	private static final String LOST_BY_THE_DRIVER = "io.r2dbc.postgresql.PostgresqlStatement.lambda$collectBindingParameters$";

	private final Plant plant;

	private final Map<String, Callable<Object>> looks = new LinkedHashMap<>();

	private Leftovers(Plant plant) {
		this.plant = plant;
		this.looks.put("transactions or statements in the database",
				() -> tooMany(plant.number(IDLE_IN_TRANSACTION), 0));
		this.looks.put("subscriptions in Redis", () -> plant.channels().isEmpty() ? NOTHING : plant.channels());
		plant.services().forEach(this::look);
	}

	/** What is still there, in words. */
	static List<String> of(Plant plant) throws IOException {
		List<String> found = new ArrayList<>();
		new Leftovers(plant).looks.forEach((what, look) -> {
			Object[] last = { "cannot be seen" };
			try {
				Awaitility.await().atMost(Duration.ofSeconds(35)).ignoreExceptions().until(() -> {
					last[0] = look.call();
					return last[0].equals(NOTHING);
				});
			}
			catch (ConditionTimeoutException ex) {
				found.add("I11 left behind: %s: %s".formatted(what, last[0]));
			}
		});
		for (ServiceProcess service : plant.services()) {
			long leaks = leaks(service);
			if (leaks > 0) {
				found.add("I11 left behind: %d buffers of %s".formatted(leaks, service.url()));
			}
		}
		return found;
	}

	private void look(ServiceProcess service) {
		String of = " of " + service.url();
		this.looks.put("borrowed connections and who waits for one" + of, () -> tooMany(
				metric(service, "r2dbc_pool_acquired_connections") + metric(service, "r2dbc_pool_pending_connections"),
				0));
		this.looks.put("streams" + of, () -> tooMany(metric(service, "stockroom_feed_subscribers"), 0));
		this.looks.put("waiting changes" + of, () -> tooMany(metric(service, "stockroom_ledger_waiting"), 0));
		this.looks.put("threads" + of, () -> threads(service));
		if (Files.exists(Path.of("/proc/self/net/tcp"))) {
			this.looks.put("connections to the database that no pool knows" + of,
					() -> tooMany(connections(service).count(REMOTE, this.plant.databaseLine().port()),
							metric(service, "r2dbc_pool_allocated_connections")));
			this.looks.put("connections to Redis" + of,
					() -> tooMany(connections(service).count(REMOTE, this.plant.redisLine().port()),
							REDIS_CONNECTIONS));
			this.looks.put("connections of clients" + of,
					() -> tooMany(connections(service).count(LOCAL, service.port()), HTTP_CONNECTIONS));
		}
	}

	private static Object tooMany(long found, long most) {
		return (found > most) ? found + " in place of " + most : NOTHING;
	}

	/** Sum of a metric over all its tags. */
	private static long metric(ServiceProcess service, String name) throws IOException, InterruptedException {
		String metrics = HTTP
			.send(HttpRequest.newBuilder(service.management().resolve("/actuator/prometheus")).build(),
					HttpResponse.BodyHandlers.ofString())
			.body();
		List<Double> samples = metrics.lines()
			.map(SAMPLE::matcher)
			.filter((sample) -> sample.matches() && sample.group(1).equals(name))
			.map((sample) -> Double.parseDouble(sample.group(2)))
			.toList();
		if (samples.isEmpty()) {
			throw new IllegalStateException("There is no metric " + name);
		}
		return (long) samples.stream().mapToDouble(Double::doubleValue).sum();
	}

	/**
	 * Kinds of threads of which there are more than a pool has; a kind is a name without
	 * its number.
	 */
	private static Object threads(ServiceProcess service) throws IOException {
		Path tasks = Path.of("/proc", Long.toString(service.pid()), "task");
		if (!Files.exists(tasks)) {
			return NOTHING;
		}
		Map<String, Long> kinds = new TreeMap<>();
		try (Stream<Path> threads = Files.list(tasks)) {
			for (Path thread : threads.toList()) {
				kinds.merge(Files.readString(thread.resolve("comm")).strip().replaceAll("[-#\\d]*$", ""), 1L,
						Long::sum);
			}
		}
		kinds.values().removeIf((count) -> count <= THREADS_OF_A_KIND);
		return kinds.isEmpty() ? NOTHING : kinds;
	}

	/** The established TCP connections of a process. */
	private static Connections connections(ServiceProcess service) throws IOException {
		Path process = Path.of("/proc", Long.toString(service.pid()));
		Set<String> sockets;
		try (Stream<Path> files = Files.list(process.resolve("fd"))) {
			sockets = files.map(Leftovers::target)
				.map(SOCKET::matcher)
				.filter(Matcher::matches)
				.map((socket) -> socket.group(1))
				.collect(Collectors.toSet());
		}
		List<String[]> established = new ArrayList<>();
		for (String table : List.of("tcp", "tcp6")) {
			for (String line : Files.readAllLines(process.resolve("net").resolve(table))) {
				String[] columns = line.strip().split("\\s+");
				if (columns[STATE].equals(ESTABLISHED) && sockets.contains(columns[INODE])) {
					established.add(columns);
				}
			}
		}
		return new Connections(established);
	}

	private static String target(Path descriptor) {
		try {
			return Files.readSymbolicLink(descriptor).toString();
		}
		catch (IOException ex) {
			return ""; // closed meanwhile
		}
	}

	/**
	 * Reports of Netty's leak detector that were not there before. The driver loses what
	 * was bound to a call that it has not sent when its connection closes
	 * (r2dbc-postgresql#734, mended in 1.1.3, which could not be had yet): a few bytes
	 * for each connection that dies amid a call. These are told and do not count.
	 */
	private static long leaks(ServiceProcess service) throws IOException {
		List<String> reports = REPORTED.splitAsStream(Files.readString(service.log()))
			.filter((event) -> event.contains("LEAK:"))
			.toList();
		int before = Objects.requireNonNullElse(LEAKS_SEEN.put(service.log(), reports.size()), 0);
		List<String> fresh = reports.subList(before, reports.size());
		long known = fresh.stream().filter((report) -> report.contains(LOST_BY_THE_DRIVER)).count();
		if (known > 0) {
			System.out.printf("faults: %d buffers of calls that %s had not sent, lost by the driver%n", known,
					service.url());
		}
		return fresh.size() - known;
	}

	private record Connections(List<String[]> established) {

		long count(int side, int port) {
			String end = ":%04X".formatted(port);
			return this.established.stream().filter((columns) -> columns[side].endsWith(end)).count();
		}

	}

}
