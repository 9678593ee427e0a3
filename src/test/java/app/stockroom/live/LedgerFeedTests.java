package app.stockroom.live;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import app.stockroom.StockroomTest;
import app.stockroom.ledger.Entry;
import app.stockroom.ledger.EntryType;
import app.stockroom.ledger.Position;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The ledger feed over real HTTP.
 */
@StockroomTest
class LedgerFeedTests {

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
	void startsWithReadyAndThenTellsEveryEntry() {
		Position before = this.tenant.position();
		try (SseReader reader = this.tenant.listen(LEDGER).awaitReady()) {
			assertThat(reader.events().getFirst().id()).isEqualTo(before.toString());
			long sequence = this.tenant.move(this.product, EntryType.IN, 7);
			reader.awaitEvents("movement", 1);
			SseReader.Event movement = reader.events("movement").getFirst();
			assertThat(movement.id()).isEqualTo(new Position(before.epoch(), sequence).toString());
			assertThat(movement.data().path("quantityAfter").asLong()).isEqualTo(7);
			assertThat(movement.data().path("productId").asString()).isEqualTo(this.product.toString());
		}
	}

	@Test
	void resumesExactlyAfterEachPosition() {
		for (int i = 0; i < 8; i++) {
			this.tenant.move(this.product, EntryType.IN, 1);
		}
		Position head = this.tenant.position();
		for (long after = 0; after <= head.sequence(); after++) {
			List<Long> expected = LiveTenant.sequences(after + 1, head.sequence());
			try (SseReader reader = this.tenant.resume(LEDGER, new Position(head.epoch(), after).toString())
				.awaitReady()) {
				assertThat(sequences(reader)).isEqualTo(expected);
				assertThat(reader.lastEventId()).isEqualTo(head.toString());
				assertThat(reader.events("reset")).isEmpty();
			}
			try (SseReader reader = this.tenant.listen(LEDGER + "?after=" + after).awaitReady()) {
				assertThat(sequences(reader)).isEqualTo(expected);
			}
		}
	}

	@Test
	void tellsTheEntriesAsTheyStandInTheLedger() {
		this.tenant.move(this.product, EntryType.IN, 5);
		this.tenant.put("/api/products/" + this.product, "{\"name\":\"Another\\nname\"}");
		try (SseReader old = this.tenant.listen(LEDGER + "?after=0").awaitReady()) {
			this.tenant.move(this.product, EntryType.OUT, -2);
			this.tenant.put("/api/products/" + this.product, "{\"name\":\"A third name\"}");
			old.awaitEvents("movement", this.tenant.ledger().size());
			try (SseReader fresh = this.tenant.listen(LEDGER + "?after=0").awaitReady()) {
				// What came live and what is read later are the same, to the letter.
				assertThat(old.events("movement")).isEqualTo(fresh.events("movement"));
			}
		}
	}

	@Test
	void startsAgainAfterWhatCannotBeResumed() {
		Position head = this.tenant.position();
		for (String unknown : List.of("rubbish", "-1", "1e3", head.epoch() + "-", "ffffffff-1",
				head.epoch() + "-999999", "99999999999999999999", "0-0-0")) {
			try (SseReader reader = this.tenant.resume(LEDGER, unknown).awaitReady()) {
				assertThat(reader.events()).extracting(SseReader.Event::name)
					.as(unknown)
					.containsExactly("reset", "ready");
				assertThat(reader.lastEventId()).isEqualTo(head.toString());
			}
		}
	}

	@Test
	void aTenantSeesNothingOfAnother() {
		LiveTenant other = LiveTenant.open(this.context);
		UUID theirs = other.product("B-1");
		try (SseReader reader = this.tenant.listen(LEDGER).awaitReady()) {
			other.move(theirs, EntryType.IN, 1);
			long sequence = this.tenant.move(this.product, EntryType.IN, 1);
			reader.awaitEvents("movement", 1);
			assertThat(sequences(reader)).containsExactly(sequence);
		}
		// A position of another tenant is as good as any that never was here.
		try (SseReader reader = this.tenant.resume(LEDGER, other.position().toString()).awaitReady()) {
			assertThat(reader.events("reset")).hasSize(1);
		}
	}

