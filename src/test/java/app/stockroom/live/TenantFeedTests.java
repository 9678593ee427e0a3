package app.stockroom.live;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import app.stockroom.inventory.InventoryFilter;
import app.stockroom.ledger.Alert;
import app.stockroom.ledger.Commit;
import app.stockroom.ledger.Entry;
import app.stockroom.ledger.EntryType;
import app.stockroom.ledger.Position;
import app.stockroom.platform.Problem;
import app.stockroom.tenancy.Caller;
import app.stockroom.tenancy.Scope;
import app.stockroom.tenancy.TenantId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The order of a tenant's feed, in virtual time and with announcements of every kind of
 * unreliability.
 */
class TenantFeedTests {

	private static final TenantId TENANT = new TenantId(UUID.randomUUID());

	private static final String EPOCH = "0000000a";

	private static final Duration MOMENT = FeedLimits.HOLE_PATIENCE.plusMillis(1);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final EventEncoder encoder = new EventEncoder(new JsonMapper());

	private final FeedMetrics metrics = new FeedMetrics(new SimpleMeterRegistry());

	private final FakeLedger ledger = new FakeLedger();

	private final AtomicLong remembered = new AtomicLong();

	private final TenantFeed feed = new TenantFeed(TENANT, this.time.createWorker(), this.ledger,
			new StockNames((ids) -> Mono.just(List.of())), this.encoder, this.metrics, new Recent(this.remembered));

	private final Reader reader = new Reader();

	@Test
	void deliversInOrderWhatComesInOrder() {
		start(0);
		announce(1, 2);
		announce(3, 3);
		assertThat(this.reader.sequences()).containsExactly(1L, 2L, 3L);
		assertThat(this.ledger.reads).isEmpty();
	}

