package app.stockroom.browser;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The network between a browser and the service, which can be cut and healed.
 */
final class Line implements AutoCloseable {

	private final ServerSocket server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());

	private final Set<Socket> open = ConcurrentHashMap.newKeySet();

	private final int port;

	private final Set<Socket> swallowed = ConcurrentHashMap.newKeySet();

	private volatile boolean cut;

	Line(int port) throws IOException {
		this.port = port;
		Thread.startVirtualThread(this::accept);
	}

	int port() {
		return this.server.getLocalPort();
	}

	/** Drops every connection, and each new one until the line is healed. */
	void cut() {
		this.cut = true;
		this.open.forEach(Line::drop);
	}

	/**
	 * Lets what is connected stay so and hear nothing any more, as after a sleep or
	 * behind a router that has forgotten it. New connections work.
	 */
	void swallow() {
		this.swallowed.addAll(this.open);
	}

	void heal() {
		this.cut = false;
	}

	private void accept() {
		while (!this.server.isClosed()) {
			try {
				Socket browser = this.server.accept();
				if (this.cut) {
					drop(browser);
					continue;
				}
				Socket service = new Socket(InetAddress.getLoopbackAddress(), this.port);
				this.open.add(browser);
				this.open.add(service);
				Thread.startVirtualThread(() -> copy(browser, service));
				Thread.startVirtualThread(() -> copy(service, browser));
				if (this.cut) {
					cut(); // it was cut while this connection was made
				}
			}
			catch (IOException ex) {
				// Closed: the loop ends.
			}
		}
	}

	private void copy(Socket from, Socket to) {
		try (from; to) {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			byte[] buffer = new byte[16 * 1024];
			for (int read; (read = in.read(buffer)) >= 0;) {
				if (!this.swallowed.contains(from)) {
					out.write(buffer, 0, read);
				}
			}
		}
		catch (IOException ex) {
			// Cut, or the other direction has ended.
		}
		this.open.remove(from);
		this.open.remove(to);
	}

	private static void drop(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			// It is gone already.
		}
	}

	@Override
	public void close() throws IOException {
		cut();
		this.server.close();
	}

}
