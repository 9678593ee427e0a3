package app.stockroom;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import app.stockroom.embedded.DataDirectory;
import app.stockroom.embedded.Ports;
import app.stockroom.embedded.PostgresCluster;
import app.stockroom.embedded.PostgresServer;
import app.stockroom.embedded.RedisServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.postgresql.PostgreSQLContainer;

import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.util.FileSystemUtils;

/**
 * The PostgreSQL and the Redis that all tests of one JVM share: containers where Docker
 * answers, embedded servers elsewhere. Tests that stop or kill a server take a
 * {@linkplain #privatePostgres() private one}, which is always embedded: a container
 * would come back on another port.
 */
public final class TestServers {

	private static final Logger logger = LoggerFactory.getLogger(TestServers.class);

	private static final int CONTAINER_START_SECONDS = 60;

	private static final Path HOME = Path.of("target", "test-servers").toAbsolutePath();

	private static final Path PROGRAMS = HOME.resolve("programs");

	private static final String RUN = "run-" + ProcessHandle.current().pid() + "-";

	private static final AtomicInteger COUNTER = new AtomicInteger();

	private TestServers() {
	}

	/** The shared PostgreSQL. */
	public static PostgresCluster postgres() {
		return Shared.SERVERS.postgres();
	}

	/** The shared Redis. */
	public static RedisAddress redis() {
		return Shared.SERVERS.redis();
	}

	/** A PostgreSQL that one test has for itself, running. */
	public static PrivatePostgres privatePostgres() {
		return privatePostgres(Map.of());
	}

	/**
	 * A PostgreSQL of the same kind.
	 * @param settings overrides of postgresql.conf
	 */
	public static PrivatePostgres privatePostgres(Map<String, String> settings) {
		return new PrivatePostgres(newDirectory(), PROGRAMS, settings);
	}

	/**
	 * A PostgreSQL of the same kind, whose files are elsewhere.
	 * @param directory an empty directory
	 */
	public static PrivatePostgres privatePostgres(Path directory, Map<String, String> settings) {
		return new PrivatePostgres(DataDirectory.open(directory), PROGRAMS, settings);
	}

	/** A Redis that one test has for itself, running. */
	public static PrivateRedis privateRedis() {
		return new PrivateRedis(newDirectory(), PROGRAMS);
	}

	/** Creates an empty database with the production roles in the shared server. */
	public static String newDatabase() {
		return newDatabase(postgres());
	}

	/** Creates an empty database with the production roles. */
	public static String newDatabase(PostgresCluster cluster) {
		String name = "stockroom_" + COUNTER.incrementAndGet();
		try {
			cluster.createDatabase(name);
		}
		catch (SQLException ex) {
			throw new IllegalStateException("Cannot create " + name, ex);
		}
		return name;
	}

	/** What a configured PostgreSQL consists of. */
	public static Map<String, Object> properties(PostgresCluster cluster, String database) {
		return Map.of("spring.r2dbc.url", cluster.r2dbcUrl(database), //
				"spring.r2dbc.username", PostgresCluster.APPLICATION, //
				"spring.r2dbc.password", cluster.password(PostgresCluster.APPLICATION), //
				"spring.flyway.url", cluster.jdbcUrl(database), //
				"spring.flyway.user", PostgresCluster.OWNER, //
				"spring.flyway.password", cluster.password(PostgresCluster.OWNER));
	}

	/** What a configured Redis consists of. */
	public static Map<String, Object> properties(RedisAddress redis) {
		return Map.of("spring.data.redis.host", redis.host(), //
				"spring.data.redis.port", redis.port(), //
				"spring.data.redis.password", redis.password());
	}

	/** Puts such properties into a test's {@code @DynamicPropertySource}. */
	public static void register(DynamicPropertyRegistry registry, Map<String, Object> properties) {
		properties.forEach((name, value) -> registry.add(name, () -> value));
	}

	private static DataDirectory newDirectory() {
		return DataDirectory.open(HOME.resolve(RUN + COUNTER.incrementAndGet()));
	}

