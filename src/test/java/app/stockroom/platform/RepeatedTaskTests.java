package app.stockroom.platform;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

class RepeatedTaskTests {

	private static final Duration INTERVAL = Duration.ofMillis(1);

	private final Logger logger = (Logger) LoggerFactory.getLogger(RepeatedTask.class);

	private final ListAppender<ILoggingEvent> log = new ListAppender<>();

	@BeforeEach
	void listen() {
		this.log.start();
		this.logger.setLevel(Level.INFO);
		this.logger.addAppender(this.log);
	}

	@AfterEach
	void stopListening() {
		this.logger.detachAppender(this.log);
		this.logger.setLevel(null);
	}

	@Test
	void pausesAreJitteredAndGrowWhileRoundsFailUpToALimit() {
		Duration second = Duration.ofSeconds(1);
		assertThat(RepeatedTask.pause(second, 0, 0)).isEqualTo(second);
		assertThat(RepeatedTask.pause(second, 0, 1)).isEqualTo(Duration.ofMillis(1200));
		assertThat(RepeatedTask.pause(second, 2, 0)).isEqualTo(Duration.ofSeconds(4));
		assertThat(RepeatedTask.pause(second, 3, 0)).isEqualTo(RepeatedTask.LONGEST_PAUSE);
		assertThat(RepeatedTask.pause(second, Integer.MAX_VALUE, 0)).isEqualTo(RepeatedTask.LONGEST_PAUSE);
		assertThat(RepeatedTask.pause(Duration.ofMinutes(1), 5, 0)).isEqualTo(Duration.ofMinutes(1));
	}

	@Test
	void anOutageIsToldOnceAndTheTaskGoesOn() {
		AtomicInteger rounds = new AtomicInteger();
		AtomicBoolean broken = new AtomicBoolean(true);
		RepeatedTask task = new RepeatedTask("Nothing is done", INTERVAL, () -> {
			rounds.incrementAndGet();
			if (broken.get()) {
				throw new IllegalStateException("broken");
			}
			return Mono.just("done");
		});
		task.start();
		Awaitility.await().until(() -> rounds.get() > 4);
		broken.set(false);
		Awaitility.await().until(() -> messages(Level.INFO).size() == 1);
		assertThat(messages(Level.WARN)).containsExactly("Nothing is done: java.lang.IllegalStateException: broken");
		broken.set(true);
		Awaitility.await().until(() -> messages(Level.WARN).size() == 2);
		task.stop();
		assertThat(task.isRunning()).isFalse();
	}

	@Test
	void aStoppedTaskDoesNoMoreRounds() {
		AtomicInteger rounds = new AtomicInteger();
		AtomicInteger cancelled = new AtomicInteger();
		RepeatedTask task = new RepeatedTask("Nothing is done", INTERVAL, () -> {
			rounds.incrementAndGet();
			return Mono.never().doOnCancel(cancelled::incrementAndGet);
		});
		task.start();
		Awaitility.await().until(() -> rounds.get() == 1);
		assertThat(task.isRunning()).isTrue();
		task.stop();
		assertThat(cancelled).hasValue(1);
		assertThat(rounds).hasValue(1);
	}

	private List<String> messages(Level level) {
		return List.copyOf(this.log.list)
			.stream()
			.filter((event) -> event.getLevel().equals(level))
			.map(ILoggingEvent::getFormattedMessage)
			// Other tests have left tasks whose database is gone.
			.filter((message) -> message.contains("Nothing is done"))
			.toList();
	}

}
