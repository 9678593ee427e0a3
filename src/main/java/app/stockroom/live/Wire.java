package app.stockroom.live;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;

import reactor.core.publisher.Mono;

/**
 * The way to one reader.
 */
interface Wire {

	/**
	 * Sends status and headers.
	 * @return completes when the wire belongs to the stream alone
	 */
	Mono<Void> begin();

	/**
	 * The thread that the wire belongs to, on which writing is cheapest.
	 */
	Executor loop();

	/**
	 * Runs a step on that thread after a while.
	 */
	void later(Runnable step, Duration delay);

	/**
	 * Sends bytes.
	 * @param parts what to send, in this order and together; never changed afterwards
	 * @param written told true when the network has taken them, false if it never will
	 */
	void write(List<byte[]> parts, Written written);

	/**
	 * Runs this when the reader is gone.
	 */
	void onClose(Runnable closed);

	/**
	 * Closes the connection after what was written.
	 */
	void end();

	/**
	 * Closes the connection, whatever is still to be written.
	 */
	void close();

	/**
	 * Is told how a write has ended.
	 */
	interface Written {

		void done(boolean taken);

	}

}
