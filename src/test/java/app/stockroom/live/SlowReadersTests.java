package app.stockroom.live;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

import app.stockroom.Patience;
import app.stockroom.StockroomTest;
import app.stockroom.ledger.Command;
import app.stockroom.ledger.EntryType;
import app.stockroom.ledger.Ledger;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Readers who take a byte a second, and readers who take nothing, beside some who read.
 */
@StockroomTest
class SlowReadersTests {

	private static final String STOCK = "/api/inventory";

	private static final String LEDGER = "/api/stock-movements";

	private static final int STREAMS_OF_USER = 100;

	private static final long MEGABYTE = 1024 * 1024;

	@Autowired
	ApplicationContext context;

	private final List<Socket> slow = new ArrayList<>();

	private final List<LedgerReader> others = new ArrayList<>();

	private LiveTenant tenant;

	private UUID product;

	private volatile boolean over;

	@BeforeEach
	void open() {
		this.tenant = LiveTenant.open(this.context);
		this.product = this.tenant.product("A-1");
	}

	@AfterEach
	void close() throws IOException {
		this.over = true;
		this.others.forEach(LedgerReader::close);
		for (Socket socket : this.slow) {
			socket.close();
		}
	}

	@Test
	void whoDoesNotReadIsClosedOrConflatedAndResumesExactly() throws IOException {
		open(16, 4, 3);
		double closed = count("stockroom.feed.slow", "feed", "ledger");
		double conflated = this.context.getBean(MeterRegistry.class).counter("stockroom.feed.conflated").count();
		int rounds = 0;
		while (count("stockroom.feed.slow", "feed", "ledger") < closed + 10
				|| this.context.getBean(MeterRegistry.class).counter("stockroom.feed.conflated").count() < conflated
						+ 1000) {
			assertThat(++rounds).as("rounds until all who are slow were noticed").isLessThan(400);
			write(100);
			// Who reads must not fall behind on a machine that stands still.
			assertOthersAreExact();
		}
		assertOthersAreExact();
		assertResumesExactly(this.slow.getFirst());
	}

	@Test
	@Tag("long")
	void twoMinutesWithHundredsOfThemCostNothing() throws IOException, InterruptedException {
		open(500, 50, 20);
		double closed = count("stockroom.feed.slow", "feed", "ledger");
		double stalled = count("stockroom.feed.slow", "feed", "stock");
		List<Long> heap = new ArrayList<>();
		List<Long> direct = new ArrayList<>();
		long begin = System.nanoTime();
		long measured = begin + Duration.ofSeconds(30).toNanos();
		while (System.nanoTime() - begin < Duration.ofMinutes(2).toNanos()) {
			write(10);
			Thread.sleep(50);
			if (this.slow.size() == 550 && count("stockroom.feed.slow", "feed", "stock") == stalled + 275) {
				openSlow(500, 50); // all were closed: as many again
			}
			if (System.nanoTime() > measured) {
				measured += Duration.ofSeconds(10).toNanos();
				System.gc();
				heap.add(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / MEGABYTE);
				direct.add(directBytes() / MEGABYTE);
			}
		}
		System.out.println("heap " + heap + " MB, direct " + direct + " MB");
		System.out.printf("p99 lag of the %d others: at most %d ms; closed: %.0f of the ledger, %.0f of stock%n",
				this.others.size(),
				this.others.stream().mapToLong((reader) -> reader.lag(99).toMillis()).max().orElse(0),
				count("stockroom.feed.slow", "feed", "ledger") - closed,
				count("stockroom.feed.slow", "feed", "stock") - stalled);
		assertOthersAreExact();
		assertThat(this.others).allMatch((reader) -> reader.lag(99).compareTo(Duration.ofSeconds(1)) < 0);
		assertThat(count("stockroom.feed.slow", "feed", "ledger")).isGreaterThanOrEqualTo(closed + 275);
		// Theirs are conflated for as long as something moves, and nothing does.
		assertThat(count("stockroom.feed.slow", "feed", "stock")).isGreaterThanOrEqualTo(stalled + 275);
		assertThat(heap.getLast() - heap.getFirst()).isLessThan(32);
		assertThat(direct.getLast() - direct.getFirst()).isLessThan(16);
		assertResumesExactly(this.slow.getFirst());
	}

