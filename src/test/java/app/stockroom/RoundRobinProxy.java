package app.stockroom;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;

/**
 * A TCP proxy in front of several instances, as a plain load balancer is: each connection
 * goes to the next one that takes it.
 */
public final class RoundRobinProxy implements AutoCloseable {

	private final ServerSocket listener;

	private final List<Integer> ports;

	private int next;

	public RoundRobinProxy(List<Integer> ports) {
		this.ports = ports;
		try {
			this.listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		Thread.startVirtualThread(this::accept);
	}

	/** Where to connect, on 127.0.0.1. */
	public int port() {
		return this.listener.getLocalPort();
	}

	private void accept() {
		while (!this.listener.isClosed()) {
			try {
				Socket client = this.listener.accept();
				Socket server = connect();
				if (server == null) {
					client.close();
					continue;
				}
				client.setTcpNoDelay(true);
				server.setTcpNoDelay(true);
				Thread.startVirtualThread(() -> pass(client, server));
				Thread.startVirtualThread(() -> pass(server, client));
			}
			catch (IOException ex) {
				return; // closed
			}
		}
	}

	private Socket connect() {
		for (int tried = 0; tried < this.ports.size(); tried++) {
			try {
				return new Socket("127.0.0.1", this.ports.get(this.next++ % this.ports.size()));
			}
			catch (IOException ex) {
				// the next one
			}
		}
		return null;
	}

	private static void pass(Socket from, Socket to) {
		try (from; to) {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			byte[] buffer = new byte[16 * 1024];
			for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
				out.write(buffer, 0, read);
			}
		}
		catch (IOException ex) {
			// one side is gone, and with it the other
		}
	}

	@Override
	public void close() throws IOException {
		this.listener.close();
	}

}