	/**
	 * Where a Redis listens.
	 *
	 * @param host name or address
	 * @param port TCP port
	 * @param password empty for none
	 */
	public record RedisAddress(String host, int port, String password) {

	}

	private record Shared(PostgresCluster postgres, RedisAddress redis) {

		/** Of the containers; no word that a log could contain for another reason. */
		private static final String PASSWORD = UUID.randomUUID().toString();

		static final Shared SERVERS = start();

		private static Shared start() {
			if (DockerClientFactory.instance().isDockerAvailable()) {
				try {
					return containers();
				}
				catch (CompletionException ex) {
					logger.warn("Docker answers but starts no containers, so the tests use embedded servers", ex);
				}
			}
			return embedded();
		}

		@SuppressWarnings("resource") // Ryuk removes them when the JVM has ended
		private static Shared containers() {
			PostgreSQLContainer postgres = new PostgreSQLContainer("postgres:18")
				.withUsername(PostgresCluster.SUPERUSER)
				.withPassword(PASSWORD)
				.withEnv("POSTGRES_INITDB_ARGS",
						"--encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8")
				.withCommand("postgres", "-c", "fsync=off", "-c", "max_connections=500");
			GenericContainer<?> redis = new GenericContainer<>("redis:7").withExposedPorts(6379);
			CompletableFuture<Void> started = Startables.deepStart(postgres, redis);
			started.orTimeout(CONTAINER_START_SECONDS, TimeUnit.SECONDS).join();
			return new Shared(new PostgresCluster(postgres.getHost(), postgres.getMappedPort(5432), (role) -> PASSWORD),
					new RedisAddress(redis.getHost(), redis.getMappedPort(6379), ""));
		}

		@SuppressWarnings("resource") // they stop with the JVM
		private static Shared embedded() {
			deleteLeftovers();
			DataDirectory directory = newDirectory();
			// Tests of durability have their own server; these need speed and many small
			// pools
			PostgresServer postgres = PostgresServer.start(directory, PROGRAMS, Ports.free(),
					Map.of("fsync", "off", "max_connections", "500"));
			RedisServer redis = RedisServer.start(directory, PROGRAMS, Ports.free());
			return new Shared(postgres.cluster(), new RedisAddress("127.0.0.1", redis.port(), redis.password()));
		}

		/**
		 * Removes what ended test runs have left: their servers are gone with their JVM.
		 * JVMs that test side by side take turns.
		 */
		private static void deleteLeftovers() {
			try {
				Files.createDirectories(HOME);
				try (FileChannel turn = FileChannel.open(HOME.resolve("turn"), StandardOpenOption.CREATE,
						StandardOpenOption.WRITE)) {
					turn.lock(); // until the channel is closed
					deleteEnded();
				}
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		private static void deleteEnded() throws IOException {
			try (Stream<Path> directories = Files.list(HOME)) {
				List<Path> ended = directories.filter((path) -> {
					String[] name = path.getFileName().toString().split("-");
					return name[0].equals("run") && ProcessHandle.of(Long.parseLong(name[1])).isEmpty();
				}).toList();
				for (Path directory : ended) {
					FileSystemUtils.deleteRecursively(directory);
				}
			}
			catch (NoSuchFileException ex) {
				logger.info("A server of an ended run is still stopping, the next run cleans up after it", ex);
			}
		}

	}

	/** Gives each Spring context a database of its own, and the shared Redis. */
	static final class Wiring implements ApplicationContextInitializer<ConfigurableApplicationContext> {

		@Override
		public void initialize(ConfigurableApplicationContext context) {
			Map<String, Object> properties = new HashMap<>();
			if (!context.getEnvironment().containsProperty("spring.r2dbc.url")) {
				properties.putAll(TestServers.properties(postgres(), newDatabase()));
			}
			if (!context.getEnvironment().containsProperty("spring.data.redis.host")) {
				properties.putAll(TestServers.properties(redis()));
			}
			properties.put("stockroom.embedded.data-directory", HOME.resolve(RUN + "keys").toString());
			context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("test servers", properties));
		}

	}

}
