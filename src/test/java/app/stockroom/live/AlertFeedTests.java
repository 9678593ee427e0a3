package app.stockroom.live;

import java.util.List;
import java.util.UUID;

import app.stockroom.StockroomTest;
import app.stockroom.ledger.EntryType;
import app.stockroom.ledger.Position;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The alert feed over real HTTP.
 */
@StockroomTest
class AlertFeedTests {

	private static final String ALERTS = "/api/alerts";

	@Autowired
	ApplicationContext context;

	private LiveTenant tenant;

	private UUID product;

	@BeforeEach
	void open() {
		this.tenant = LiveTenant.open(this.context);
		this.product = this.tenant.product("A-1");
		this.tenant.move(this.product, EntryType.IN, 20);
	}

	@Test
	void startsWithTheOpenAlertsThenReadyThenEachStep() {
		this.tenant.move(this.product, EntryType.OUT, -15);
		try (SseReader reader = this.tenant.listen(ALERTS).awaitReady()) {
			assertThat(reader.events()).extracting(SseReader.Event::name).containsExactly("alert", "ready");
			assertThat(reader.events().getFirst().id()).isNull();
			assertThat(reader.events().getLast().id()).isEqualTo(this.tenant.position().toString());
			String alert = reader.events().getFirst().data().path("id").asString();
			this.tenant.post("/api/alerts/" + alert + "/acknowledgement", "");
			this.tenant.move(this.product, EntryType.OUT, -5);
			reader.awaitEvents("alert", 4);
			assertThat(steps(reader)).containsExactly("LOW_STOCK OPEN", "LOW_STOCK ACKNOWLEDGED", "LOW_STOCK RESOLVED",
					"OUT_OF_STOCK OPEN");
		}
	}

	@Test
	void severalStepsOfOneEntryHaveTheirPositionOnTheLast() {
		this.tenant.move(this.product, EntryType.OUT, -15);
		try (SseReader live = this.tenant.listen(ALERTS).awaitReady();
				SseReader filtered = this.tenant.listen(ALERTS + "?kind=LOW_STOCK").awaitReady()) {
			long sequence = this.tenant.move(this.product, EntryType.OUT, -5);
			String position = new Position(this.tenant.position().epoch(), sequence).toString();
			live.awaitEvents("alert", 3);
			assertThat(live.events("alert").subList(1, 3)).extracting(SseReader.Event::id)
				.containsExactly(null, position);
			filtered.awaitEvents("alert", 2);
			assertThat(filtered.events("alert").getLast().id()).isEqualTo(position);
		}
	}

	@Test
	void resumesExactlyAfterEachPosition() {
		this.tenant.move(this.product, EntryType.OUT, -15);
		this.tenant.move(this.product, EntryType.OUT, -5);
		this.tenant.move(this.product, EntryType.IN, 5);
		this.tenant.move(this.product, EntryType.IN, 50);
		Position head = this.tenant.position();
		List<SseReader.Event> all;
		try (SseReader reader = this.tenant.listen(ALERTS + "?after=0").awaitReady()) {
			all = reader.events("alert");
			assertThat(steps(reader)).containsExactly("LOW_STOCK OPEN", "LOW_STOCK RESOLVED", "OUT_OF_STOCK OPEN",
					"OUT_OF_STOCK RESOLVED", "LOW_STOCK OPEN", "LOW_STOCK RESOLVED");
		}
		for (long after = 0; after <= head.sequence(); after++) {
			long from = after;
			try (SseReader reader = this.tenant.resume(ALERTS, new Position(head.epoch(), after).toString())
				.awaitReady()) {
				assertThat(reader.events("alert"))
					.isEqualTo(all.stream().filter((event) -> event.sequence() > from).toList());
			}
		}
	}

	@Test
	void aStateFilterTellsWhatLeavesIt() {
		this.tenant.move(this.product, EntryType.OUT, -15);
		try (SseReader open = this.tenant.listen(ALERTS + "?state=OPEN").awaitReady();
				SseReader acknowledged = this.tenant.listen(ALERTS + "?state=ACKNOWLEDGED").awaitReady()) {
			String alert = open.events("alert").getFirst().data().path("id").asString();
			this.tenant.post("/api/alerts/" + alert + "/acknowledgement", "");
			this.tenant.move(this.product, EntryType.IN, 50);
			acknowledged.awaitEvents("alert", 2);
			assertThat(steps(acknowledged)).containsExactly("LOW_STOCK ACKNOWLEDGED", "LOW_STOCK RESOLVED");
			open.awaitEvents("alert", 2);
			assertThat(steps(open)).containsExactly("LOW_STOCK OPEN", "LOW_STOCK ACKNOWLEDGED");
		}
	}

	@Test
	void filtersLikeTheList() {
		UUID second = this.tenant.product("A-2");
		this.tenant.move(second, EntryType.IN, 20);
		this.tenant.move(second, EntryType.OUT, -15);
		try (SseReader one = this.tenant.listen(ALERTS + "?sku=A-1").awaitReady();
				SseReader other = this.tenant.listen(ALERTS + "?sku=A-2&state=OPEN").awaitReady();
				SseReader nothing = this.tenant.listen(ALERTS + "?sku=A-3").awaitReady();
				SseReader neither = this.tenant.listen(ALERTS + "?sku=A-1&productId=" + second).awaitReady()) {
			this.tenant.move(second, EntryType.IN, 50);
			this.tenant.move(this.product, EntryType.OUT, -15);
			one.awaitEvents("alert", 1);
			assertThat(products(one)).containsExactly(this.product);
			other.awaitEvents("alert", 2);
			assertThat(steps(other)).containsExactly("LOW_STOCK OPEN", "LOW_STOCK RESOLVED");
			assertThat(products(other)).containsExactly(second, second);
			assertThat(nothing.events("alert")).isEmpty();
			assertThat(neither.events("alert")).isEmpty();
		}
	}

	@Test
	void whatComesLiveIsWhatIsReadLater() {
		try (SseReader live = this.tenant.listen(ALERTS).awaitReady()) {
			this.tenant.move(this.product, EntryType.OUT, -15);
			this.tenant.move(this.product, EntryType.OUT, -5);
			live.awaitEvents("alert", 3);
			try (SseReader later = this.tenant.listen(ALERTS + "?after=0").awaitReady()) {
				assertThat(later.events("alert")).isEqualTo(live.events("alert"));
			}
		}
	}

	private static List<UUID> products(SseReader reader) {
		return reader.events("alert")
			.stream()
			.map((event) -> UUID.fromString(event.data().path("productId").asString()))
			.toList();
	}

	private static List<String> steps(SseReader reader) {
		return reader.events("alert")
			.stream()
			.map((event) -> event.data().path("kind").asString() + " " + event.data().path("state").asString())
			.toList();
	}

}
