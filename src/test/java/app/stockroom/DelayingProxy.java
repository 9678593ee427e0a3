package app.stockroom;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;

/**
 * A TCP proxy that makes every byte late in both directions, as a long line does: what is
 * sent together arrives together, and each wait for an answer costs twice the delay.
 */
public final class DelayingProxy implements AutoCloseable {

	private final ServerSocket listener;

	private final String host;

	private final int port;

	private final Duration delay;

	public DelayingProxy(String host, int port, Duration delay) {
		this.host = host;
		this.port = port;
		this.delay = delay;
		try {
			this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
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
				Socket server = new Socket(this.host, this.port);
				client.setTcpNoDelay(true);
				server.setTcpNoDelay(true);
				pass(client, server);
				pass(server, client);
			}
			catch (IOException ex) {
				return; // closed
			}
		}
	}

	private void pass(Socket from, Socket to) {
		DelayQueue<Chunk> queue = new DelayQueue<>();
		Thread.startVirtualThread(() -> read(from, queue));
		Thread.startVirtualThread(() -> write(to, queue));
	}

	private void read(Socket from, DelayQueue<Chunk> queue) {
		try (InputStream input = from.getInputStream()) {
			byte[] buffer = new byte[8192];
			for (int read = input.read(buffer); read >= 0; read = input.read(buffer)) {
				queue.add(new Chunk(java.util.Arrays.copyOf(buffer, read), due()));
			}
		}
		catch (IOException ex) {
			// the connection was reset: the other side learns it below
		}
		queue.add(new Chunk(new byte[0], due()));
	}

	private static void write(Socket to, DelayQueue<Chunk> queue) {
		try (to; OutputStream output = to.getOutputStream()) {
			for (Chunk chunk = queue.take(); chunk.bytes().length > 0; chunk = queue.take()) {
				output.write(chunk.bytes());
				output.flush();
			}
		}
		catch (IOException ex) {
			// the receiver is gone
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private long due() {
		return System.nanoTime() + this.delay.toNanos();
	}

	@Override
	public void close() throws IOException {
		this.listener.close();
	}

	private record Chunk(byte[] bytes, long due) implements Delayed {

		@Override
		public long getDelay(TimeUnit unit) {
			return unit.convert(this.due - System.nanoTime(), TimeUnit.NANOSECONDS);
		}

		@Override
		public int compareTo(Delayed other) {
			return Long.compare(this.due, ((Chunk) other).due());
		}

	}

}
