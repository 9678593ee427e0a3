package app.stockroom.live;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import app.stockroom.StockroomTest;
import app.stockroom.ledger.EntryType;
import app.stockroom.ledger.Position;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The stock feed over real HTTP.
 */
@StockroomTest
class StockFeedTests {

	private static final String STOCK = "/api/inventory";

	@Autowired
	ApplicationContext context;

	private LiveTenant tenant;

	private UUID first;

	private UUID second;

	@BeforeEach
	void open() {
		this.tenant = LiveTenant.open(this.context);
		this.first = this.tenant.product("A-1");
		this.second = this.tenant.product("A-2");
	}

	@Test
	void startsWithAllRecordsThenReadyThenChanges() {
		this.tenant.move(this.first, EntryType.IN, 50);
		Position before = this.tenant.position();
		try (SseReader reader = this.tenant.listen(STOCK).awaitReady()) {
			assertThat(reader.events()).extracting(SseReader.Event::name).containsExactly("stock", "stock", "ready");
			assertThat(reader.events("stock")).extracting(SseReader.Event::id).containsOnlyNulls();
			assertThat(reader.events("ready").getFirst().id()).isEqualTo(before.toString());
			assertThat(reader.events("stock").getFirst().data().path("quantity").asLong()).isEqualTo(50);
			long sequence = this.tenant.move(this.second, EntryType.IN, 3);
			reader.awaitEvents("stock", 3);
			SseReader.Event change = reader.events("stock").getLast();
			assertThat(change.id()).isEqualTo(new Position(before.epoch(), sequence).toString());
			assertThat(change.data().path("status").asString()).isEqualTo("LOW_STOCK");
		}
	}

	@Test
	void showsRecordsAsTheListDoes() {
		try (SseReader reader = this.tenant.listen(STOCK).awaitReady()) {
			this.tenant.move(this.first, EntryType.IN, 12);
			this.tenant.move(this.second, EntryType.IN, 1001 - 1);
			reader.awaitEvents("stock", 4);
			assertThat(latest(reader)).isEqualTo(listed());
		}
	}

	@Test
	void knowsTheNamesOfNewProductsAndTellsOfNewNames() {
		try (SseReader reader = this.tenant.listen(STOCK).awaitReady()) {
			UUID third = this.tenant.product("A-3");
			this.tenant.put("/api/products/" + third, "{\"name\":\"Renamed\"}");
			this.tenant.move(third, EntryType.IN, 1);
			reader.await((events) -> events.events("stock")
				.stream()
				.anyMatch((event) -> event.data().path("product").path("name").asString().equals("Renamed")
						&& event.data().path("quantity").asLong() == 1));
			assertThat(reader.events("catalog")).extracting((event) -> event.data().path("kind").asString())
				.containsExactly("PRODUCT", "PRODUCT");
			assertThat(reader.events("catalog").getLast().data().path("state").path("name").asString())
				.isEqualTo("Renamed");
			assertThat(latest(reader)).isEqualTo(listed());
		}
	}

	@Test
	void resumesFromTheLedgerAfterEachPosition() {
		this.tenant.move(this.first, EntryType.IN, 20);
		this.tenant.move(this.second, EntryType.IN, 30);
		this.tenant.move(this.first, EntryType.OUT, -5);
		Position head = this.tenant.position();
		long stocked = 0;
		for (long after = head.sequence(); after >= 0; after--) {
			try (SseReader reader = this.tenant.resume(STOCK, new Position(head.epoch(), after).toString())
				.awaitReady()) {
				List<SseReader.Event> events = reader.events()
					.stream()
					.filter((event) -> !event.name().equals("ready"))
					.toList();
				assertThat(events).hasSize((int) stocked);
				assertThat(events).extracting(SseReader.Event::id)
					.isEqualTo(LiveTenant.sequences(after + 1, head.sequence())
						.stream()
						.map((sequence) -> new Position(head.epoch(), sequence).toString())
						.toList());
				stocked++;
			}
		}
	}

	@Test
	void aStatusFilterShowsWhatLeavesIt() {
		try (SseReader reader = this.tenant.listen(STOCK + "?status=OUT_OF_STOCK").awaitReady()) {
			assertThat(reader.events("stock")).hasSize(2);
			this.tenant.move(this.first, EntryType.IN, 100);
			this.tenant.move(this.first, EntryType.IN, 100);
			this.tenant.move(this.second, EntryType.IN, 5);
			reader.awaitEvents("stock", 4);
			assertThat(reader.events("stock").subList(2, 4))
				.extracting((event) -> event.data().path("status").asString())
				.containsExactly("OK", "LOW_STOCK");
		}
	}

