package app.stockroom.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A real Redis on loopback, with a password and without files: it only carries messages.
 */
public final class RedisServer implements AutoCloseable {

	private static final String STOP = "TERM";

	private final int port;

	private final String password;

	private final ServerProcess process;

	private RedisServer(int port, String password, ServerProcess process) {
		this.port = port;
		this.password = password;
		this.process = process;
	}

	/**
	 * Starts the server.
	 * @param directory where its configuration and log are
	 * @param programs where the server program is unpacked, may be shared
	 * @param port a free port of 127.0.0.1
	 * @return the running server
	 */
	public static RedisServer start(DataDirectory directory, Path programs, int port) {
		Path program = new Binaries(programs, Platform.current()).redis();
		Path home = directory.path().resolve("redis");
		Path pidFile = home.resolve("redis.pid");
		Path log = home.resolve("redis.log");
		Path configuration = home.resolve("redis.conf");
		String password = directory.password("redis");
		try {
			Files.createDirectories(home);
			ServerProcess.stopLeftover("Redis", pidFile, STOP, programs.toRealPath());
			Files.deleteIfExists(log);
			// In a file, because a command line can be read by everybody
			DataDirectory.writePrivately(configuration, """
					bind 127.0.0.1
					port %d
					protected-mode yes
					requirepass %s
					save ""
					appendonly no
					daemonize yes
					dir "%s"
					pidfile "%s"
					logfile "%s"
					""".formatted(port, password, home, pidFile, log));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		List<String> command = List.of(program.toString(), configuration.toString());
		return new RedisServer(port, password, ServerProcess.start("Redis", command, pidFile, STOP, log));
	}

	/**
	 * The port on 127.0.0.1.
	 * @return a TCP port
	 */
	public int port() {
		return this.port;
	}

	/**
	 * The password of the default user.
	 * @return the password
	 */
	public String password() {
		return this.password;
	}

	/**
	 * The server's process.
	 * @return its process id
	 */
	public long pid() {
		return this.process.pid();
	}

	/** Stops the server. */
	@Override
	public void close() {
		this.process.close();
	}

}
