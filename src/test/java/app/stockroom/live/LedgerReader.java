package app.stockroom.live;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A reader of the ledger feed who comes back after every interruption, as long as the
 * server told it to wait, and sees for itself that it gets every entry once and in order.
 * It keeps nothing else, so that there can be thousands.
 */
final class LedgerReader implements AutoCloseable {

	private static final String CREATED = "\"createdAt\":\"";

	private final int port;

	private final String token;

	/** What is asked for; empty for everything. */
	private final String query;

	private final AtomicInteger opened = new AtomicInteger();

	private volatile String position;

	private volatile long sequence;

	private volatile long version;

	private volatile boolean live;

	private volatile boolean closed;

	private volatile boolean held;

	private volatile @Nullable Socket socket;

	private volatile @Nullable String violation;

	private long retry = 500;

	/** From the entry's time until it was read, in milliseconds, if anybody asks. */
	private final @Nullable Histogram lag;

	private LedgerReader(int port, String token, String position, String query, @Nullable Histogram lag) {
		this.lag = lag;
		this.query = query;
		this.port = port;
		this.token = token;
		this.position = position;
		this.sequence = sequence(position);
	}

	/** Reads from after a position on. */
	static LedgerReader start(int port, String token, String position) {
		return start(new LedgerReader(port, token, position, "", null));
	}

	/**
	 * Reads what happens to one product with one record, whose version takes the place of
	 * the sequence: it grows by one with each entry.
	 */
	static LedgerReader ofProduct(int port, String token, String position, UUID product, long version) {
		LedgerReader reader = new LedgerReader(port, token, position, "?productId=" + product, null);
		reader.version = version;
		return start(reader);
	}

	/** The same, and measures how old entries are when they arrive. */
	static LedgerReader timed(int port, String token, String position) {
		return start(new LedgerReader(port, token, position, "", new Histogram(3_600_000L, 2)));
	}

	private static LedgerReader start(LedgerReader reader) {
		Thread.startVirtualThread(reader::read);
		return reader;
	}

	/** The last sequence that it got. */
	long sequence() {
		return this.sequence;
	}

	/** The version of the product's record that it got last. */
	long version() {
		return this.version;
	}

	/** Whether its stream has said that it is live. */
	boolean live() {
		return this.live;
	}

	/** How often it has asked for a stream. */
	int opened() {
		return this.opened.get();
	}

	/** What it got that it should not have got, or null. */
	@Nullable String violation() {
		return this.violation;
	}

	/** Loses the connection; the reader comes back. */
	void cut() {
		this.live = false;
		Socket open = this.socket;
		if (open != null) {
			try {
				open.close();
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		}
	}

	/** Loses the connection, and does not come back before it is let. */
	void hold() {
		this.held = true;
		cut();
	}

	/** Lets it come back as soon as the server told it to. */
	void release() {
		this.held = false;
	}

	@Override
	public void close() {
		this.closed = true;
		cut();
	}

	private void read() {
		while (!this.closed) {
			try (Socket open = new Socket()) {
				this.socket = open;
				this.opened.incrementAndGet();
				open.connect(new InetSocketAddress("127.0.0.1", this.port));
				open.getOutputStream().write(request());
				events(new BufferedReader(new InputStreamReader(open.getInputStream(), StandardCharsets.US_ASCII),
						512));
			}
			catch (IOException ex) {
				// cut off: comes back
			}
			this.live = false;
			pause();
		}
	}

	private byte[] request() {
		return ("GET /api/stock-movements%s HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nLast-Event-ID: %s\r\n"
				+ "Authorization: Bearer %s\r\n\r\n")
			.formatted(this.query, this.position, this.token)
			.getBytes(StandardCharsets.US_ASCII);
	}

	private void events(BufferedReader lines) throws IOException {
		String status = lines.readLine();
		if (status == null || !status.contains(" 200 ")) {
			return; // refused for now
		}
		String event = "";
		for (String line = lines.readLine(); line != null; line = lines.readLine()) {
			if (line.startsWith("event: ")) {
				event = line.substring(7);
				if (event.equals("reset") || event.equals("problem")) {
					this.violation = event + " after " + this.position;
				}
			}
			else if (!this.query.isEmpty() && event.equals("movement") && line.startsWith("data: ")) {
				versioned(line);
			}
			else if (this.lag != null && event.equals("movement") && line.startsWith("data: ")) {
				timed(line);
			}
			else if (line.startsWith("id: ")) {
				positioned(event, line.substring(4));
			}
			else if (line.startsWith("retry: ")) {
				this.retry = Long.parseLong(line.substring(7));
			}
		}
	}

	/** Percentile of the time from an entry's commit until it was read. */
	Duration lag(double percentile) {
		synchronized (this.lag) {
			return Duration.ofMillis(this.lag.getValueAtPercentile(percentile));
		}
	}

	private void timed(String data) {
		int begin = data.indexOf(CREATED) + CREATED.length();
		Instant created = Instant.parse(data.substring(begin, data.indexOf('"', begin)));
		synchronized (this.lag) {
			this.lag.recordValue(Math.max(0, Duration.between(created, Instant.now()).toMillis()));
		}
	}

	@SuppressWarnings("NonAtomicOperationOnVolatileField") // one thread writes
	private void versioned(String data) {
		if (!data.contains("\"version\":" + (this.version + 1) + ",")) {
			this.violation = "not version %d: %s".formatted(this.version + 1, data);
		}
		this.version++;
	}

	private void positioned(String event, String id) {
		long next = sequence(id);
		long expected = event.equals("movement") ? this.sequence + 1 : this.sequence;
		if (this.query.isEmpty() ? next != expected : next < expected) {
			this.violation = "%s %s after %s".formatted(event, id, this.position);
		}
		this.position = id;
		this.sequence = next;
		if (event.equals("ready")) {
			this.live = true;
		}
	}

	private static long sequence(String position) {
		return Long.parseLong(position.substring(position.indexOf('-') + 1));
	}

	private void pause() {
		try {
			while (this.held && !this.closed) {
				Thread.sleep(10);
			}
			Thread.sleep(this.closed ? 0 : this.retry + ThreadLocalRandom.current().nextInt(10));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
