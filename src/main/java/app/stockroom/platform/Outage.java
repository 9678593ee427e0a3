package app.stockroom.platform;

import java.util.concurrent.atomic.AtomicBoolean;

import org.slf4j.Logger;

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
