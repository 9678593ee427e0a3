package app.stockroom.live;

import java.util.List;

import reactor.core.publisher.Mono;

/**
 * The way to one reader.
 */
interface Wire {

	/**
	 * Sends status and headers.
	 */
	Mono<Void> begin();

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
