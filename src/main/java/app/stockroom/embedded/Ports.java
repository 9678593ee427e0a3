package app.stockroom.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free ports of 127.0.0.1. They lie below those that an operating system gives to
 * outgoing connections (from 32768 on Linux, from 49152 on macOS), so that no connection
 * takes the port of a server that is just starting again.
 */
public final class Ports {

	private static final int FIRST = 20_000;

	private static final int LAST = 32_767;

	private static final int ATTEMPTS = 100;

	private Ports() {
	}

	/**
	 * A port that was free a moment ago, another one at each call.
	 * @return a TCP port
	 */
	public static int free() {
		IOException last = null;
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			int port = ThreadLocalRandom.current().nextInt(FIRST, LAST + 1);
			try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
				return socket.getLocalPort();
			}
			catch (IOException ex) {
				last = ex;
			}
		}
		throw new UncheckedIOException("No port of " + ATTEMPTS + " tried is free", last);
	}

}
