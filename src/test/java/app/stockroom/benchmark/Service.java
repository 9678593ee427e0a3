package app.stockroom.benchmark;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import app.stockroom.embedded.Ports;
import tools.jackson.databind.json.JsonMapper;

/**
 * The service as it runs in production: a process of its own, from the built jar,
 * extracted, with an AOT cache.
 */
final class Service implements AutoCloseable {

	private static final Path HOME = Path.of("target", "benchmark");

	private static final HttpClient CLIENT = HttpClient.newHttpClient();

	private final Process process;

	private final int port;

	private final Duration start;

	private Service(Process process, int port, Duration start) {
		this.process = process;
		this.port = port;
		this.start = start;
	}

	/**
	 * Extracts the jar and trains the AOT cache against the servers.
	 * @return the jar to start
	 */
	static Path prepare(Path jar, Map<String, Object> properties) throws IOException, InterruptedException {
		Path extracted = HOME.resolve("service");
		run(List.of(java(), "-Djarmode=tools", "-jar", jar.toString(), "extract", "--force", "--destination",
				extracted.toString()));
		Path main = extracted.resolve(jar.getFileName());
		List<String> training = command(main, properties, 0);
		training.addAll(1, List.of("-XX:AOTCacheOutput=" + cache(main), "-Dspring.context.exit=onRefresh"));
		run(training);
		return main;
	}

	static Service start(Path jar, Map<String, Object> properties) throws IOException, InterruptedException {
		int port = Ports.free();
		List<String> command = command(jar, properties, port);
		// Flight recordings and AOT caches do not agree on the names of methods.
		String recording = System.getProperty("benchmark.recording");
		command.add(1, (recording == null) ? "-XX:AOTCache=" + cache(jar)
				: "-XX:StartFlightRecording=settings=profile,filename=" + recording);
		long begun = System.nanoTime();
		Process process = launch(command, "service-" + port + ".log");
		while (!ready(port)) {
			if (!process.isAlive()) {
				throw new IllegalStateException("The service did not start, see " + HOME);
			}
			Thread.sleep(5);
		}
		return new Service(process, port, Duration.ofNanos(System.nanoTime() - begun));
	}

	/** The plain route that answers a constant, in a process of its own. */
	static Service constant() throws IOException, InterruptedException {
		int port = Ports.free();
		List<String> command = new ArrayList<>(List.of(java()));
		command.addAll(flags());
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), ConstantRoute.class.getName(),
				Integer.toString(port)));
		long begun = System.nanoTime();
		Process process = launch(command, "constant.log");
		while (!ready(port)) {
			Thread.sleep(5);
		}
		return new Service(process, port, Duration.ofNanos(System.nanoTime() - begun));
	}

	private static List<String> command(Path jar, Map<String, Object> properties, int port) throws IOException {
		List<String> command = new ArrayList<>(List.of(java()));
		command.addAll(flags());
		command.addAll(List.of("-jar", jar.toString(), "--server.port=" + port, "--server.address=127.0.0.1"));
		// As in production, where what operators ask for has a port of its own.
		command.add("--management.server.address=127.0.0.1");
		command.add("--management.server.port="
				+ ((port != 0) ? Integer.getInteger("benchmark.management.port", Ports.free()) : 0));
		properties.forEach((name, value) -> command.add("--" + name + "=" + value));
		return command;
	}

	private static List<String> flags() {
		return List.of(System.getProperty("stockroom.jvm.flags").split(" "));
	}

	private static Path cache(Path jar) {
		return jar.resolveSibling("stockroom.aot");
	}

	private static String java() {
		return ProcessHandle.current().info().command().orElseThrow();
	}

	private static void run(List<String> command) throws IOException, InterruptedException {
		Process process = launch(command, "prepare.log");
		if (process.waitFor() != 0) {
			throw new IllegalStateException("Failed, see " + HOME.resolve("prepare.log") + ": " + command);
		}
	}

	private static Process launch(List<String> command, String log) throws IOException {
		Files.createDirectories(HOME);
		Process process = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.appendTo(HOME.resolve(log).toFile()))
			.start();
		Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
		return process;
	}

	private static boolean ready(int port) throws IOException, InterruptedException {
		try {
			return CLIENT
				.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/readyz".formatted(port))).build(),
						HttpResponse.BodyHandlers.discarding())
				.statusCode() == 200;
		}
		catch (ConnectException ex) {
			return false; // not yet
		}
	}

	int port() {
		return this.port;
	}

	long pid() {
		return this.process.pid();
	}

	/** From the start of the process to its first 200. */
	Duration startTime() {
		return this.start;
	}

	double cpuSeconds() {
		return this.process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
	}

	/** Resident memory in MiB; 0 where there is no /proc. */
	double residentMegabytes() throws IOException {
		Path status = Path.of("/proc", Long.toString(this.process.pid()), "status");
		return !Files.exists(status) ? 0
				: Files.readAllLines(status)
					.stream()
					.filter((line) -> line.startsWith("VmRSS:"))
					.mapToDouble((line) -> Long.parseLong(line.replaceAll("\\D", "")) / 1024.0)
					.sum();
	}

	/** A token of a tenant that may do everything there. */
	String token(UUID tenant) throws IOException, InterruptedException {
		return token(tenant, "benchmark");
	}

	/** The same for one of its users. */
	String token(UUID tenant, String subject) throws IOException, InterruptedException {
		HttpResponse<String> answer = CLIENT.send(HttpRequest
			.newBuilder(URI.create("http://127.0.0.1:%d/api/auth/dev-token".formatted(this.port)))
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(
					"{\"tenantId\": \"%s\", \"subject\": \"%s\", \"ttlSeconds\": 86400}".formatted(tenant, subject)))
			.build(), HttpResponse.BodyHandlers.ofString());
		return new JsonMapper().readTree(answer.body()).get("access_token").asString();
	}

	@Override
	public void close() {
		this.process.destroy();
		this.process.onExit().join();
	}

}
