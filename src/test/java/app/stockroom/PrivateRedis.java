package app.stockroom;

import java.nio.file.Path;

import app.stockroom.TestServers.RedisAddress;
import app.stockroom.embedded.DataDirectory;
import app.stockroom.embedded.Ports;
import app.stockroom.embedded.RedisServer;

/**
 * A Redis of one test, to be stopped, killed and frozen. It always comes back on the same
 * port.
 */
public final class PrivateRedis implements AutoCloseable {

	private final DataDirectory directory;

	private final Path programs;

	private final int port = Ports.free();

	private RedisServer server;

	PrivateRedis(DataDirectory directory, Path programs) {
		this.directory = directory;
		this.programs = programs;
		this.server = run();
	}

	private RedisServer run() {
		return RedisServer.start(this.directory, this.programs, this.port);
	}

	/** The address, the same after each start. */
	public RedisAddress address() {
		return new RedisAddress("127.0.0.1", this.port, this.server.password());
	}

	/** The server's process. */
	public long pid() {
		return this.server.pid();
	}

	/** Starts again after {@link #stop()} or {@link #kill()}. */
	public void start() {
		this.server = run();
	}

	/** Stops in order. */
	public void stop() {
		this.server.close();
	}

	/** Kills with -9. */
	public void kill() {
		ProcessSignals.kill(this.server.pid());
		this.server.close();
	}

	/** Freezes: connections stay open and nothing answers. */
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
