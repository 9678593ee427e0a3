package app.stockroom.live;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

import app.stockroom.Patience;
import app.stockroom.PrivateRedis;
import app.stockroom.StockroomTest;
import app.stockroom.TestServers;
import app.stockroom.ledger.Entry;
import app.stockroom.ledger.EntryType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The feed while Redis is stopped, frozen and back: it is only slower.
 */
@StockroomTest
@DirtiesContext
class RedisOutageTests {

	private static final String LEDGER = "/api/stock-movements";

	private static final PrivateRedis REDIS = TestServers.privateRedis();

	@Autowired
	ApplicationContext context;

	private LiveTenant tenant;

	private UUID product;

	@DynamicPropertySource
	static void redis(DynamicPropertyRegistry registry) {
		// Down when the service starts.
		REDIS.stop();
		TestServers.register(registry, TestServers.properties(REDIS.address()));
	}

	@AfterAll
	static void close() {
		REDIS.close();
	}

	@BeforeEach
	void open() {
		this.tenant = LiveTenant.open(this.context);
		this.product = this.tenant.product("A-1");
	}

	@Test
	void theLedgerComesWholeThroughStopsAndFreezes() throws InterruptedException {
		AtomicBoolean over = new AtomicBoolean();
		try (SseReader reader = this.tenant.listen(LEDGER + "?after=0").awaitReady()) {
			// Down since the start: carried by comparing heads.
			this.tenant.move(this.product, EntryType.IN, 1);
			reader.await(this::isComplete);
			Thread writer = Thread.startVirtualThread(() -> {
				while (!over.get()) {
					this.tenant.move(this.product, EntryType.IN, 1);
					this.tenant.move(this.product, EntryType.OUT, -1);
				}
			});
			REDIS.start();
			Thread.sleep(2000);
			REDIS.stop();
			Thread.sleep(3000);
			REDIS.start();
			Thread.sleep(2000);
			REDIS.pause();
			commitWithoutRedis();
			REDIS.resume();
			Thread.sleep(1000);
			REDIS.kill();
			Thread.sleep(1000);
			REDIS.start();
			over.set(true);
			writer.join();
			reader.await(this::isComplete);
			assertThat(LedgerFeedTests.sequences(reader))
				.isEqualTo(this.tenant.ledger().stream().map(Entry::sequence).toList());
			assertThat(reader.events("reset")).isEmpty();
			awaitSpeed(reader);
		}
	}

	/** Redis answers nothing, and nobody waits for it: not even its time-out, once. */
	private void commitWithoutRedis() {
		long from = System.nanoTime();
		for (int i = 0; i < 100; i++) {
			this.tenant.move(this.product, EntryType.IN, 1);
			this.tenant.move(this.product, EntryType.OUT, -1);
		}
		assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofMinutes(1));
	}

	/**
	 * Subscribed again: sooner than heads are compared, several times in a row. What came
	 * by comparing is followed by what comes a whole interval later.
	 */
	private void awaitSpeed(SseReader reader) throws InterruptedException {
		long end = System.nanoTime() + Patience.LONG.toNanos();
		int fast = 0;
		while (fast < 5) {
			assertThat(System.nanoTime()).as("time to be subscribed again").isLessThan(end);
			this.tenant.move(this.product, EntryType.IN, 1);
			long from = System.nanoTime();
			reader.await(this::isComplete);
			fast = (System.nanoTime() - from < FeedLimits.POLL.dividedBy(2).toNanos()) ? fast + 1 : 0;
			Thread.sleep(50);
		}
	}

	private boolean isComplete(SseReader reader) {
		return reader.lastEventId().equals(this.tenant.position().toString());
	}

}