	private void open(int slowly, int never, int others) throws IOException {
		openSlow(slowly, never);
		String position = this.tenant.position().toString();
		int port = URI.create(this.tenant.address("/")).getPort();
		for (int i = 0; i < others; i++) {
			this.others.add(LedgerReader.timed(port, this.tenant.token(), position));
		}
		Awaitility.await().until(() -> this.others.stream().allMatch(LedgerReader::live));
	}

	/** Every second one reads the ledger, the others stock. */
	private void openSlow(int slowly, int never) throws IOException {
		String token = "";
		for (int i = 0; i < slowly + never; i++) {
			if (i % STREAMS_OF_USER == 0) {
				token = this.tenant.as("slow reader " + i).token();
			}
			Socket socket = deaf((i % 2 == 0) ? LEDGER : STOCK, token);
			this.slow.add(socket);
			if (i >= never) {
				Thread.startVirtualThread(() -> readSlowly(socket));
			}
		}
	}

	private Socket deaf(String path, String token) throws IOException {
		URI address = URI.create(this.tenant.address(path));
		Socket socket = new Socket();
		socket.setReceiveBufferSize(4096);
		socket.connect(new InetSocketAddress(address.getHost(), address.getPort()));
		socket.setSoTimeout(Patience.SECONDS * 1000);
		OutputStream request = socket.getOutputStream();
		request.write(
				("GET %s HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nAuthorization: Bearer %s\r\n\r\n")
					.formatted(path, token)
					.getBytes(StandardCharsets.US_ASCII));
		request.flush();
		RawEvents.awaitReady(socket);
		return socket;
	}

	private void readSlowly(Socket socket) {
		try {
			while (!this.over && socket.getInputStream().read() >= 0) {
				Thread.sleep(1000);
			}
		}
		catch (IOException | InterruptedException ex) {
			// closed
		}
	}

	private void assertOthersAreExact() {
		long head = this.tenant.position().sequence();
		Awaitility.await()
			.until(() -> this.others.stream()
				.allMatch((reader) -> reader.sequence() == head || reader.violation() != null));
		assertThat(this.others).extracting(LedgerReader::violation).containsOnlyNulls();
		assertThat(this.others).extracting(LedgerReader::opened).containsOnly(1);
	}

	/** The first is one of those who took nothing of the ledger until now. */
	private void assertResumesExactly(Socket socket) throws IOException {
		List<Long> received = RawEvents.of(socket).ids("movement");
		assertThat(received).isEqualTo(LiveTenant.sequences(received.getFirst(), received.getLast()));
		String epoch = this.tenant.position().epoch();
		int port = URI.create(this.tenant.address("/")).getPort();
		try (LedgerReader again = LedgerReader.start(port, this.tenant.token(), epoch + "-" + received.getLast())) {
			long head = this.tenant.position().sequence();
			Awaitility.await().until(() -> again.sequence() == head || again.violation() != null);
			assertThat(again.violation()).isNull();
		}
	}

	private double count(String name, String... tags) {
		return this.context.getBean(MeterRegistry.class).counter(name, tags).count();
	}

	private static long directBytes() {
		return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
	}

	/** Large entries, so that the buffers of the system are full soon. */
	private void write(int entries) {
		Command.Note note = new Command.Note("x".repeat(256), "y".repeat(256), null);
		List<Command.Line> lines = IntStream.range(0, entries)
			.mapToObj((i) -> new Command.Line(Command.ProductRef.of(this.product), null,
					(i % 2 == 0) ? EntryType.IN : EntryType.OUT, (i % 2 == 0) ? 1 : -1, 0, note, null))
			.toList();
		this.context.getBean(Ledger.class)
			.post(this.tenant.id(), new Command("test", lines, null))
			.block(Duration.ofSeconds(30));
	}

}
