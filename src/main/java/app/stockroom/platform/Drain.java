package app.stockroom.platform;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A look that many threads ask for and only one has at a time: the others leave a mark
 * for it and it looks once more. So there is neither a lock nor a recursion, whatever the
 * look sets off. Known from Reactor's own operators as a drain loop.
 */
public final class Drain {

	private final Runnable look;

	private final AtomicInteger asked = new AtomicInteger();

	/**
	 * Nobody looks yet.
	 * @param look what one thread at a time does
	 */
	public Drain(Runnable look) {
		this.look = look;
	}

	/** Looks, or lets the thread that is looking do so again. */
	public void run() {
		if (this.asked.getAndIncrement() != 0) {
			return;
		}
		int seen = 1;
		do {
			this.look.run();
			seen = this.asked.addAndGet(-seen);
		}
		while (seen != 0);
	}

}