	@Test
	void waitsAMomentForWhatIsLate() {
		start(0);
		announce(3, 4);
		announce(2, 2);
		this.time.advanceTimeBy(FeedLimits.HOLE_PATIENCE.minusMillis(1));
		assertThat(this.reader.sequences()).isEmpty();
		announce(1, 1);
		assertThat(this.reader.sequences()).containsExactly(1L, 2L, 3L, 4L);
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.ledger.reads).isEmpty();
	}

	@Test
	void ignoresWhatComesTwice() {
		start(0);
		announce(1, 2);
		announce(1, 2);
		announce(4, 4);
		announce(4, 4);
		announce(3, 3);
		announce(3, 3);
		announce(1, 2);
		assertThat(this.reader.sequences()).containsExactly(1L, 2L, 3L, 4L);
	}

	@Test
	void readsFromTheLedgerWhatNeverComes() {
		start(0);
		announce(1, 1);
		this.ledger.grow(5);
		announce(4, 5);
		assertThat(this.reader.sequences()).containsExactly(1L);
		assertThat(this.ledger.reads).isEmpty();
		this.time.advanceTimeBy(MOMENT);
		assertThat(this.reader.sequences()).containsExactly(1L, 2L, 3L, 4L, 5L);
		assertThat(this.ledger.reads).containsExactly("1-5");
	}

	@Test
	void doesNotReadWhileMessagesKeepClosingTheHoles() {
		start(0);
		for (long sequence = 1; sequence < 40; sequence += 2) {
			announce(sequence + 1, sequence + 1);
			this.time.advanceTimeBy(FeedLimits.HOLE_PATIENCE.dividedBy(2));
			announce(sequence, sequence);
		}
		assertThat(this.reader.sequences()).isEqualTo(LiveTenant.sequences(1, 40));
		assertThat(this.ledger.reads).isEmpty();
	}

	@Test
	void readsAtOnceWhatIsAnnouncedWithoutEntries() {
		start(0);
		this.ledger.grow(3);
		this.feed.announced(1000, () -> new Commit(TENANT, EPOCH, 0, 1, 3, null, null));
		this.time.advanceTime();
		assertThat(this.reader.sequences()).containsExactly(1L, 2L, 3L);
	}

	@Test
	void theComparisonOfHeadsFindsWhatNobodyAnnounced() {
		start(0);
		this.ledger.grow(2000);
		this.feed.seen(this.ledger.head());
		this.time.advanceTimeBy(MOMENT);
		assertThat(this.reader.sequences()).isEqualTo(LiveTenant.sequences(1, 2000));
		assertThat(this.ledger.reads).hasSize(4);
	}

	@Test
	void anAnnouncementThatIsOverlappedByAReadIsUsedForItsRest() {
		start(0);
		this.ledger.grow(4);
		this.feed.seen(new Position(EPOCH, 2));
		this.time.advanceTimeBy(MOMENT);
		announce(1, 4);
		assertThat(this.reader.sequences()).containsExactly(1L, 2L, 3L, 4L);
	}

	@Test
	void whatCannotBeReadIsReadLater() {
		start(0);
		this.ledger.grow(3);
		this.ledger.fail = true;
		this.feed.seen(this.ledger.head());
		this.time.advanceTimeBy(MOMENT);
		announce(4, 4);
		assertThat(this.reader.sequences()).isEmpty();
		this.ledger.fail = false;
		this.ledger.grow(4);
		this.feed.seen(this.ledger.head());
		this.time.advanceTimeBy(MOMENT);
		assertThat(this.reader.sequences()).containsExactly(1L, 2L, 3L, 4L);
	}

	@Test
	void anotherEpochResetsEverybody() {
		start(5);
		announce(6, 6);
		this.ledger.epoch = "0000000b";
		this.ledger.sequence = 3;
		this.feed.announced(1000, () -> commit("0000000b", 4, 4));
		this.time.advanceTime();
		assertThat(this.reader.text()).contains("event: reset").contains("id: \n");
		Reader next = new Reader();
		Position joined = next.join(3);
		assertThat(joined).isEqualTo(new Position("0000000b", 3));
		this.feed.announced(1000, () -> commit("0000000b", 4, 4));
		this.time.advanceTime();
		assertThat(next.sequences()).containsExactly(4L);
		assertThat(this.reader.sequences()).containsExactly(6L);
	}

	@Test
	void lateNewsOfAnOldEpochChangeNothing() {
		start(2);
		this.feed.announced(1000, () -> commit("00000001", 7, 9));
		this.time.advanceTime();
		announce(3, 3);
		assertThat(this.reader.sequences()).containsExactly(3L);
		assertThat(this.reader.text()).doesNotContain("reset");
	}

	@Test
	void anAnnouncementOfWhatIsNotInTheLedgerIsForgotten() {
		start(0);
		this.feed.announced(1000, () -> new Commit(TENANT, EPOCH, 1_000_000, 1_000_001, 1_000_002, null, null));
		this.time.advanceTimeBy(Duration.ofSeconds(10));
		assertThat(this.ledger.reads).hasSize(1);
		announce(1, 1);
		assertThat(this.reader.sequences()).containsExactly(1L);
	}

	@Test
	void announcementsThatPileUpAreDroppedAndReadLater() {
		start(0);
		int fit = FeedLimits.INBOX_BYTES / 1000;
		// The worker is busy with the first while the others come.
		this.feed.announced(0, () -> {
			for (long sequence = 2; sequence <= fit + 10; sequence++) {
				Commit commit = commit(EPOCH, sequence, sequence);
				this.feed.announced(1000, () -> commit);
			}
			return commit(EPOCH, 1, 1);
		});
		this.time.advanceTime();
		assertThat(this.reader.sequences()).isEqualTo(LiveTenant.sequences(1, fit + 1));
		this.ledger.grow(fit + 10);
		this.feed.seen(this.ledger.head());
		this.time.advanceTimeBy(MOMENT);
		assertThat(this.reader.sequences()).isEqualTo(LiveTenant.sequences(1, fit + 10));
	}

	@Test
	void anAnswerAboutAnotherHistoryIsNotUsed() {
		start(0);
		this.ledger.grow(3);
		this.ledger.slow = true;
		this.feed.seen(this.ledger.head());
		this.time.advanceTimeBy(MOMENT);
		this.ledger.epoch = "0000000b";
		this.feed.seen(this.ledger.head());
		this.time.advanceTime();
		Reader next = new Reader();
		assertThat(next.join(3).sequence()).isEqualTo(3);
		this.ledger.answer();
		this.time.advanceTime();
		assertThat(next.sequences()).isEmpty();
		this.feed.announced(1000, () -> commit("0000000b", 4, 4));
		this.time.advanceTime();
		assertThat(next.sequences()).containsExactly(4L);
	}

	@Test
	void nothingOvertakesWhatIsBeingRead() {
		start(0);
		this.ledger.grow(3);
		this.ledger.slow = true;
		this.feed.seen(this.ledger.head());
		this.time.advanceTimeBy(MOMENT);
		announce(1, 3);
		announce(4, 4);
		assertThat(this.reader.sequences()).isEmpty();
		this.ledger.answer();
		this.time.advanceTime();
		assertThat(this.reader.sequences()).containsExactly(1L, 2L, 3L, 4L);
	}

	@Test
	void whoJoinsGetsWhatComesAfterThePositionOfJoining() {
		start(0);
		announce(1, 2);
		announce(5, 5);
		Reader second = new Reader();
		assertThat(second.join(2).sequence()).isEqualTo(2);
		announce(3, 4);
		assertThat(second.sequences()).containsExactly(3L, 4L, 5L);
	}

	@Test
	void whoIsAheadOfTheFeedGetsNothingTwice() {
		start(0);
		Reader ahead = new Reader();
		assertThat(ahead.join(2).sequence()).isZero();
		announce(1, 3);
		assertThat(ahead.sequences()).containsExactly(3L);
	}

	@Test
	void whoJoinsBeforeTheStartWaitsForIt() {
		Mono<Entrance> joining = this.feed.join(this.reader.subscriber, TenantFeed.NOW);
		List<Entrance> joined = new ArrayList<>();
		joining.subscribe(joined::add);
		this.time.advanceTime();
		announce(1, 1);
		assertThat(joined).isEmpty();
		this.feed.seen(new Position(EPOCH, 0));
		this.time.advanceTime();
		assertThat(joined).containsExactly(new Entrance.Joined(new Position(EPOCH, 1), List.of()));
		announce(2, 2);
		assertThat(this.reader.sequences()).containsExactly(2L);
	}

	@Test
	void whoComesBackIsGivenWhatItMissedWithoutAReadOfTheLedger() {
		start(0);
		announce(1, 5);
		assertThat(missed(new Reader().enter(2))).containsExactly(3L, 4L, 5L);
		assertThat(missed(new Reader().enter(5))).isEmpty();
		assertThat(this.ledger.reads).isEmpty();
	}

	@Test
	void whoComesFromBeforeTheFeedBeganReadsTheLedger() {
		start(7);
		announce(8, 9);
		assertThat(new Reader().enter(6)).isEqualTo(new Entrance.TooFar(new Position(EPOCH, 7)));
		assertThat(missed(new Reader().enter(7))).containsExactly(8L, 9L);
	}

	@Test
	void onlySoManyChangesAreRemembered() {
		start(0);
		long many = FeedLimits.RECENT_CHANGES + 10;
		for (long sequence = 1; sequence <= many; sequence += 10) {
			announce(sequence, Math.min(many, sequence + 9));
		}
		Entrance.TooFar refused = (Entrance.TooFar) new Reader().enter(0);
		long first = refused.from().sequence();
		assertThat(first).isGreaterThanOrEqualTo(10);
		assertThat(missed(new Reader().enter(first))).isEqualTo(LiveTenant.sequences(first + 1, many));
		assertThat(this.remembered.get()).isBetween(1L, (long) FeedLimits.RECENT_BYTES);
		this.feed.close();
		this.time.advanceTime();
		assertThat(this.remembered.get()).isZero();
	}

	@Test
	void whatAllTenantsRememberTogetherIsBounded() {
		start(0);
		announce(1, 300);
		this.remembered.addAndGet(FeedLimits.RECENT_BYTES_OF_ALL);
		announce(301, 301);
		assertThat(new Reader().enter(100)).isInstanceOf(Entrance.TooFar.class);
		assertThat(missed(new Reader().enter(300))).containsExactly(301L);
	}

	@Test
	void anotherEpochIsNotMixedWithWhatIsRemembered() {
		start(0);
		announce(1, 5);
		this.ledger.epoch = "0000000b";
		this.feed.seen(new Position("0000000b", 3));
		this.time.advanceTime();
		assertThat(new Reader().enter(2)).isEqualTo(new Entrance.TooFar(new Position("0000000b", 3)));
	}

	@Test
	void aReaderOfStockIsNotGivenChangesWithoutTheirRecords() {
		start(0);
		announce(1, 5);
		Reader stock = new Reader(new View.Stock(new InventoryFilter(null, null, null, Set.of(), null)));
		assertThat(stock.enter(2)).isEqualTo(new Entrance.TooFar(new Position(EPOCH, 5)));
		assertThat(missed(new Reader().enter(2))).containsExactly(3L, 4L, 5L);
	}

	@Test
	void whoAsksWhereAFeedStandsIsToldWhenTheLedgerCannotBeAsked() {
		this.ledger.fail = true;
		this.feed.start();
		StepVerifier.create(this.feed.position()).then(this.time::advanceTime).verifyError(IllegalStateException.class);
		this.ledger.fail = false;
		StepVerifier.create(this.feed.position())
			.then(this.time::advanceTime)
			.expectNext(new Position(EPOCH, 0))
			.verifyComplete();
	}

	@Test
	void theStreamsOfATenantThatIsGoneEnd() {
		start(0);
		this.feed.dismiss(this.encoder.problem(Problem.FORBIDDEN.because("gone")));
		this.time.advanceTime();
		assertThat(this.reader.text()).contains("urn:stockroom:forbidden");
	}

	@Test
	void tellsThePositionWithEachHeartbeat() {
		start(3);
		this.feed.beat(1000, 1000);
		this.time.advanceTimeBy(Duration.ofMillis(1500));
		assertThat(this.reader.text()).contains("event: heartbeat").contains("id: " + EPOCH + "-3");
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 })
	void anyDisorderComesOutAsTheLedger(long seed) {
		Random random = new Random(seed);
		start(0);
		List<Commit> messages = new ArrayList<>();
		long last = 0;
		while (last < 3000) {
			long to = last + 1 + random.nextInt(4);
			messages.add((random.nextInt(20) == 0) ? new Commit(TENANT, EPOCH, last, last + 1, to, null, null)
					: commit(EPOCH, last + 1, to));
			last = to;
		}
		this.ledger.grow(last);
		List<Commit> sent = new ArrayList<>();
		for (Commit message : messages) {
			for (int copies = random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(5) / 4; copies > 0; copies--) {
				sent.add(message);
			}
		}
		for (int i = 0; i < sent.size(); i++) {
			Collections.swap(sent, i, Math.min(sent.size() - 1, i + random.nextInt(8)));
		}
		for (Commit message : sent) {
			this.feed.announced(1000, () -> message);
			this.time.advanceTimeBy(Duration.ofMillis(random.nextInt(20)));
		}
		this.feed.seen(this.ledger.head());
		// One moment for the hole that is watched already, one for the last.
		this.time.advanceTimeBy(MOMENT.multipliedBy(2));
		assertThat(this.reader.sequences()).as("seed %d", seed).isEqualTo(LiveTenant.sequences(1, last));
	}

	private static List<Long> missed(Entrance entrance) {
		return ((Entrance.Joined) entrance).missed().stream().map(Change::sequence).toList();
	}

	private void start(long sequence) {
		this.ledger.grow(sequence);
		this.feed.seen(new Position(EPOCH, sequence));
		this.time.advanceTime();
		this.reader.join(sequence);
	}

	private void announce(long from, long to) {
		this.feed.announced(1000, () -> commit(EPOCH, from, to));
		this.time.advanceTime();
	}

	private static Commit commit(String epoch, long from, long to) {
		return new Commit(TENANT, epoch, from - 1, from, to,
				LiveTenant.sequences(from, to).stream().map(TenantFeedTests::entry).toList(), List.<Alert>of());
	}

	private static Entry entry(long sequence) {
		return new Entry(sequence, EntryType.IN, TENANT.value(), TENANT.value(), TENANT.value(), 1, 0, sequence, 0L,
				10L, 1000L, sequence, null, null, "test", null, Instant.EPOCH, null, null);
	}

	/** A ledger that has every sequence up to its head. */
	private static final class FakeLedger implements History {

		private final List<String> reads = new ArrayList<>();

		private String epoch = EPOCH;

		private long sequence;

		private boolean fail;

		private boolean slow;

		private final Sinks.Empty<Void> answer = Sinks.empty();

		private void answer() {
			this.answer.tryEmitEmpty().orThrow();
		}

		private void grow(long to) {
			this.sequence = Math.max(this.sequence, to);
		}

		private Position head() {
			return new Position(this.epoch, this.sequence);
		}

		@Override
		public Mono<Position> position(TenantId tenant) {
			if (this.fail) {
				return Mono.error(new IllegalStateException("out of reach"));
			}
			return Mono.fromSupplier(this::head);
		}

		@Override
		public Mono<Chunk> changes(TenantId tenant, Position after, long until) {
			if (this.fail) {
				return Mono.error(new IllegalStateException("out of reach"));
			}
			this.reads.add(after.sequence() + "-" + until);
			long upTo = Math.min(Math.min(until, this.sequence), after.sequence() + FeedLimits.CHUNK);
			Chunk chunk = new Chunk(LiveTenant.sequences(after.sequence() + 1, upTo)
				.stream()
				.map((sequence) -> new Change(after.epoch(), entry(sequence), List.of()))
				.toList(), upTo);
			return this.slow ? this.answer.asMono().thenReturn(chunk) : Mono.just(chunk);
		}

		@Override
		public Mono<Chunk> changes(TenantId tenant, Feed feed, Position after, long until) {
			return changes(tenant, after, until);
		}

	}

	/** A subscriber whose network takes everything at once. */
	private final class Reader implements Wire {

		private static final Pattern MOVEMENT = Pattern.compile("event: movement\ndata: \\{\"sequence\":(\\d+),");

		private final StringBuilder text = new StringBuilder();

		private final FeedSubscriber subscriber;

		private Reader() {
			this(new View.Ledger(null, null, null, Set.of(), null));
		}

		private Reader(View view) {
			Caller caller = new Caller(TENANT, "test", Set.of(Scope.INVENTORY_READ), Instant.MAX);
			FeedRequest request = new FeedRequest(caller, view, new StartPosition.Fresh(), null);
			this.subscriber = new FeedSubscriber(request, TenantFeedTests.this.encoder, TenantFeedTests.this.metrics);
			EventStream stream = new EventStream(this, this.subscriber.outbox(), () -> 0, this.subscriber);
			this.subscriber.stream(stream);
			stream.serve(Mono.empty(), () -> {
			}).subscribe();
			stream.goLive();
		}

		private Position join(long after) {
			this.subscriber.skipTo(after);
			return ((Entrance.Joined) enter(after)).position();
		}

		private Entrance enter(long after) {
			List<Entrance> entrances = new ArrayList<>();
			TenantFeedTests.this.feed.join(this.subscriber, after).subscribe(entrances::add);
			TenantFeedTests.this.time.advanceTime();
			return entrances.getFirst();
		}

		private String text() {
			return this.text.toString();
		}

		private List<Long> sequences() {
			List<Long> sequences = new ArrayList<>();
			Matcher movements = MOVEMENT.matcher(this.text);
			while (movements.find()) {
				sequences.add(Long.valueOf(movements.group(1)));
			}
			return sequences;
		}

		@Override
		public Mono<Void> begin() {
			return Mono.empty();
		}

		@Override
		public void write(List<byte[]> parts, Written written) {
			parts.forEach((part) -> this.text.append(new String(part, StandardCharsets.UTF_8)));
			written.done(true);
		}

		@Override
		public Executor loop() {
			return Runnable::run;
		}

		@Override
		public void later(Runnable step, Duration delay) {
			TenantFeedTests.this.time.schedule(step, delay.toMillis(), TimeUnit.MILLISECONDS);
		}

		@Override
		public void onClose(Runnable closed) {
		}

		@Override
		public void end() {
		}

		@Override
		public void close() {
		}

	}

}
