package app.stockroom.benchmark;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

import io.netty.buffer.ByteBuf;

/**
 * Requests of which each becomes one event, counted.
 */
final class CountedRequests implements HttpLoad.Requests {

	private final Supplier<byte[]> requests;

	private final AtomicLong sent = new AtomicLong();

	private final AtomicLong answered = new AtomicLong();

	CountedRequests(Supplier<byte[]> requests) {
		this.requests = requests;
	}

	@Override
	public void write(int connection, long number, ByteBuf out) {
		this.sent.incrementAndGet();
		out.writeBytes(this.requests.get());
	}

	@Override
	public void answered(int connection, int status, ByteBuf answer) {
		if (status < 300) {
			this.answered.incrementAndGet();
		}
	}

	/** How many were sent: at most as many events there are. */
	long sent() {
		return this.sent.get();
	}

	/** How many were answered well: at least as many events there are. */
	long answered() {
		return this.answered.get();
	}

	void reset() {
		this.sent.set(0);
		this.answered.set(0);
	}

}
