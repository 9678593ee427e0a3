package app.stockroom.live;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What waits for one subscriber: bounded, in order, and conflated where that is allowed.
 */
class OutboxTests {

	@Test
	void aReaderOfEverythingIsRefusedWhenTheOutboxIsFull() {
		Outbox outbox = new Outbox(Outbox.Mode.ALL);
		for (int i = 1; i <= FeedLimits.QUEUED_EVENTS; i++) {
			assertThat(outbox.offer(frame(i, "a"))).isTrue();
		}
		assertThat(outbox.offer(frame(FeedLimits.QUEUED_EVENTS + 1, "a"))).isFalse();
	}

	@Test
	void bytesAreBoundedToo() {
		Outbox outbox = new Outbox(Outbox.Mode.ALL);
		byte[] large = new byte[FeedLimits.QUEUED_BYTES / 2];
		assertThat(outbox.offer(new Frame(1, "a", large, Frame.UNTIMED))).isTrue();
		assertThat(outbox.offer(new Frame(2, "a", large, Frame.UNTIMED))).isTrue();
		assertThat(outbox.offer(new Frame(3, "a", large, Frame.UNTIMED))).isFalse();
		outbox.take(1);
		assertThat(outbox.offer(new Frame(3, "a", large, Frame.UNTIMED))).isTrue();
	}

	@Test
	void aReaderOfStatesGetsEveryOneWhileItKeepsUp() {
		Outbox outbox = new Outbox(Outbox.Mode.ALL_OR_LATEST);
		outbox.offer(frame(1, "a"));
		outbox.offer(frame(2, "a"));
		assertThat(sequences(outbox.take(1000))).containsExactly(1L, 2L);
	}

	@Test
	void aSlowReaderOfStatesGetsTheLatestOfEachInOrder() {
		Outbox outbox = new Outbox(Outbox.Mode.ALL_OR_LATEST);
		int many = FeedLimits.QUEUED_EVENTS + 10;
		for (int i = 1; i <= many; i++) {
			assertThat(outbox.offer(frame(i, (i == 5) ? "rare" : (i % 2 == 0) ? "even" : "odd"))).isTrue();
		}
		assertThat(outbox.conflated()).isEqualTo(many - 3);
		assertThat(sequences(outbox.take(1000))).containsExactly(5L, many - 1L, (long) many);
		// Who has caught up gets every state again.
		outbox.offer(frame(many + 1, "odd"));
		outbox.offer(frame(many + 2, "odd"));
		assertThat(sequences(outbox.take(1000))).containsExactly(many + 1L, many + 2L);
	}

	@Test
	void evenLatestStatesAreBounded() {
		Outbox outbox = new Outbox(Outbox.Mode.ALL_OR_LATEST);
		for (int i = 1; i <= FeedLimits.CONFLATED_RECORDS; i++) {
			assertThat(outbox.offer(frame(i, "record " + i))).isTrue();
		}
		assertThat(outbox.offer(frame(FeedLimits.CONFLATED_RECORDS + 1, "one more"))).isFalse();
	}

	@Test
	void aReaderWhoAsksForTheLatestGetsThemWhenTheIntervalIsOver() {
		Outbox outbox = new Outbox(Outbox.Mode.LATEST);
		outbox.offer(frame(1, "a"));
		outbox.offer(frame(2, "b"));
		outbox.offer(frame(3, "a"));
		assertThat(outbox.take(1000)).isEmpty();
		outbox.release();
		assertThat(sequences(outbox.take(1000))).containsExactly(2L, 3L);
		outbox.offer(frame(4, "a"));
		assertThat(outbox.take(1000)).isEmpty();
	}

	@Test
	void aHeartbeatNeverOvertakesWhatItStandsFor() {
		Outbox outbox = new Outbox(Outbox.Mode.LATEST);
		outbox.offer(frame(1, "a"));
		outbox.offer(new Frame(1, Frame.HEARTBEAT, new byte[1], Frame.UNTIMED));
		outbox.offer(frame(2, "a"));
		outbox.offer(new Frame(2, Frame.HEARTBEAT, new byte[1], Frame.UNTIMED));
		outbox.release();
		assertThat(outbox.take(1000)).extracting(Frame::key).containsExactly("a", Frame.HEARTBEAT);
	}

	private static Frame frame(long sequence, String key) {
		return new Frame(sequence, key, new byte[10], Frame.UNTIMED);
	}

	private static List<Long> sequences(List<Frame> frames) {
		return frames.stream().map(Frame::sequence).toList();
	}

}
