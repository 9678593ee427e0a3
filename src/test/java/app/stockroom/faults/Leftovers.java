package app.stockroom.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import app.stockroom.ServiceProcess;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * What clients that have gone leave behind in the service, its database and its Redis:
 * nothing, after a while (I11).
 */
final class Leftovers {

	/** Schedulers keep idle threads for a minute, and a few for ever. */
	private static final long THREADS = 120;

	/** Pools of all kinds, the issuer's keys and what the JVM itself holds. */
	private static final long SOCKETS = 60;

	private static final String IDLE_IN_TRANSACTION = """
			select count(*) from pg_stat_activity
			where usename = 'stockroom_app' and (state like 'idle in transaction%' or state = 'active')
			""";

	private static final Map<Path, Long> LEAKS_SEEN = new HashMap<>();

	private Leftovers() {
	}

	/** What is still there, in words. */
	static List<String> of(Plant plant) {
		Map<String, Callable<Boolean>> clean = new LinkedHashMap<>();
		clean.put("transactions or statements in the database", () -> plant.number(IDLE_IN_TRANSACTION) == 0);
		clean.put("subscriptions in Redis", () -> plant.channels() == 0);
		for (ServiceProcess service : plant.services()) {
			clean.put("threads of " + service.url(), () -> threads(service) < THREADS);
			clean.put("connections of " + service.url(), () -> sockets(service) < SOCKETS);
			clean.put("buffers of " + service.url(), () -> leaks(service) == 0);
		}
		List<String> found = new ArrayList<>();
		clean.forEach((what, isClean) -> {
			try {
				Awaitility.await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(isClean);
			}
			catch (ConditionTimeoutException ex) {
				found.add("I11 left behind: " + what);
			}
		});
		return found;
	}

	/** 0 where there is no /proc. */
	private static long threads(ServiceProcess service) throws IOException {
		Path status = Path.of("/proc", Long.toString(service.pid()), "status");
		return !Files.exists(status) ? 0
				: Files.readAllLines(status)
					.stream()
					.filter((line) -> line.startsWith("Threads:"))
					.mapToLong((line) -> Long.parseLong(line.replaceAll("\\D", "")))
					.sum();
	}

	private static long sockets(ServiceProcess service) throws IOException {
		Path open = Path.of("/proc", Long.toString(service.pid()), "fd");
		if (!Files.exists(open)) {
			return 0;
		}
		try (Stream<Path> files = Files.list(open)) {
			return files.filter(Leftovers::isSocket).count();
		}
	}

	private static boolean isSocket(Path descriptor) {
		try {
			return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
		}
		catch (IOException ex) {
			return false; // closed meanwhile
		}
	}

	/** Reports of Netty's leak detector that were not there before. */
	private static long leaks(ServiceProcess service) throws IOException {
		long found = Files.readAllLines(service.log()).stream().filter((line) -> line.contains("LEAK:")).count();
		Long before = LEAKS_SEEN.put(service.log(), found);
		return found - ((before != null) ? before : 0);
	}

}
