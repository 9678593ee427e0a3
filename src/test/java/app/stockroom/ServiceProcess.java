package app.stockroom;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import app.stockroom.embedded.Ports;

import org.springframework.core.env.Environment;
import org.springframework.mock.env.MockEnvironment;

import static org.awaitility.Awaitility.await;

/**
 * The service in a JVM of its own, to be killed as a test likes. It comes back on the
 * same port and the same database.
 */
public final class ServiceProcess implements AutoCloseable {

	private static final String MANAGEMENT_PORT = "management.server.port";

	private final int port = Ports.free();

	private final Map<String, Object> properties = new HashMap<>();

	private final HttpClient client = HttpClient.newHttpClient();

	private final Class<?> main;

	private final List<String> flags;

	private Process process;

	private ServiceProcess(Map<String, Object> settings, Class<?> main, String... flags) {
		this.main = main;
		this.flags = List.of(flags);
		this.properties.putAll(Map.of("stockroom.demo.enabled", false, "stockroom.security.dev-token.enabled", true,
				"stockroom.security.secret", "a secret of a test and of nobody else"));
		this.properties.putAll(settings);
		this.properties.putAll(Map.of("server.port", this.port, "server.address", "127.0.0.1"));
		this.properties.computeIfPresent(MANAGEMENT_PORT, (_, _) -> Ports.free());
		this.process = run();
	}

	/**
	 * Starts the service.
	 * @param settings its servers, and what else differs from the defaults
	 */
	public static ServiceProcess start(Map<String, Object> settings) {
		return new ServiceProcess(settings, StockroomApplication.class);
	}

	/** Starts the service on its own database in the shared servers. */
	public static ServiceProcess start() {
		return start(StockroomApplication.class);
	}

	/**
	 * As {@link #start()}.
	 * @param main starts the service
	 * @param flags of the JVM
	 */
	public static ServiceProcess start(Class<?> main, String... flags) {
		Map<String, Object> servers = new HashMap<>(
				TestServers.properties(TestServers.postgres(), TestServers.newDatabase()));
		servers.putAll(TestServers.properties(TestServers.redis()));
		servers.put("stockroom.database.acquire-timeout", "20s");
		return new ServiceProcess(servers, main, flags);
	}

	/** Starts another one on the same database. */
	public ServiceProcess beside() {
		Map<String, Object> servers = new HashMap<>(this.properties);
		servers.keySet().removeIf((name) -> name.startsWith("server."));
		return new ServiceProcess(servers, StockroomApplication.class);
	}

	/** The port where it listens. */
	public int port() {
		return this.port;
	}

	/** Where it listens. */
	public String url() {
		return "http://127.0.0.1:" + this.port;
	}

	/** Where it tells operators of itself, if the settings name any port for that. */
	public URI management() {
		return URI.create("http://127.0.0.1:" + this.properties.get(MANAGEMENT_PORT));
	}

	/** What it prints. */
	public Path log() {
		return Path.of("target", "service-" + this.port + ".log");
	}

	/** Its settings, the owner's login among them. */
	public Environment environment() {
		MockEnvironment environment = new MockEnvironment();
		this.properties.forEach((name, value) -> environment.setProperty(name, value.toString()));
		return environment;
	}

	/** Kills it with -9. */
	public void kill() {
		this.process.destroyForcibly();
		this.process.onExit().join();
	}

	/** Stops it as a rolling update does. */
	public void stop() {
		this.process.destroy();
		this.process.onExit().join();
	}

	/** Starts it again after {@link #kill()} or {@link #stop()}. */
	public void startAgain() {
		this.process = run();
	}

	@Override
	public void close() {
		kill();
	}

	public boolean isAlive() {
		return this.process.isAlive();
	}

	/** Its process. */
	public long pid() {
		return this.process.pid();
	}

	private Process run() {
		List<String> command = new ArrayList<>(
				List.of(ProcessHandle.current().info().command().orElseThrow(), "--enable-native-access=ALL-UNNAMED",
						"-Dio.netty.leakDetection.level=advanced", "-Dlogging.level.root=WARN"));
		command.addAll(this.flags);
		// The built jar where there is one: in tests that run after it was packaged
		String jar = System.getProperty("stockroom.jar");
		command.addAll((jar != null) ? List.of("-jar", jar)
				: List.of("-cp", System.getProperty("java.class.path"), this.main.getName()));
		this.properties.forEach((name, value) -> command.add("--" + name + "=" + value));
		try {
			Process started = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
				.start();
			await().atMost(Patience.LONG.multipliedBy(3)).until(() -> !started.isAlive() || isReady());
			if (!started.isAlive()) {
				throw new IllegalStateException("The service did not start, see " + log());
			}
			return started;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private boolean isReady() throws InterruptedException {
		try {
			return this.client
				.send(HttpRequest.newBuilder(URI.create(url() + "/readyz")).build(),
						HttpResponse.BodyHandlers.discarding())
				.statusCode() == 200;
		}
		catch (IOException ex) {
			return false; // not yet
		}
	}

}