	@Test
	void conflatesOnRequest() {
		try (SseReader reader = this.tenant.listen(STOCK + "?conflate=300ms").awaitReady()) {
			// Few commits: however slow the machine is, few intervals pass.
			for (int commit = 0; commit < 5; commit++) {
				this.tenant.post("/api/stock-movements/batch",
						Stream.of(this.first, this.second)
							.flatMap((product) -> Collections.nCopies(10, product).stream())
							.map("{\"productId\":\"%s\",\"type\":\"IN\",\"quantity\":1}"::formatted)
							.collect(Collectors.joining(",", "[", "]")));
			}
			Position head = this.tenant.position();
			reader.await((events) -> events.lastEventId().equals(head.toString()));
			assertThat(reader.events("stock").size()).isLessThan(60);
			assertThat(latest(reader)).isEqualTo(listed());
			assertInOrder(reader);
		}
	}

	@Test
	void aSnapshotOfManyRecordsIsTrueAtOnePositionWhileTheyChange() throws InterruptedException {
		List<UUID> products = new ArrayList<>(List.of(this.first, this.second));
		for (int i = 0; i < 230; i++) {
			products.add(this.tenant.product("M-" + i));
		}
		Thread writer = Thread.startVirtualThread(() -> {
			for (int i = 0; i < 700; i++) {
				this.tenant.move(products.get(i * 7 % products.size()), EntryType.IN, 1);
			}
		});
		List<SseReader> readers = new ArrayList<>();
		while (writer.isAlive()) {
			readers.add(this.tenant.listen(STOCK));
			Thread.sleep(100);
		}
		writer.join();
		Position head = this.tenant.position();
		Map<String, Long> versions = new HashMap<>();
		for (SseReader reader : readers) {
			reader.await((events) -> events.lastEventId().equals(head.toString()));
			assertThat(latest(reader)).hasSize(232);
			latest(reader).forEach((id, record) -> versions.merge(id, record.path("version").asLong(), (a, b) -> {
				assertThat(a).isEqualTo(b);
				return a;
			}));
			assertThat(readySum(reader)).as("pieces at the position of ready")
				.isEqualTo(sumAt(position(reader).sequence()));
			assertVersionsNeverGoBack(reader);
			reader.close();
		}
	}

	private Position position(SseReader reader) {
		JsonNode ready = reader.events("ready").getFirst().data();
		return new Position(ready.path("epoch").asString(), ready.path("sequence").asLong());
	}

	private long readySum(SseReader reader) {
		Map<String, Long> quantities = new HashMap<>();
		for (SseReader.Event event : reader.events()) {
			if (event.name().equals("ready")) {
				break;
			}
			if (event.name().equals("stock")) {
				quantities.put(event.data().path("id").asString(), event.data().path("quantity").asLong());
			}
		}
		return quantities.values().stream().mapToLong(Long::longValue).sum();
	}

	private long sumAt(long sequence) {
		return this.tenant.ledger()
			.stream()
			.filter((entry) -> entry.sequence() <= sequence)
			.mapToLong((entry) -> entry.delta())
			.sum();
	}

	private static void assertVersionsNeverGoBack(SseReader reader) {
		Map<String, Long> versions = new HashMap<>();
		for (SseReader.Event event : reader.events("stock")) {
			long version = event.data().path("version").asLong();
			Long before = versions.put(event.data().path("id").asString(), version);
			assertThat((before != null) ? before : 0).isLessThan(version);
		}
	}

	private static void assertInOrder(SseReader reader) {
		List<Long> ids = reader.events()
			.stream()
			.filter((event) -> event.id() != null)
			.map((event) -> Long.valueOf(event.id().substring(event.id().indexOf('-') + 1)))
			.toList();
		assertThat(ids).isSorted();
	}

	private static Map<String, JsonNode> latest(SseReader reader) {
		Map<String, JsonNode> records = new HashMap<>();
		reader.events("stock").forEach((event) -> records.put(event.data().path("id").asString(), event.data()));
		return records;
	}

	private Map<String, JsonNode> listed() {
		Map<String, JsonNode> records = new HashMap<>();
		this.tenant.get(STOCK + "?limit=200")
			.path("items")
			.forEach((record) -> records.put(record.path("id").asString(), record));
		return records;
	}

}
