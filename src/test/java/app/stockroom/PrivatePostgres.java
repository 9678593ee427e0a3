package app.stockroom;

import java.nio.file.Path;
import java.util.Map;

import app.stockroom.embedded.DataDirectory;
import app.stockroom.embedded.Ports;
import app.stockroom.embedded.PostgresCluster;
import app.stockroom.embedded.PostgresServer;

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

	PrivatePostgres(DataDirectory directory, Path programs, Map<String, String> settings) {
		this.directory = directory;
		this.programs = programs;
		this.settings = settings;
		this.server = run();
	}

	private PostgresServer run() {
		return PostgresServer.start(this.directory, this.programs, this.port, this.settings);
	}

	/** Address and roles, the same after each start. */
	public PostgresCluster cluster() {
		return this.server.cluster();
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

	@Override
	public void close() {
		resume();
		stop();
		this.directory.close();
	}

}
