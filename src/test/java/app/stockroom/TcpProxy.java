package app.stockroom;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network between two programs of this machine that a test can make slow, lossy, narrow
 * or silent, and whose connections it can reset. With several targets it is a plain load
 * balancer: each connection goes to the next one that takes it.
 */
public final class TcpProxy implements AutoCloseable {

	/** How long a sender waits before it repeats a packet that was lost. */
	private static final Duration RETRANSMISSION = Duration.ofMillis(200);

	private static final int CHUNK_BYTES = 8192;

	/** What is under way; the sender waits when there is more. */
	private static final int CHUNKS = 64;

	private static final byte[] END = new byte[0];

	private final ServerSocket listener;

	private final List<InetSocketAddress> targets;

	private final Set<Link> links = ConcurrentHashMap.newKeySet();

	private final AtomicInteger next = new AtomicInteger();

	private final AtomicInteger cutsLeft = new AtomicInteger();

	private volatile long cutAfter = Long.MAX_VALUE;

	private volatile Line line = Line.GOOD;

	private TcpProxy(List<InetSocketAddress> targets) {
		this.targets = targets;
		try {
			this.listener = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		Thread.startVirtualThread(this::accept);
	}

	/** Between whoever connects and one server. */
	public static TcpProxy to(String host, int port) {
		return new TcpProxy(List.of(new InetSocketAddress(host, port)));
	}

	/** Before several servers on 127.0.0.1, in turns. */
	public static TcpProxy before(List<Integer> ports) {
		return new TcpProxy(ports.stream().map((port) -> new InetSocketAddress("127.0.0.1", port)).toList());
	}

	/** Where to connect, on 127.0.0.1. */
	public int port() {
		return this.listener.getLocalPort();
	}

	/** Connections that are open. */
	public int connections() {
		return this.links.size();
	}

	/** The network is like this from now on, for open connections too. */
	public void become(Line other) {
		this.line = other;
		synchronized (this) {
			notifyAll();
		}
	}

	/** The network is good again; what a silent one held back arrives. */
	public void heal() {
		become(Line.GOOD);
	}

	/**
	 * Forgets every open connection, as a router does that starts again: nothing passes
	 * on it any more, and nobody is told.
	 */
	public void forget() {
		this.links.forEach((link) -> link.forgotten = true);
	}

	/** Ends every open connection with RST. */
	public void reset() {
		this.links.forEach(Link::reset);
	}

	/** Ends each open connection with RST, or not, by chance. */
	public void resetSome(double share) {
		this.links.forEach((link) -> {
			if (ThreadLocalRandom.current().nextDouble() < share) {
				link.reset();
			}
		});
	}

	/**
	 * Cuts the next connections in the middle of an answer, so that things are done whose
	 * results never arrive.
	 * @param connections how many
	 * @param bytes how much of its answers each of these may send
	 */
	public TcpProxy cutting(int connections, long bytes) {
		this.cutAfter = bytes;
		this.cutsLeft.set(connections);
		return this;
	}

	/** Connections that are still to be cut. */
	public int cutsLeft() {
		return Math.max(0, this.cutsLeft.get());
	}

	private void accept() {
		while (!this.listener.isClosed()) {
			try {
				Socket client = this.listener.accept();
				Thread.startVirtualThread(() -> connect(client));
			}
			catch (IOException ex) {
				return; // closed
			}
		}
	}

	private void connect(Socket client) {
		Socket server = this.line.refusing() ? null : server();
		long allowed = (this.cutsLeft.getAndDecrement() > 0) ? this.cutAfter : Long.MAX_VALUE;
		Link link = new Link(client, (server != null) ? server : new Socket());
		if (server == null) {
			link.reset();
			return;
		}
		this.links.add(link);
		pass(link, client, server, Long.MAX_VALUE, false);
		pass(link, server, client, allowed, true);
	}

	private Socket server() {
		for (int tried = 0; tried < this.targets.size(); tried++) {
			InetSocketAddress target = this.targets
				.get(Math.floorMod(this.next.getAndIncrement(), this.targets.size()));
			try {
				return new Socket(target.getAddress(), target.getPort());
			}
			catch (IOException ex) {
				// the next one
			}
		}
		return null;
	}

	private void pass(Link link, Socket from, Socket to, long allowed, boolean answers) {
		BlockingQueue<Chunk> underWay = new ArrayBlockingQueue<>(CHUNKS);
		Thread.startVirtualThread(() -> read(link, from, underWay));
		Thread.startVirtualThread(() -> write(link, underWay, to, allowed, answers));
	}

	private void read(Link link, Socket from, BlockingQueue<Chunk> underWay) {
		try {
			InputStream input = from.getInputStream();
			byte[] buffer = new byte[CHUNK_BYTES];
			for (int read = input.read(buffer); read >= 0; read = input.read(buffer)) {
				if (!link.forgotten) {
					underWay.put(new Chunk(Arrays.copyOf(buffer, read), this.line.due()));
				}
			}
		}
		catch (IOException | InterruptedException ex) {
			// the connection is gone: the other side learns it below
		}
		if (link.forgotten) {
			link.close();
		}
		try {
			underWay.put(new Chunk(END, this.line.due()));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void write(Link link, BlockingQueue<Chunk> underWay, Socket to, long allowed, boolean answers) {
		try {
			OutputStream output = to.getOutputStream();
			long left = allowed;
			while (left > 0) {
				Chunk chunk = underWay.take();
				if (chunk.bytes() == END) {
					break;
				}
				await(chunk);
				if (link.forgotten) {
					return;
				}
				if (answers && ThreadLocalRandom.current().nextDouble() < this.line.answersLost()) {
					link.reset();
					return;
				}
				output.write(chunk.bytes(), 0, (int) Math.min(chunk.bytes().length, left));
				output.flush();
				left -= chunk.bytes().length;
			}
			awaitSound();
		}
		catch (IOException | InterruptedException ex) {
			// the receiver is gone
		}
		link.close();
	}

	private void await(Chunk chunk) throws InterruptedException {
		long wait = chunk.due() - System.nanoTime();
		if (wait > 0) {
			TimeUnit.NANOSECONDS.sleep(wait);
		}
		if (this.line.bytesPerSecond() > 0) {
			Thread.sleep(Duration.ofNanos(chunk.bytes().length * 1_000_000_000L / this.line.bytesPerSecond()));
		}
		awaitSound();
	}

	private void awaitSound() throws InterruptedException {
		synchronized (this) {
			while (this.line.silent()) {
				wait();
			}
		}
	}

	@Override
	public void close() {
		try {
			this.listener.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		heal();
		reset();
	}

	/**
	 * What a network is like.
	 *
	 * @param delay how long everything is under way
	 * @param jitter how much longer at most; order is kept, as TCP does
	 * @param loss the share of what is lost, which TCP sends again later
	 * @param bytesPerSecond of each connection and direction; 0 for no limit
	 * @param silent a black hole: nothing passes, and nobody is told
	 * @param refusing new connections are reset
	 * @param answersLost the share of answers in place of which a reset comes
	 */
	public record Line(Duration delay, Duration jitter, double loss, long bytesPerSecond, boolean silent,
			boolean refusing, double answersLost) {

		public static final Line GOOD = new Line(Duration.ZERO, Duration.ZERO, 0, 0, false, false, 0);

		public static final Line SILENT = new Line(Duration.ZERO, Duration.ZERO, 0, 0, true, false, 0);

		public static final Line REFUSING = new Line(Duration.ZERO, Duration.ZERO, 0, 0, false, true, 0);

		/** What is sent together arrives together, and an answer takes twice as long. */
		public static Line late(Duration delay) {
			return new Line(delay, Duration.ZERO, 0, 0, false, false, 0);
		}

		/** Slow, unsteady and lossy. */
		public static Line poor(Duration delay, Duration jitter, double loss, long bytesPerSecond) {
			return new Line(delay, jitter, loss, bytesPerSecond, false, false, 0);
		}

		/** Answers get lost, questions do not. */
		public static Line losingAnswers(double share) {
			return new Line(Duration.ZERO, Duration.ZERO, 0, 0, false, false, share);
		}

		private long due() {
			long late = this.delay.toNanos();
			if (this.jitter.isPositive()) {
				late += ThreadLocalRandom.current().nextLong(this.jitter.toNanos());
			}
			if (ThreadLocalRandom.current().nextDouble() < this.loss) {
				late += RETRANSMISSION.toNanos();
			}
			return System.nanoTime() + late;
		}

	}

	private record Chunk(byte[] bytes, long due) {
	}

	private final class Link {

		private final Socket client;

		private final Socket server;

		private volatile boolean forgotten;

		Link(Socket client, Socket server) {
			this.client = client;
			this.server = server;
			try {
				client.setTcpNoDelay(true);
				server.setTcpNoDelay(true);
			}
			catch (IOException ex) {
				// gone already
			}
		}

		void reset() {
			try {
				this.client.setSoLinger(true, 0);
				this.server.setSoLinger(true, 0);
			}
			catch (IOException ex) {
				// closed already
			}
			close();
		}

		void close() {
			TcpProxy.this.links.remove(this);
			try (this.client; this.server) {
				// both together
			}
			catch (IOException ex) {
				// closed is closed
			}
		}

	}

}
