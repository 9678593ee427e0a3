package app.stockroom.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import app.stockroom.Invariants;
import app.stockroom.ServiceProcess;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Twenty thousand requests made up from openapi.yaml against the running processes: no
 * failure of the service, every answer as described, database and heap healthy.
 */
class FuzzFaults {

	private static final int REQUESTS = Integer.getInteger("stockroom.fuzz.requests", 20_000);

	private static final Pattern HEAP = Pattern.compile("used (\\d+)K");

	private static final long HEAP_KIB = 200 * 1024;

	private final Plant plant = Plant.shared();

	@Test
	void requestsFromTheDescription() throws Exception {
		long seed = Long.getLong("stockroom.faults.seed", System.nanoTime());
		System.out.printf("faults: fuzzing, -Dstockroom.faults.seed=%d%n", seed);
		Shop shop = Shop.open(this.plant, 3, 100);
		Fuzzer fuzzer = new Fuzzer(shop, this.plant.token(""));
		fuzzer.send(new Fuzz(shop.known()), seed, REQUESTS);
		System.out.println("faults: fuzzing was answered " + fuzzer.statuses());
		List<String> violations = new ArrayList<>(fuzzer.surprises());
		violations.addAll(Invariants.violations(this.plant.services().getFirst().environment()));
		int accepted = fuzzer.accepted();
		if (accepted < REQUESTS * 0.4) {
			violations.add("only %d requests were accepted, so that little was tried".formatted(accepted));
		}
		this.plant.hangUp();
		violations.addAll(Leftovers.of(this.plant));
		for (ServiceProcess service : this.plant.services()) {
			long heap = heap(service);
			if (heap > HEAP_KIB) {
				violations.add("%s holds %d KiB after a collection".formatted(service.url(), heap));
			}
		}
		Report.add(new Report.Line("fuzzing from openapi.yaml", seed, REQUESTS, REQUESTS, 0, "-", violations.size()));
		assertThat(violations.stream().limit(20)).isEmpty();
	}

	/** What lives after a full collection. */
	private static long heap(ServiceProcess service) throws IOException {
		jcmd(service, "GC.run");
		Matcher used = HEAP.matcher(jcmd(service, "GC.heap_info"));
		return used.find() ? Long.parseLong(used.group(1)) : 0;
	}

	private static String jcmd(ServiceProcess service, String command) throws IOException {
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
				Long.toString(service.pid()), command)
			.redirectErrorStream(true)
			.start();
		try (BufferedReader output = process.inputReader()) {
			return String.join("\n", output.readAllLines());
		}
	}

}
