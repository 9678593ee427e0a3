package app.stockroom.platform;

import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.r2dbc.spi.R2dbcNonTransientResourceException;
import io.r2dbc.spi.R2dbcTransientException;
import org.slf4j.Logger;
import reactor.pool.PoolAcquirePendingLimitException;
import reactor.pool.PoolShutdownException;

/**
 * Something that works or does not, told to the log once when it stops and once when it
 * is back, however often it is tried meanwhile.
 */
public final class Outage {

	private final Logger logger;

	private final String loss;

	private final AtomicBoolean on = new AtomicBoolean();

	/**
	 * @param loss what is missing meanwhile, as a sentence without its full stop
	 */
	public Outage(Logger logger, String loss) {
		this.logger = logger;
		this.loss = loss;
	}

	/**
	 * Whether a failure says that something we depend on is out of reach or too slow,
	 * which passes by itself.
	 */
	public static boolean isOne(Throwable failure) {
		return switch (failure) {
			case R2dbcNonTransientResourceException _ -> true;
			case R2dbcTransientException _ -> true;
			case PoolAcquirePendingLimitException _ -> true;
			case PoolShutdownException _ -> true;
			case TimeoutException _ -> true;
			default -> false;
		};
	}

	/**
	 * A try has failed.
	 */
	public void failed(Throwable failure) {
		if (this.on.compareAndSet(false, true)) {
			this.logger.warn("{}: {}", this.loss, failure.toString());
		}
		else {
			this.logger.debug("{} still", this.loss, failure);
		}
	}

	/**
	 * A try has succeeded.
	 */
	public void over() {
		if (this.on.get() && this.on.compareAndSet(true, false)) {
			this.logger.info("Over: {}", this.loss);
		}
	}

	/**
	 * Whether the last try failed.
	 */
	public boolean isOn() {
		return this.on.get();
	}

}
