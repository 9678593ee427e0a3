package app.stockroom;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sees for how long this JVM stood still, for tests of promises that have a time: the
 * service cannot keep one while its machine does not run it.
 */
public final class Standstill implements AutoCloseable {

	private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	private final Thread clock = new Thread(this::watch, "standstill");

	private volatile boolean over;

	private volatile long total;

	private Standstill() {
		this.clock.setDaemon(true);
		this.clock.start();
	}

	/** Begins to look. */
	public static Standstill watched() {
		return new Standstill();
	}

	private void watch() {
		long last = System.nanoTime();
		while (!this.over) {
			LockSupport.parkNanos(TICK_NANOS);
			long now = System.nanoTime();
			this.total += Math.max(0, now - last - 2 * TICK_NANOS);
			last = now;
		}
	}

	/** All of the time that was lost since it began to look. */
	public Duration total() {
		return Duration.ofNanos(this.total);
	}

	@Override
	public void close() {
		this.over = true;
	}

}