	@Test
	void filtersLikeTheList() {
		UUID second = this.tenant.product("A-2");
		this.tenant.put("/api/products/" + second, "{\"barcodes\":[\"4006381333931\"]}");
		try (SseReader one = this.tenant.listen(LEDGER + "?productId=" + second).awaitReady();
				SseReader bySku = this.tenant.listen(LEDGER + "?sku=A-2").awaitReady();
				SseReader nothing = this.tenant.listen(LEDGER + "?sku=A-3").awaitReady();
				SseReader byBarcode = this.tenant.listen(LEDGER + "?sku=4006381333931").awaitReady();
				SseReader neither = this.tenant.listen(LEDGER + "?sku=A-2&productId=" + this.product).awaitReady();
				SseReader order = this.tenant.listen(LEDGER + "?reference=order-7").awaitReady();
				SseReader outs = this.tenant.listen(LEDGER + "?type=OUT,ADJUSTMENT").awaitReady();
				SseReader all = this.tenant.listen(LEDGER).awaitReady()) {
			long in = this.tenant.move(this.product, EntryType.IN, 5);
			long other = this.tenant.move(second, EntryType.IN, 5);
			long out = this.tenant.move(this.product, EntryType.OUT, -1);
			this.tenant.post("/api/stock-movements",
					"{\"sku\":\"A-1\",\"type\":\"IN\",\"quantity\":1,\"reference\":\"order-7\"}");
			all.awaitEvents("movement", 4);
			assertThat(sequences(all)).containsExactly(in, other, out, out + 1);
			order.awaitEvents("movement", 1);
			assertThat(sequences(order)).containsExactly(out + 1);
			one.awaitEvents("movement", 1);
			assertThat(sequences(one)).containsExactly(other);
			bySku.awaitEvents("movement", 1);
			assertThat(sequences(bySku)).containsExactly(other);
			assertThat(sequences(nothing)).isEmpty();
			assertThat(sequences(byBarcode)).isEmpty();
			assertThat(sequences(neither)).isEmpty();
			outs.awaitEvents("movement", 1);
			assertThat(sequences(outs)).containsExactly(out);
		}
	}

	@Test
	void refusesWhatItDoesNotKnow() {
		assertThat(this.tenant.request(LEDGER + "?colour=red").statusCode()).isEqualTo(400);
		assertThat(this.tenant.request(LEDGER + "?type=PARTY").statusCode()).isEqualTo(400);
		assertThat(this.tenant.request("/api/inventory?conflate=1ms").statusCode()).isEqualTo(400);
		assertThat(this.tenant.request("/api/inventory?conflate=11s").statusCode()).isEqualTo(400);
	}

	@Test
	void aLongHistoryComesWholeWhileMoreIsWritten() throws InterruptedException {
		Thread writer = Thread.startVirtualThread(() -> {
			for (int i = 0; i < 400; i++) {
				this.tenant.move(this.product, EntryType.IN, 1);
			}
		});
		List<SseReader> readers = new ArrayList<>();
		while (writer.isAlive() && readers.size() < 50) {
			readers.add(this.tenant.listen(LEDGER + "?after=0"));
			Thread.sleep(20);
		}
		writer.join();
		List<Long> expected = this.tenant.ledger().stream().map(Entry::sequence).toList();
		for (SseReader reader : readers) {
			reader.awaitEvents("movement", expected.size());
			assertThat(sequences(reader)).isEqualTo(expected);
			reader.close();
		}
	}

	static List<Long> sequences(SseReader reader) {
		return reader.events("movement").stream().map(SseReader.Event::sequence).toList();
	}

}
