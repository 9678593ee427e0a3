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
 * Runs a command beside real, empty servers of its own, which it finds in its environment as the service does in
 * production. The image's build trains the service's AOT cache with it.
 */
class Train {

	static void main(String[] command) throws Exception {
		try (DataDirectory directory = DataDirectory.open(Files.createTempDirectory("train"));
				PostgresServer postgres = PostgresServer.start(directory, directory.path().resolve("programs"),
						Ports.free(), Map.of());
				RedisServer redis = RedisServer.start(directory, directory.path().resolve("programs"), Ports.free())) {
			PostgresCluster cluster = postgres.cluster();
			cluster.createDatabase("stockroom");
			ProcessBuilder process = new ProcessBuilder(List.of(command)).inheritIO();
			process.environment()
				.putAll(Map.of("SPRING_R2DBC_URL", cluster.r2dbcUrl("stockroom"), "SPRING_R2DBC_USERNAME",
						PostgresCluster.APPLICATION, "SPRING_R2DBC_PASSWORD",
						cluster.password(PostgresCluster.APPLICATION), "SPRING_FLYWAY_URL",
						cluster.jdbcUrl("stockroom"), "SPRING_FLYWAY_USER", PostgresCluster.OWNER,
						"SPRING_FLYWAY_PASSWORD", cluster.password(PostgresCluster.OWNER), "SPRING_DATA_REDIS_URL",
						"redis://:%s@127.0.0.1:%d".formatted(redis.password(), redis.port())));
			if (process.start().waitFor() != 0) {
				throw new IllegalStateException("Failed: " + String.join(" ", command));
			}
		}
	}

}
