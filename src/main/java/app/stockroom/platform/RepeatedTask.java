package app.stockroom.platform;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

import org.springframework.context.SmartLifecycle;

/**
 * Work in the background that is done again and again while the service runs, as a bean
 * of whoever does it. The pauses are jittered, so that processes that were started
 * together do not stay together, and grow while rounds fail.
 */
public final class RepeatedTask implements SmartLifecycle {

	/** Longest pause while rounds fail, unless the interval itself is longer. */
	static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

	/** How much longer than asked a pause may be, as a part of it. */
	static final double JITTER = 0.2;

	private static final int DOUBLINGS = 10;

	private final Duration interval;

	private final Mono<?> round;

	private final Outage outage;

	private volatile Disposable running = Disposables.disposed();

	/** Rounds that failed in a row; of the one round that runs. */
	private int failures;

	/**
	 * @param loss what is not done while rounds fail, as a sentence without its full stop
	 * @param interval the pause between the end of a round and the next
	 * @param round one round
	 */
	public RepeatedTask(String loss, Duration interval, Supplier<Mono<?>> round) {
		this.interval = interval;
		this.round = Mono.defer(round);
		this.outage = new Outage(LoggerFactory.getLogger(RepeatedTask.class), loss);
	}

	@Override
	public void start() {
		this.running = Mono.defer(this::nextRound).repeat().subscribe();
	}

	private Mono<Void> nextRound() {
		long pause = pause(this.interval, this.failures, ThreadLocalRandom.current().nextDouble()).toMillis();
		return Mono.delay(Duration.ofMillis(pause)).then(this.round.then()).doOnSuccess((_) -> {
			this.failures = 0;
			this.outage.over();
		}).onErrorResume((failure) -> {
			this.failures++;
			this.outage.failed(failure);
			return Mono.empty();
		});
	}

	/**
	 * The pause before the next round.
	 * @param failures rounds that failed in a row
	 * @param chance from 0 to 1
	 */
	static Duration pause(Duration interval, int failures, double chance) {
		long most = Math.max(interval.toMillis(), LONGEST_PAUSE.toMillis());
		long pause = Math.min(interval.toMillis() << Math.min(failures, DOUBLINGS), most);
		return Duration.ofMillis(pause + (long) (pause * JITTER * chance));
	}

	@Override
	public void stop() {
		this.running.dispose();
	}

	@Override
	public boolean isRunning() {
		return !this.running.isDisposed();
	}

}
