package app.stockroom.live;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

import app.stockroom.tenancy.Caller;
import app.stockroom.tenancy.Scope;
import app.stockroom.tenancy.TenantId;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is written to a reader, and when, over a network that takes a write when the test
 * says so.
 */
class EventStreamTests {

	private final MeterRegistry meters = new SimpleMeterRegistry();

	private final AtomicLong clock = new AtomicLong();

	private final Network network = new Network();

	private final FeedSubscriber subscriber = new FeedSubscriber(
			new FeedRequest(
					new Caller(new TenantId(UUID.randomUUID()), "test", Set.of(Scope.INVENTORY_READ), Instant.MAX),
					new View.Ledger(null, null, null, Set.of(), null), new StartPosition.Fresh(), null),
			new EventEncoder(new JsonMapper()), new FeedMetrics(this.meters));

	private final EventStream stream = new EventStream(this.network, this.subscriber.outbox(), this.clock::get,
			this.subscriber);

	private boolean over;

	@BeforeEach
	void open() {
		this.subscriber.stream(this.stream);
		this.stream.serve(Mono.empty(), () -> this.over = true).subscribe();
		this.stream.goLive();
	}

	@Test
	void whatWaitsWhileAWriteIsUnderWayGoesTogetherInTheNext() {
		for (int i = 1; i <= 5; i++) {
			offer("event " + i);
		}
		assertThat(this.network.written).containsExactly("event 1");
		this.network.take();
		assertThat(this.network.written).containsExactly("event 1", "event 2event 3event 4event 5");
		this.network.take();
		assertThat(this.network.written).hasSize(2);
	}

	@Test
	void aReaderWhoTakesNothingForAMinuteIsClosedAsSlow() {
		offer("event");
		this.clock.addAndGet(FeedLimits.STALL.toMillis());
		assertThat(this.subscriber.isStalled()).isFalse();
		this.clock.addAndGet(1);
		assertThat(this.subscriber.isStalled()).isTrue();
		this.subscriber.abort();
		assertThat(this.network.closed).isTrue();
		assertThat(this.meters.counter("stockroom.feed.slow", "feed", "ledger").count()).isEqualTo(1);
	}

	@Test
	void aReaderWhoTakesWhatThereIsNeverStalls() {
		offer("event");
		this.network.take();
		this.clock.addAndGet(FeedLimits.STALL.toMillis() * 2);
		assertThat(this.subscriber.isStalled()).isFalse();
		offer("another");
		assertThat(this.subscriber.isStalled()).isFalse();
	}

	@Test
	void theEndDropsWhatWaitsAndComesAfterTheWriteThatIsUnderWay() {
		offer("event");
		offer("dropped");
		this.stream.end("farewell".getBytes(StandardCharsets.UTF_8));
		assertThat(this.over).isFalse();
		this.network.take();
		assertThat(this.network.written).containsExactly("event", "farewell");
		this.network.take();
		assertThat(this.over).isTrue();
		assertThat(this.network.ended).isTrue();
	}

	private void offer(String text) {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		assertThat(this.subscriber.outbox().offer(new Frame(1, text, bytes, 1))).isTrue();
		this.stream.wake();
	}

	/** Takes one write at a time, when it is told to. */
	private static final class Network implements Wire {

		private final List<String> written = new ArrayList<>();

		private final ArrayDeque<Written> waiting = new ArrayDeque<>();

		private boolean ended;

		private boolean closed;

		void take() {
			this.waiting.remove().done(true);
		}

		@Override
		public Mono<Void> begin() {
			return Mono.empty();
		}

		@Override
		public void write(List<byte[]> parts, Written done) {
			StringBuilder text = new StringBuilder();
			parts.forEach((part) -> text.append(new String(part, StandardCharsets.UTF_8)));
			this.written.add(text.toString());
			this.waiting.add(done);
		}

		@Override
		public Executor loop() {
			return Runnable::run;
		}

		@Override
		public void later(Runnable step, Duration delay) {
			throw new UnsupportedOperationException("nobody is conflated here");
		}

		@Override
		public void onClose(Runnable gone) {
			// stays
		}

		@Override
		public void end() {
			this.ended = true;
		}

		@Override
		public void close() {
			this.closed = true;
		}

	}

}
