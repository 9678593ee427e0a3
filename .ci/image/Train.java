import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import app.stockroom.embedded.DataDirectory;
import app.stockroom.embedded.Ports;
import app.stockroom.embedded.PostgresCluster;
import app.stockroom.embedded.PostgresServer;
import app.stockroom.embedded.RedisServer;

/**
 * Runs the service by a command, beside real, empty servers of its own, which it finds in its environment as it does in
 * production, until its first answer; then tells it to stop. The image's build trains the service's AOT cache with it.
 */
class Train {

	/** What the JVM exits with when it is told to stop. */
	private static final int STOPPED = 128 + 15;

	static void main(String[] command) throws Exception {
		try (DataDirectory directory = DataDirectory.open(Files.createTempDirectory("train"));
				PostgresServer postgres = PostgresServer.start(directory, directory.path().resolve("programs"),
						Ports.free(), Map.of());
				RedisServer redis = RedisServer.start(directory, directory.path().resolve("programs"), Ports.free())) {
			PostgresCluster cluster = postgres.cluster();
			cluster.createDatabase("stockroom");
			ProcessBuilder service = new ProcessBuilder(List.of(command)).inheritIO();
			int port = Ports.free();
			service.environment()
				.putAll(Map.of("SERVER_PORT", "" + port, "MANAGEMENT_SERVER_PORT", "" + Ports.free()));
			service.environment()
				.putAll(Map.of("SPRING_R2DBC_URL", cluster.r2dbcUrl("stockroom"), "SPRING_R2DBC_USERNAME",
						PostgresCluster.APPLICATION, "SPRING_R2DBC_PASSWORD",
						cluster.password(PostgresCluster.APPLICATION), "SPRING_FLYWAY_URL",
						cluster.jdbcUrl("stockroom"), "SPRING_FLYWAY_USER", PostgresCluster.OWNER,
						"SPRING_FLYWAY_PASSWORD", cluster.password(PostgresCluster.OWNER), "SPRING_DATA_REDIS_URL",
						"redis://:%s@127.0.0.1:%d".formatted(redis.password(), redis.port())));
			Process process = service.start();
			while (process.isAlive() && !ready(port)) {
				Thread.sleep(100);
			}
			process.destroy();
			if (process.waitFor() != STOPPED) {
				throw new IllegalStateException("Failed: " + String.join(" ", command));
			}
		}
	}

	private static boolean ready(int port) throws InterruptedException {
		try (HttpClient client = HttpClient.newHttpClient()) {
			URI ready = URI.create("http://127.0.0.1:%d/readyz".formatted(port));
			return client.send(HttpRequest.newBuilder(ready).build(), BodyHandlers.discarding()).statusCode() == 200;
		}
		catch (IOException notYet) {
			return false;
		}
	}

}
