package app.stockroom.replay;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between client and service and cuts connections in the middle of an answer, so
 * that changes are made whose results never arrive.
 */
class CuttingProxy implements AutoCloseable {

	private final ServerSocket server = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());

	private final AtomicInteger cutsLeft;

	private final int port;

	private final int bytes;

	/**
	 * Listens.
	 * @param port where the service is
	 * @param cuts how many connections to cut
	 * @param bytes how much of its answers each of these may send
	 */
	CuttingProxy(int port, int cuts, int bytes) throws IOException {
		this.port = port;
		this.cutsLeft = new AtomicInteger(cuts);
		this.bytes = bytes;
		Thread.startVirtualThread(this::accept);
	}

	int port() {
		return this.server.getLocalPort();
	}

	int cutsLeft() {
		return Math.max(0, this.cutsLeft.get());
	}

	private void accept() {
		while (!this.server.isClosed()) {
			try {
				Socket client = this.server.accept();
				Socket service = new Socket(InetAddress.getLoopbackAddress(), this.port);
				long allowed = (this.cutsLeft.getAndDecrement() > 0) ? this.bytes : Long.MAX_VALUE;
				Thread.startVirtualThread(() -> copy(client, service, Long.MAX_VALUE));
				Thread.startVirtualThread(() -> copy(service, client, allowed));
			}
			catch (IOException ex) {
				// Closed: the loop ends.
			}
		}
	}

	private static void copy(Socket from, Socket to, long allowed) {
		byte[] buffer = new byte[4096];
		long left = allowed;
		try (from; to) {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			while (left > 0) {
				int read = in.read(buffer);
				if (read < 0) {
					return;
				}
				out.write(buffer, 0, (int) Math.min(read, left));
				left -= read;
			}
		}
		catch (IOException ex) {
			// The other direction was cut.
		}
	}

	@Override
	public void close() throws IOException {
		this.server.close();
	}

}
