package app.stockroom.live;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import app.stockroom.ledger.Position;
import app.stockroom.tenancy.TenantId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The past is read once for all who want it.
 */
class ReplaysTests {

	private static final TenantId TENANT = new TenantId(UUID.randomUUID());

	private static final String EPOCH = "0000000a";

	private final Past past = new Past();

	private final Replays replays = new Replays(this.past, new FeedMetrics(new SimpleMeterRegistry()));

	@Test
	void thousandsWhoComeFromAboutTheSamePlaceShareTheirReads() {
		this.past.head = 3 * FeedLimits.REPLAY_STEP;
		List<Long> counts = Flux.range(0, 5000)
			.flatMap((i) -> playFrom(i % 700), 5000)
			.collectList()
			.block(Duration.ofSeconds(30));
		assertThat(counts).hasSize(5000);
		for (int i = 0; i < 700; i++) {
			assertThat(counts).contains(this.past.head - i);
		}
		assertThat(this.past.reads).containsExactly("0-2000", "2000-4000", "4000-6000");
	}

	@Test
	void aPartThatEndedWithTheLedgerIsReadAgainWhenThereIsMore() {
		this.past.head = 10;
		assertThat(playFrom(4).block()).isEqualTo(6);
		assertThat(playFrom(8).block()).isEqualTo(2);
		assertThat(this.past.reads).containsExactly("0-10");
		this.past.head = 15;
		assertThat(playFrom(10).block()).isEqualTo(5);
		assertThat(this.past.reads).containsExactly("0-10", "0-15");
	}

	@Test
	void whatCannotBeReadIsNotKept() {
		this.past.head = 10;
		this.past.fail = true;
		assertThat(playFrom(0).onErrorReturn(-1L).block()).isEqualTo(-1);
		this.past.fail = false;
		Awaitility.await().ignoreExceptions().until(() -> playFrom(0).block() == 10);
	}

	@Test
	void feedsAndTenantsAndEpochsAreKeptApart() {
		this.past.head = 10;
		Position begin = new Position(EPOCH, 0);
		this.replays.changes(TENANT, Feed.LEDGER, begin, 10).block();
		this.replays.changes(TENANT, Feed.STOCK, begin, 10).block();
		this.replays.changes(TENANT, Feed.LEDGER, new Position("0000000b", 0), 10).block();
		this.replays.changes(new TenantId(UUID.randomUUID()), Feed.LEDGER, begin, 10).block();
		assertThat(this.past.reads).hasSize(4);
	}

	@Test
	void whoHasSeenMoreIsToldWhereTheLedgerStandsAfterTheQuestion() {
		this.past.head = 10;
		Mono<Position> asked = this.replays.position(TENANT, 12);
		// The first answer is from before the question, for all that is known.
		this.past.growAfterRead = 12;
		assertThat(asked.block()).isEqualTo(new Position(EPOCH, 12));
	}

	@Test
	void thousandsWhoAskWhereTheLedgerStandsShareTheAnswers() {
		this.past.head = 10;
		List<Position> told = Flux.range(0, 5000)
			.flatMap((_) -> this.replays.position(TENANT, 10), 5000)
			.collectList()
			.block(Duration.ofSeconds(30));
		assertThat(told).hasSize(5000).containsOnly(new Position(EPOCH, 10));
		assertThat(this.past.asked).hasValueLessThan(20);
	}

	private Mono<Long> playFrom(long sequence) {
		return play(sequence, 0);
	}

	private Mono<Long> play(long at, long count) {
		if (at >= this.past.head) {
			return Mono.just(count);
		}
		return this.replays.changes(TENANT, Feed.LEDGER, new Position(EPOCH, at), this.past.head).flatMap((chunk) -> {
			assertThat(chunk.changes()).extracting(Change::sequence)
				.isEqualTo(LiveTenant.sequences(at + 1, chunk.upTo()));
			return play(chunk.upTo(), count + chunk.changes().size());
		});
	}

	/** A ledger that counts who reads it. */
	private static final class Past implements History {

		private final List<String> reads = new CopyOnWriteArrayList<>();

		private final AtomicInteger asked = new AtomicInteger();

		private volatile long head;

		private volatile long growAfterRead;

		private volatile boolean fail;

		@Override
		public Mono<Position> position(TenantId tenant) {
			return Mono.fromSupplier(() -> {
				this.asked.incrementAndGet();
				Position now = new Position(EPOCH, this.head);
				this.head = Math.max(this.head, this.growAfterRead);
				return now;
			});
		}

		@Override
		public Mono<Chunk> changes(TenantId tenant, Position after, long until) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Mono<Chunk> changes(TenantId tenant, Feed feed, Position after, long until) {
			return Mono.fromSupplier(() -> {
				if (this.fail) {
					throw new IllegalStateException("out of reach");
				}
				long upTo = Math.min(until, this.head);
				this.reads.add(after.sequence() + "-" + upTo);
				List<Change> changes = new ArrayList<>();
				LiveTenant.sequences(after.sequence() + 1, upTo)
					.forEach((sequence) -> changes.add(Change.ofAlerts(EPOCH, sequence, List.of())));
				return new Chunk(changes, upTo);
			});
		}

	}

}
