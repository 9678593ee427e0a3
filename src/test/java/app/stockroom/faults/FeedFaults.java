package app.stockroom.faults;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import app.stockroom.TcpProxy.Line;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;

/**
 * Readers of feeds fail, and clocks and histories are not what they seemed.
 */
class FeedFaults {

	private static final List<String> FEEDS = List.of("/api/stock-movements", "/api/inventory", "/api/alerts");

	/** As if the last entry had been written by a clock that was then put right. */
	private static final String LAST_ENTRY_IN_THE_FUTURE = """
			do $$
			declare
			  future timestamptz := clock_timestamp() + interval '%2$s';
			  last bigint;
			begin
			  update ledger_head set last_at = future where tenant_id = '%1$s' returning sequence into last;
			  update movement set created_at = future where tenant_id = '%1$s' and sequence = last;
			end $$
			""";

	private static final int FLOOD = 15;

	private static final int FLOOD_BATCH = 200;

	private final Plant plant = Plant.shared();

	@Test
	void deadReaders() throws Exception {
		Trial.of(this.plant, "12 slow and dead readers").play((trial) -> {
			List<Socket> dead = new ArrayList<>();
			for (int i = 0; i < 60; i++) {
				dead.add(deaf(trial.shops().get(i % 3), FEEDS.get(i % 2), i / 6 % 3));
				trial.injected("a reader that does not read");
			}
			long from = System.nanoTime();
			for (int i = 0; i < FLOOD; i++) {
				for (Shop shop : trial.shops()) {
					shop.foreign().addAndGet(shop.receive(FLOOD_BATCH));
				}
				trial.pause(500, 900);
			}
			trial.wellSince(from, "others, because of readers that do not read,");
			// Stock is conflated: its readers are closed for their silence alone, after a
			// minute
			requireGone(trial, dead.stream().filter((socket) -> dead.indexOf(socket) % 2 == 0).toList());
			for (Socket socket : dead) {
				socket.close();
			}
		});
	}

	/** Past the load balancer, which would hold megabytes for its clients. */
	private Socket deaf(Shop shop, String feed, int service) throws IOException {
		Socket socket = new Socket();
		socket.setReceiveBufferSize(2048);
		socket.connect(new InetSocketAddress("127.0.0.1", this.plant.services().get(service).port()));
		socket.getOutputStream()
			.write(("GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: text/event-stream\r\n"
					+ "Authorization: Bearer %s\r\n\r\n")
				.formatted(feed, shop.token())
				.getBytes(StandardCharsets.US_ASCII));
		return socket;
	}

	/**
	 * Who is far behind is sent away: what was on its way still arrives, then the end.
	 */
	private static void requireGone(Trial trial, List<Socket> readers) throws IOException {
		long end = System.nanoTime() + Duration.ofSeconds(15).toNanos();
		int staying = 0;
		for (Socket reader : readers) {
			reader.setReceiveBufferSize(1 << 16);
			staying += isOver(reader, end) ? 0 : 1;
		}
		if (staying > 0) {
			trial.violation("%d of %d readers that do not read were kept".formatted(staying, readers.size()));
		}
	}

	private static boolean isOver(Socket reader, long end) {
		byte[] buffer = new byte[1 << 16];
		try {
			reader.setSoTimeout(1000);
			int read = 0;
			while (read >= 0 && System.nanoTime() < end) {
				read = read(reader, buffer);
			}
			return read < 0;
		}
		catch (IOException ex) {
			return true; // reset
		}
	}

	private static int read(Socket reader, byte[] buffer) throws IOException {
		try {
			return reader.getInputStream().read(buffer);
		}
		catch (SocketTimeoutException ex) {
			return 0;
		}
	}

	@Test
	void reconnectStorm() throws Exception {
		Trial.of(this.plant, "13 reconnect storm").readersPerFeed(20).play((trial) -> {
			for (int i = 0; i < 4; i++) {
				this.plant.front().reset();
				trial.injected("all connections reset, 180 streams among them");
				trial.pause(1500, 4000);
			}
		});
	}

	@Test
	void positionsThatAreNone() throws Exception {
		Trial.of(this.plant, "14 Last-Event-ID garbage, foreign, future, of another epoch").play((trial) -> {
			Shop shop = trial.shops().getFirst();
			String epoch = shop.begin().substring(0, shop.begin().indexOf('-'));
			List<String> positions = List.of("garbage", "-", epoch + "-", epoch + "--1", "00000000-5",
					epoch + "-9999999999", epoch + "-99999999999999999999999", "' or 1=1 --", "%00",
					trial.shops().get(1).begin(), "x".repeat(4000));
			for (String position : positions) {
				for (String feed : FEEDS) {
					trial.injected("%s with Last-Event-ID %.30s".formatted(feed, position));
					try (Subscriber reader = Subscriber.start(shop, feed, position)) {
						requireReset(trial, reader, position);
					}
				}
			}
		});
	}

	/** One reset, then a fresh start. */
	private static void requireReset(Trial trial, Subscriber reader, String position) {
		try {
			Awaitility.await().atMost(Duration.ofSeconds(15)).until(reader::live);
		}
		catch (ConditionTimeoutException ex) {
			trial.violation("I9 no stream after Last-Event-ID " + position);
			return;
		}
		long resets = reader.events().stream().filter((event) -> event.name().equals("reset")).count();
		if (resets != 1 || !reader.events().getFirst().name().equals("reset")) {
			trial.violation("I9 %d resets after Last-Event-ID %s".formatted(resets, position));
		}
	}

	@Test
	void clockJumps() throws Exception {
		Trial.of(this.plant, "15 clock jumps").play((trial) -> {
			for (String jump : List.of("1 minute", "1 hour", "10 hours")) {
				for (Shop shop : trial.shops().subList(0, 2)) {
					this.plant.sql(LAST_ENTRY_IN_THE_FUTURE.formatted(shop.tenant(), jump));
				}
				trial.injected("the clock went back by " + jump);
				trial.pause(1500, 4000);
			}
		});
	}

	@Test
	void restoredBackup() throws Exception {
		Trial.of(this.plant, "21 backup restored behind the clients' position").allowingResets().play((trial) -> {
			Backup backup = Backup.take(this.plant);
			trial.stopClients();
			String pointInTime = backup.pointInTime();
			List<List<Operation>> kept = trial.shops().stream().map((shop) -> List.copyOf(shop.operations())).toList();
			trial.startClients();
			trial.pause(4000, 6000);
			trial.stopClients();
			this.plant.databaseLine().become(Line.REFUSING);
			this.plant.databaseLine().reset();
			backup.restore(pointInTime);
			trial.injected("all files lost, restored as of some seconds ago");
			for (int i = 0; i < kept.size(); i++) {
				trial.shops().get(i).operations().clear();
				trial.shops().get(i).operations().addAll(kept.get(i));
			}
			this.plant.databaseLine().heal();
			trial.startClients();
		});
	}

}
