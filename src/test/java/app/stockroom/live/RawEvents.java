package app.stockroom.live;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import app.stockroom.Patience;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a plain socket got of a stream.
 *
 * @param text the bytes as text, without the frames of HTTP's chunks
 */
record RawEvents(String text) {

	/** A heartbeat every now and then keeps a stream that should end from timing out. */
	private static final Duration PATIENCE = Patience.LONG;

	private static final Pattern EVENT = Pattern.compile("event: (\\w+)\ndata: .*\nid: [0-9a-f]+-(\\d+)\n\n");

	/** Reads byte by byte, so that nothing else is taken from the socket. */
	static void awaitReady(Socket socket) throws IOException {
		StringBuilder text = new StringBuilder();
		InputStream in = socket.getInputStream();
		while (!text.toString().matches("(?s).*event: ready\n.*\n\n\r\n")) {
			int next = in.read();
			if (next < 0) {
				throw new EOFException("Ended before it was ready: " + text);
			}
			text.append((char) next);
		}
	}

	/** Everything until the server ends the stream. */
	static RawEvents of(Socket socket) throws IOException {
		return until(socket, "\r\n0\r\n\r\n");
	}

	/** Everything until a text is there, or the stream has ended. */
	static RawEvents until(Socket socket, String end) throws IOException {
		StringBuilder text = new StringBuilder();
		byte[] buffer = new byte[64 * 1024];
		InputStream in = socket.getInputStream();
		int searched = 0;
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		while (text.indexOf(end, Math.max(0, searched - end.length())) < 0) {
			searched = text.length();
			int count = in.read(buffer);
			if (count < 0) {
				break;
			}
			text.append(new String(buffer, 0, count, StandardCharsets.UTF_8));
			assertThat(System.nanoTime()).as("the stream goes on").isLessThan(deadline);
		}
		return new RawEvents(text.toString().replaceAll("\r\n[0-9a-f]+\r\n", ""));
	}

	/** The positions of the events with this name. */
	List<Long> ids(String name) {
		List<Long> ids = new ArrayList<>();
		Matcher matcher = EVENT.matcher(this.text);
		while (matcher.find()) {
			if (matcher.group(1).equals(name)) {
				ids.add(Long.valueOf(matcher.group(2)));
			}
		}
		return ids;
	}

}
