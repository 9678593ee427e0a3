package app.stockroom;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

import app.stockroom.embedded.DataDirectory;
import app.stockroom.embedded.Ports;
import app.stockroom.embedded.PostgresCluster;
import app.stockroom.embedded.PostgresServer;

import org.springframework.util.FileSystemUtils;

/**
 * A PostgreSQL of one test, durable as in production, to be stopped, killed and frozen.
 * It always comes back with its data on the same port.
 */
public final class PrivatePostgres implements AutoCloseable {

	private final DataDirectory directory;

	private final Path programs;

	private final int port = Ports.free();

	private PostgresServer server;

	private final Map<String, String> settings;

	private final Path archive;

	PrivatePostgres(DataDirectory directory, Path programs, Map<String, String> settings) {
		this.directory = directory;
		this.programs = programs;
		this.archive = directory.path().resolve("archive");
		this.settings = new HashMap<>(settings);
		if (settings.containsKey("archive_mode")) {
			// Written under another name first, as PostgreSQL's manual asks for
			this.settings.put("archive_command",
					"cp %%p %1$s/%%f.new && mv %1$s/%%f.new %1$s/%%f".formatted(this.archive));
		}
		this.server = run();
	}

	private PostgresServer run() {
		try {
			Files.createDirectories(this.archive);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return PostgresServer.start(this.directory, this.programs, this.port, this.settings);
	}

	/** Address and roles, the same after each start. */
	public PostgresCluster cluster() {
		return this.server.cluster();
	}

	/** Where its log is archived, if {@code archive_mode} is on. */
	public Path archive() {
		return this.archive;
	}

	/** Where its files are. */
	public Path data() {
		return this.directory.path().resolve("postgres");
	}

	/** The first process of the server. */
	public long pid() {
		return this.server.pid();
	}

	/** Starts again after {@link #stop()} or {@link #kill()}. */
	public void start() {
		this.server = run();
	}

	/** Stops in order; connections are closed by the server. */
	public void stop() {
		this.server.close();
	}

	/** Kills every process with -9, as a power failure would. */
	public void kill() {
		ProcessSignals.kill(this.server.pid());
		this.server.close();
	}

	/** Freezes every process: connections stay open and nothing answers. */
	public void pause() {
		ProcessSignals.send("STOP", this.server.pid());
	}

	/** Thaws. */
	public void resume() {
		ProcessSignals.send("CONT", this.server.pid());
	}

	/** Stops for good: its data is gone, which may be gigabytes, and its log stays. */
	@Override
	public void close() {
		resume();
		stop();
		try {
			FileSystemUtils.deleteRecursively(data());
			FileSystemUtils.deleteRecursively(this.archive);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.directory.close();
	}

}
