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
	 * @param written run when the network has taken them, or never will
	 */
	void write(List<byte[]> parts, Runnable written);

	/**
	 * Runs this when the reader is gone.
	 */
	void onClose(Runnable closed);

	/**
	 * Closes the connection, whatever is still to be written.
	 */
	void close();

}
