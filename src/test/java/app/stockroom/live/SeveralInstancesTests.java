package app.stockroom.live;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

import app.stockroom.Patience;
import app.stockroom.StockroomTest;
import app.stockroom.ledger.Commit;
import app.stockroom.ledger.EntryType;
import app.stockroom.tenancy.TenantId;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

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

	private static final int STREAMS = 6;

	private static final int OF_TENANT = 4;

	private static final int OF_USER = 3;

	private static final Duration LINGER = Duration.ofSeconds(1);

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
					Map.of("stockroom.live.heartbeat-ms", "200", "stockroom.live.streams", STREAMS,
							"stockroom.live.streams-per-tenant", OF_TENANT, "stockroom.live.streams-per-user", OF_USER,
							"stockroom.live.linger-ms", LINGER.toMillis()));
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
	void aFeedThatWasAskedForAndNeverReadIsForgotten() {
		there();
		Feeds feeds = Objects.requireNonNull(shared).getBean(Feeds.class);
		for (int i = 0; i < 300; i++) {
			feeds.position(new TenantId(UUID.randomUUID())).subscribe((_) -> {
			}, (_) -> {
			});
		}
		Awaitility.await().until(() -> feeds.tenants().isEmpty());
	}

	@Test
	void aSubscriptionThatOvertookItsEndIsEnded() {
		CommitChannels channels = this.context.getBean(CommitChannels.class);
		TenantId tenant = new TenantId(UUID.randomUUID());
		Mono<Void> late = channels.subscribe(tenant);
		channels.unsubscribe(tenant);
		try (RedisClient client = RedisClient.create(this.context.getBean(RedisURI.class));
				StatefulRedisConnection<String, String> redis = client.connect()) {
			Awaitility.await().until(() -> {
				late.block();
				return redis.sync().pubsubChannels(Commit.channel(tenant)).size() == 1;
			});
			Awaitility.await().until(() -> redis.sync().pubsubChannels(Commit.channel(tenant)).isEmpty());
		}
	}

	@Test
	void streamsGoOnAtAnotherInstanceWhenOneStops() {
		// What waited for the streams would wait for all of it.
		ConfigurableApplicationContext other = Instance.beside(this.context,
				Map.of("spring.lifecycle.timeout-per-shutdown-phase", 2 * Patience.SECONDS + "s"));
		SseReader reader = this.here.on(other).listen(LEDGER).awaitReady();
		long first = this.here.move(this.product, EntryType.IN, 1);
		reader.awaitEvents("movement", 1);
		long stopping = System.nanoTime();
		other.close();
		assertThat(Duration.ofNanos(System.nanoTime() - stopping)).isLessThan(Patience.LONG);
		Awaitility.await().until(reader::ended);
		assertThat(reader.retry()).isBetween(FeedLimits.RETRY_MIN.toMillis(), FeedLimits.RETRY_MAX.toMillis());
		long second = this.here.move(this.product, EntryType.IN, 1);
		try (SseReader again = this.here.resume(LEDGER, reader.lastEventId()).awaitReady()) {
			assertThat(LedgerFeedTests.sequences(again)).containsExactly(second);
			assertThat(LedgerFeedTests.sequences(reader)).containsExactly(first);
		}
	}

	@Test
	void nobodyHasMoreStreamsThanAreAllowed() {
		LiveTenant there = there();
		LiveTenant colleague = there.as("a colleague");
		LiveTenant stranger = LiveTenant.open(Objects.requireNonNull(shared));
		// Streams of the other tests may still be on their way out.
		Awaitility.await().ignoreExceptions().untilAsserted(() -> {
			List<SseReader> readers = new ArrayList<>();
			try {
				open(readers, there, OF_USER);
				assertRefused(there, 429, "user");
				open(readers, colleague, OF_TENANT - OF_USER);
				assertRefused(colleague, 429, "tenant");
				open(readers, stranger, STREAMS - OF_TENANT);
				assertRefused(stranger, 503, "");
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

	private static void open(List<SseReader> readers, LiveTenant tenant, int count) {
		for (int i = 0; i < count; i++) {
			readers.add(tenant.listen(LEDGER).awaitReady());
		}
	}

	private static void assertRefused(LiveTenant tenant, int status, String of) throws IOException {
		HttpResponse<InputStream> refused = tenant.request(LEDGER);
		JsonNode problem = new JsonMapper().readTree(refused.body().readAllBytes());
		assertThat(refused.statusCode()).isEqualTo(status);
		assertThat(problem.path("of").asString("")).isEqualTo(of);
		assertThat(problem.path("type").asString())
			.isEqualTo("urn:stockroom:" + ((status == 429) ? "too-many-streams" : "unavailable"));
		assertThat(refused.headers().firstValue("Retry-After")).isPresent();
		assertThat(refused.headers().firstValue("Content-Type")).contains("application/problem+json");
	}

	@Test
	void theStreamsOfADeletedTenantEnd() {
		LiveTenant there = there();
		try (SseReader one = this.here.listen(LEDGER).awaitReady();
				SseReader other = there.listen("/api/inventory").awaitReady()) {
			this.here.delete();
			for (SseReader reader : List.of(one, other)) {
				Awaitility.await().until(reader::ended);
				assertThat(reader.events("problem").getFirst().data().path("type").asString())
					.isEqualTo("urn:stockroom:forbidden");
			}
		}
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
		LiveTenant there = there();
		Feeds feeds = Objects.requireNonNull(shared).getBean(Feeds.class);
		try (SseReader reader = there.listen(LEDGER).awaitReady()) {
			assertThat(feeds.tenants()).contains(this.here.id());
		}
		Awaitility.await().until(() -> !feeds.tenants().contains(this.here.id()));
		try (SseReader reader = there.listen(LEDGER).awaitReady()) {
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
			Awaitility.await().until(reader::ended);
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
