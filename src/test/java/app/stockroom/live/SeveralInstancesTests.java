package app.stockroom.live;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import app.stockroom.StockroomTest;
import app.stockroom.ledger.Commit;
import app.stockroom.ledger.EntryType;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two instances of the service on one database and Redis.
 */
@StockroomTest
class SeveralInstancesTests {

	private static final String LEDGER = "/api/stock-movements";

	private static final int STREAMS = 4;

	private static @Nullable ConfigurableApplicationContext shared;

	@Autowired
	ApplicationContext context;

	private LiveTenant here;

	private UUID product;

	@BeforeEach
	void open() {
		this.here = LiveTenant.open(this.context);
		this.product = this.here.product("A-1");
	}

	@AfterAll
	static void stop() {
		if (shared != null) {
			shared.close();
		}
	}

	/** The other instance, seen by the same tenant. */
	private LiveTenant there() {
		if (shared == null) {
			shared = Instance.beside(this.context,
					Map.of("stockroom.live.heartbeat-ms", "200", "stockroom.live.streams", STREAMS));
		}
		return this.here.on(shared);
	}

	@Test
	void aChangeOnOneReachesTheSubscribersOfTheOther() throws InterruptedException {
		LiveTenant there = there();
		try (SseReader left = this.here.listen(LEDGER).awaitReady();
				SseReader right = there.listen(LEDGER).awaitReady();
				SseReader stock = there.listen("/api/inventory").awaitReady()) {
			long from = this.here.position().sequence();
			Thread one = Thread.startVirtualThread(() -> move(this.here, 200));
			Thread two = Thread.startVirtualThread(() -> move(there, 200));
			one.join();
			two.join();
			left.awaitEvents("movement", 400);
			right.awaitEvents("movement", 400);
			assertThat(LedgerFeedTests.sequences(left)).isEqualTo(LiveTenant.sequences(from + 1, from + 400));
			assertThat(LedgerFeedTests.sequences(right)).isEqualTo(LiveTenant.sequences(from + 1, from + 400));
			stock.await((events) -> events.lastEventId().equals(this.here.position().toString()));
			assertThat(stock.events("stock").getLast().data().path("quantity").asLong()).isEqualTo(400);
		}
	}

	@Test
	void streamsGoOnAtAnotherInstanceWhenOneStops() {
		ConfigurableApplicationContext other = Instance.beside(this.context, Map.of());
		SseReader reader = this.here.on(other).listen(LEDGER).awaitReady();
		long first = this.here.move(this.product, EntryType.IN, 1);
		reader.awaitEvents("movement", 1);
		long stopping = System.nanoTime();
		other.close();
		assertThat(Duration.ofNanos(System.nanoTime() - stopping)).isLessThan(Duration.ofSeconds(10));
		Awaitility.await().until(reader::ended);
		assertThat(reader.retry()).isBetween(FeedLimits.RETRY_MIN.toMillis(), FeedLimits.RETRY_MAX.toMillis());
		long second = this.here.move(this.product, EntryType.IN, 1);
		try (SseReader again = this.here.resume(LEDGER, reader.lastEventId()).awaitReady()) {
			assertThat(LedgerFeedTests.sequences(again)).containsExactly(second);
			assertThat(LedgerFeedTests.sequences(reader)).containsExactly(first);
		}
	}

	@Test
	void anInstanceServesNoMoreStreamsThanItIsSetTo() {
		LiveTenant there = there();
		// Streams of the other tests may still be on their way out.
		Awaitility.await().ignoreExceptions().untilAsserted(() -> {
			List<SseReader> readers = new ArrayList<>();
			try {
				for (int i = 0; i < STREAMS; i++) {
					readers.add(there.listen(LEDGER).awaitReady());
				}
				assertThat(there.request(LEDGER).statusCode()).isEqualTo(503);
				assertThat(readers).noneMatch(SseReader::ended);
			}
			finally {
				readers.forEach(SseReader::close);
			}
		});
		Awaitility.await().ignoreExceptions().until(() -> {
			try (SseReader next = there.listen(LEDGER)) {
				return !next.awaitReady().ended();
			}
		});
	}

	@Test
	void heartbeatsMoveThePositionOfWhoSeesNothing() {
		UUID quiet = this.here.product("A-2");
		try (SseReader reader = there().listen(LEDGER + "?productId=" + quiet).awaitReady()) {
			this.here.move(this.product, EntryType.IN, 1);
			reader.await((events) -> events.lastEventId().equals(this.here.position().toString()));
			assertThat(reader.events("movement")).isEmpty();
		}
	}

	@Test
	void aFeedEndsSomeTimeAfterItsLastSubscriber() {
		Feeds feeds = this.context.getBean(Feeds.class);
		try (SseReader reader = this.here.listen(LEDGER).awaitReady()) {
			assertThat(feeds.tenants()).contains(this.here.id());
		}
		Awaitility.await()
			.atMost(FeedLimits.LINGER.multipliedBy(3))
			.until(() -> !feeds.tenants().contains(this.here.id()));
		try (SseReader reader = this.here.listen(LEDGER).awaitReady()) {
			this.here.move(this.product, EntryType.IN, 1);
			reader.awaitEvents("movement", 1);
		}
	}

	@Test
	void whateverStandsOnTheChannelTheLedgerIsTold() {
		try (SseReader reader = this.here.listen(LEDGER).awaitReady();
				StatefulRedisConnection<String, String> redis = this.context.getBean(RedisClient.class)
					.connect(this.context.getBean(RedisURI.class))) {
			String channel = Commit.channel(this.here.id());
			String epoch = this.here.position().epoch();
			long head = this.here.position().sequence();
			for (String message : new String[] { "", "rubbish", "null", "[]", "{}", "{\"epoch\":\"ffffffff\",\"to\":7}",
					message(epoch, head + 50), message(epoch, head), message("ffffffff", head + 1) }) {
				redis.sync().publish(channel, message);
			}
			long sequence = this.here.move(this.product, EntryType.IN, 1);
			reader.awaitEvents("movement", 1);
			assertThat(LedgerFeedTests.sequences(reader)).containsExactly(sequence);
			assertThat(reader.events("reset")).isEmpty();
			long next = this.here.move(this.product, EntryType.IN, 1);
			reader.awaitEvents("movement", 2);
			assertThat(LedgerFeedTests.sequences(reader)).containsExactly(sequence, next);
		}
	}

	@Test
	void aStreamEndsWithItsToken() {
		String token = LiveTenant.token(this.context, this.here.id(), 1);
		try (SseReader reader = SseReader.open(this.here.address(LEDGER), token).awaitReady()) {
			Awaitility.await().atMost(Duration.ofSeconds(12)).until(reader::ended);
			assertThat(reader.retry()).isNotNull();
		}
	}

	private static String message(String epoch, long to) {
		return "{\"epoch\":\"%s\",\"previous\":%d,\"from\":%d,\"to\":%d}".formatted(epoch, to - 1, to, to);
	}

	private void move(LiveTenant tenant, int times) {
		for (int i = 0; i < times; i++) {
			tenant.move(this.product, EntryType.IN, 1);
		}
	}

}
