package app.stockroom.live;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

import app.stockroom.StockroomTest;
import app.stockroom.ledger.Command;
import app.stockroom.ledger.EntryType;
import app.stockroom.ledger.Ledger;
import io.micrometer.core.instrument.MeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many streams lose their connections at the same moment and come back.
 */
@StockroomTest
class ReconnectStormTests {

	/** Fewer than one may have, because the first has one more. */
	private static final int STREAMS_OF_USER = 90;

	@Autowired
	ApplicationContext context;

	private final List<LedgerReader> readers = new ArrayList<>();

	private LiveTenant tenant;

	private UUID product;

	@BeforeEach
	void open() {
		this.tenant = LiveTenant.open(this.context);
		this.product = this.tenant.product("A-1");
	}

	@AfterEach
	void close() {
		this.readers.forEach(LedgerReader::close);
	}

	@Test
	void whoWasAwayForAMomentComesBackWithoutAReadOfTheDatabase() {
		String position = this.tenant.position().toString();
		listen(150, (port, token) -> LedgerReader.start(port, token, position));
		double reads = reads();
		this.readers.forEach(LedgerReader::cut);
		write(300);
		awaitAll(Duration.ofSeconds(60));
		assertThat(reads()).isEqualTo(reads);
		assertExact();
	}

	@Test
	void whoWasAwayForLongSharesTheReadsWithAllOthers() {
		comeBackFromLongAgo(150);
	}

	@Test
	@Tag("long")
	void fiveThousandComeBackWithinAMinute() {
		comeBackFromLongAgo(5000);
	}

	/**
	 * They lose their streams at the same moment and stay away for so long that the feed
	 * does not remember where they were. They read one product among others: what is
	 * measured is what the server does to find its entries.
	 */
	private void comeBackFromLongAgo(int streams) {
		UUID rare = this.tenant.product("A-2");
		String begin = this.tenant.position().toString();
		listen(1, (port, token) -> LedgerReader.start(port, token, begin));
		listen(streams, (port, token) -> LedgerReader.ofProduct(port, token, begin, rare, 1));
		List<LedgerReader> dropped = this.readers.subList(1, streams + 1);
		dropped.forEach(LedgerReader::hold);
		for (int written = 0; written < 2 * FeedLimits.REPLAY_STEP + FeedLimits.RECENT_CHANGES; written += 200) {
			write(200);
			this.tenant.move(rare, EntryType.IN, 1);
		}
		long version = this.tenant.ledger().stream().filter((entry) -> rare.equals(entry.productId())).count();
		double reads = reads();
		long from = System.nanoTime();
		dropped.forEach(LedgerReader::release);
		awaitAll(Duration.ofSeconds(60));
		double seconds = (System.nanoTime() - from) / 1e9;
		System.out.printf("%,d streams were back after %.1f s and %.0f reads%n", streams, seconds, reads() - reads);
		assertExact();
		assertThat(dropped).extracting(LedgerReader::version).containsOnly(version);
		assertThat(dropped).allMatch((reader) -> reader.opened() > 1);
		assertThat(reads() - reads).as("reads in %.1f s", seconds)
			.isGreaterThanOrEqualTo(2)
			.isLessThanOrEqualTo(FeedLimits.REPLAY_READS * (seconds + 1));
	}

	private void listen(int streams, BiFunction<Integer, String, LedgerReader> reader) {
		int port = URI.create(this.tenant.address("/")).getPort();
		for (int user = 0; user * STREAMS_OF_USER < streams; user++) {
			String token = this.tenant.as("reader " + user).token();
			IntStream.range(0, Math.min(STREAMS_OF_USER, streams - user * STREAMS_OF_USER))
				.forEach((_) -> this.readers.add(reader.apply(port, token)));
		}
		Awaitility.await()
			.atMost(Duration.ofMinutes(1))
			.until(() -> this.readers.stream().allMatch((one) -> one.live() || one.violation() != null));
	}

	private void awaitAll(Duration atMost) {
		long head = this.tenant.position().sequence();
		Awaitility.await()
			.atMost(atMost)
			.until(() -> this.readers.stream()
				.allMatch((reader) -> (reader.live() && reader.sequence() == head) || reader.violation() != null));
	}

	/** Each reader has seen that what it got is dense; so it got everything. */
	private void assertExact() {
		assertThat(this.readers).extracting(LedgerReader::violation).containsOnlyNulls();
		assertThat(this.readers).extracting(LedgerReader::sequence).containsOnly(this.tenant.position().sequence());
	}

	private double reads() {
		MeterRegistry meters = this.context.getBean(MeterRegistry.class);
		return meters.counter("stockroom.feed.reads", "of", "past").count()
				+ meters.counter("stockroom.feed.reads", "of", "present").count();
	}

	private void write(int entries) {
		Ledger ledger = this.context.getBean(Ledger.class);
		for (int written = 0; written < entries; written += 200) {
			List<Command.Line> lines = IntStream.range(0, Math.min(200, entries - written))
				.mapToObj((i) -> new Command.Line(Command.ProductRef.of(this.product), null,
						(i % 2 == 0) ? EntryType.IN : EntryType.OUT, (i % 2 == 0) ? 1 : -1, 0, Command.Note.NONE, null))
				.toList();
			ledger.post(this.tenant.id(), new Command("test", lines, null)).block(Duration.ofSeconds(30));
		}
	}

}
