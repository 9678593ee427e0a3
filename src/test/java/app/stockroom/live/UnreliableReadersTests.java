package app.stockroom.live;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;

import app.stockroom.Patience;
import app.stockroom.StockroomTest;
import app.stockroom.ledger.Command;
import app.stockroom.ledger.Entry;
import app.stockroom.ledger.EntryType;
import app.stockroom.ledger.Ledger;
import io.micrometer.core.instrument.MeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Readers who lose their connection, and readers who do not read.
 */
@StockroomTest
class UnreliableReadersTests {

	private static final String LEDGER = "/api/stock-movements";

	@Autowired
	ApplicationContext context;

	private LiveTenant tenant;

	private UUID product;

	@BeforeEach
	void open() {
		this.tenant = LiveTenant.open(this.context);
		this.product = this.tenant.product("A-1");
	}

	@Test
	void twentyLostConnectionsLoseAndDoubleNothing() throws InterruptedException {
		long seed = System.nanoTime();
		Random random = new Random(seed);
		List<Thread> writers = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			writers.add(Thread.startVirtualThread(this::moveForAWhile));
		}
		List<Long> received = new ArrayList<>();
		String position = this.tenant.position().epoch() + "-0";
		for (int i = 0; i < 20; i++) {
			SseReader reader = this.tenant.resume(LEDGER, position);
			Thread.sleep(random.nextInt(120));
			reader.close();
			Awaitility.await().until(reader::ended);
			received.addAll(LedgerFeedTests.sequences(reader));
			assertThat(reader.events("reset")).isEmpty();
			position = reader.lastEventId();
		}
		for (Thread writer : writers) {
			writer.join();
		}
		try (SseReader reader = this.tenant.resume(LEDGER, position)) {
			String head = this.tenant.position().toString();
			reader.await((events) -> events.lastEventId().equals(head));
			received.addAll(LedgerFeedTests.sequences(reader));
		}
		assertThat(received).as("seed %d", seed).isEqualTo(this.tenant.ledger().stream().map(Entry::sequence).toList());
	}

	@Test
	void aReaderOfTheLedgerWhoFallsBehindIsClosedAndResumesWhileOthersAreNotHeldUp() throws IOException {
		double closed = slow("ledger");
		try (Socket dead = deaf(LEDGER); SseReader other = this.tenant.listen(LEDGER).awaitReady()) {
			long from = this.tenant.position().sequence();
			int rounds = 0;
			while (slow("ledger") == closed) {
				assertThat(++rounds).as("rounds until the outbox is full").isLessThan(300);
				flood(100);
				other.await((events) -> events.lastEventId().equals(this.tenant.position().toString()));
			}
			long head = this.tenant.position().sequence();
			assertThat(LedgerFeedTests.sequences(other)).isEqualTo(LiveTenant.sequences(from + 1, head));
			List<Long> received = RawEvents.of(dead).ids("movement");
			long last = received.getLast();
			assertThat(received.size()).isEqualTo(last - from);
			assertThat(received).isEqualTo(LiveTenant.sequences(from + 1, last));
			assertThat(last).isLessThan(head);
			try (SseReader again = this.tenant.resume(LEDGER, this.tenant.position().epoch() + "-" + last)
				.awaitReady()) {
				assertThat(LedgerFeedTests.sequences(again)).isEqualTo(LiveTenant.sequences(last + 1, head));
			}
		}
	}

	@Test
	void aReaderOfStockWhoFallsBehindGetsTheLatestState() throws IOException {
		MeterRegistry meters = this.context.getBean(MeterRegistry.class);
		double before = meters.counter("stockroom.feed.conflated").count();
		try (Socket slow = deaf("/api/inventory")) {
			int rounds = 0;
			while (meters.counter("stockroom.feed.conflated").count() < before + 1000) {
				assertThat(++rounds).as("rounds until frames are conflated").isLessThan(400);
				flood(100);
			}
			Entry last = this.tenant.ledger().getLast();
			RawEvents raw = RawEvents.until(slow, "\"quantity\":" + last.quantityAfter() + ",");
			assertThat(raw.ids("stock")).isSorted();
			assertThat((long) raw.ids("stock").size()).isLessThan(last.sequence() - 900);
		}
	}

	private double slow(String feed) {
		return this.context.getBean(MeterRegistry.class).counter("stockroom.feed.slow", "feed", feed).count();
	}

	private void moveForAWhile() {
		long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
		while (System.nanoTime() < end) {
			this.tenant.move(this.product, EntryType.IN, 1);
			this.tenant.move(this.product, EntryType.OUT, -1);
		}
	}

	/** Writes many and large entries. */
	private void flood(int entries) {
		Command.Note note = new Command.Note("x".repeat(256), "y".repeat(256), null);
		List<Command.Line> lines = new ArrayList<>();
		for (int i = 0; i < entries; i++) {
			EntryType type = (i % 2 == 0) ? EntryType.IN : EntryType.OUT;
			lines.add(new Command.Line(Command.ProductRef.of(this.product), null, type, (i % 2 == 0) ? 2 : -1, 0, note,
					null));
		}
		Command command = new Command("test", Collections.unmodifiableList(lines), null);
		this.context.getBean(Ledger.class).post(this.tenant.id(), command).block(Duration.ofSeconds(30));
		if (this.tenant.position().sequence() % 3 == 0) {
			// Keeps the stock below its maximum.
			long quantity = this.tenant.ledger().getLast().quantityAfter();
			this.tenant.move(this.product, EntryType.OUT, -quantity);
		}
	}

	/** A reader that has asked and does not read. */
	private Socket deaf(String path) throws IOException {
		URI address = URI.create(this.tenant.address(path));
		Socket socket = new Socket();
		socket.setReceiveBufferSize(4096);
		socket.connect(new InetSocketAddress(address.getHost(), address.getPort()));
		socket.setSoTimeout(Patience.SECONDS * 1000);
		OutputStream request = socket.getOutputStream();
		request.write(
				("GET %s HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nAuthorization: Bearer %s\r\n\r\n"
					.formatted(path, this.tenant.token())).getBytes(StandardCharsets.US_ASCII));
		request.flush();
		RawEvents.awaitReady(socket);
		return socket;
	}

}
