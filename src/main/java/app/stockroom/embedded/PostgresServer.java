package app.stockroom.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * A real PostgreSQL in a data directory: reachable over loopback only, with a password
 * for every role, and as durable as the one in production.
 */
public final class PostgresServer implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(PostgresServer.class);

	private static final String FAST_STOP = "INT";

	/** Crash recovery after a kill may replay a gigabyte of log. */
	private static final int START_SECONDS = 300;

	private final DataDirectory directory;

	private final Path programs;

	private final Path home;

	private final Path data;

	private final int port;

	private final Map<String, String> settings = new LinkedHashMap<>();

	private final ServerProcess process;

	private PostgresServer(DataDirectory directory, Path programs, int port, Map<String, String> settings) {
		this.directory = directory;
		this.programs = programs;
		this.home = new Binaries(programs, Platform.current()).postgres();
		this.data = directory.path().resolve("postgres");
		this.port = port;
		this.settings.putAll(Map.of("fsync", "on", "synchronous_commit", "on", "full_page_writes", "on"));
		this.settings.putAll(settings);
		this.settings.put("listen_addresses", "127.0.0.1");
		this.settings.put("unix_socket_directories", "");
		this.settings.put("port", Integer.toString(port));
		this.process = start();
	}

	/**
	 * Starts the server, creating its files at the first time.
	 * @param directory where its files are and stay
	 * @param programs where the server programs are unpacked, may be shared
	 * @param port a free port of 127.0.0.1
	 * @param settings overrides of postgresql.conf, none for durable defaults
	 * @return the running server
	 */
	public static PostgresServer start(DataDirectory directory, Path programs, int port, Map<String, String> settings) {
		return new PostgresServer(directory, programs, port, settings);
	}

	private ServerProcess start() {
		Path pidFile = this.data.resolve("postmaster.pid");
		try {
			if (Files.exists(this.data)) {
				refuseOtherMajorVersion();
				ServerProcess.stopLeftover("PostgreSQL", pidFile, FAST_STOP, this.programs.toRealPath());
			}
			else {
				createFiles();
			}
			Path log = this.directory.path().resolve("postgres.log");
			if (Files.exists(log)) {
				Files.move(log, log.resolveSibling("postgres.log.1"), StandardCopyOption.REPLACE_EXISTING);
			}
			String options = this.settings.entrySet()
				.stream()
				.map((setting) -> "-c %s='%s'".formatted(setting.getKey(), setting.getValue()))
				.collect(Collectors.joining(" "));
			List<String> command = unprivileged(List.of(program("pg_ctl"), "start", "-s", "-w", "-t",
					Integer.toString(START_SECONDS), "-D", this.data.toString(), "-l", log.toString(), "-o", options));
			return ServerProcess.start("PostgreSQL", command, pidFile, FAST_STOP, log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void refuseOtherMajorVersion() throws IOException {
		String found = Files.readString(this.data.resolve("PG_VERSION")).strip();
		String version = Commands.run(List.of(program("postgres"), "--version")).strip();
		String ours = version.replaceFirst(".*\\) (\\d+).*", "$1");
		if (!found.equals(ours)) {
			throw new EmbeddedServerException(
					"The data directory %s was written by PostgreSQL %s, but this is %s."
						.formatted(this.directory.path(), found, version),
					"Name another directory with stockroom.embedded.data-directory, or dump the old one with PostgreSQL "
							+ found + " and delete it.");
		}
	}

	private void createFiles() throws IOException {
		logger.info("Creating a PostgreSQL in {}", this.data);
		// A first start that is killed half-way leaves only a .new directory, and the
		// next begins again
		Path unfinished = this.data.resolveSibling("postgres.new");
		FileSystemUtils.deleteRecursively(unfinished);
		Path password = this.directory.path().resolve("postgres.password");
		DataDirectory.writePrivately(password, this.directory.password(PostgresCluster.SUPERUSER) + "\n");
		try {
			// The builtin locale sorts alike on every platform and for ever, the system's
			// does neither
			Commands.run(unprivileged(List.of(program("initdb"), "-D", unfinished.toString(), "-U",
					PostgresCluster.SUPERUSER, "--auth=scram-sha-256", "--pwfile=" + password, "--encoding=UTF8",
					"--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")));
		}
		finally {
			Files.delete(password);
		}
		Files.move(unfinished, this.data, StandardCopyOption.ATOMIC_MOVE);
	}

	/**
	 * PostgreSQL refuses to run as root. In a user namespace of its own, a process of
	 * root is nobody in particular, yet still owns root's files.
	 */
	private List<String> unprivileged(List<String> command) {
		if (!this.directory.belongsToRoot()) {
			return command;
		}
		try {
			Commands.run(List.of("unshare", "--user", "true"));
		}
		catch (EmbeddedServerException | UncheckedIOException ex) {
			throw new EmbeddedServerException(
					"PostgreSQL does not run as root, and this system gives root no user namespace: " + ex.getMessage(),
					"Run as a normal user, who must own the data directory " + this.directory.path() + ".", ex);
		}
		List<String> line = new ArrayList<>(List.of("unshare", "--user"));
		line.addAll(command);
		return line;
	}

	private String program(String name) {
		return this.home.resolve("bin").resolve(name).toString();
	}

	/**
	 * How clients reach this server.
	 * @return address and roles
	 */
	public PostgresCluster cluster() {
		return new PostgresCluster("127.0.0.1", this.port, this.directory::password);
	}

	/**
	 * The first process of the server.
	 * @return its process id
	 */
	public long pid() {
		return this.process.pid();
	}

	/** Stops the server in order: no client is waited for, and nothing needs recovery. */
	@Override
	public void close() {
		this.process.close();
	}

}
