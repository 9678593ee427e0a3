package app.stockroom.live;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads one stream as the standard tells an EventSource to.
 */
final class SseReader implements AutoCloseable {

	private static final JsonMapper JSON = new JsonMapper();

	private static final HttpClient CLIENT = HttpClient.newHttpClient();

	private final InputStream body;

	private final List<Event> events = new CopyOnWriteArrayList<>();

	private volatile String lastEventId;

	private volatile @Nullable Long retry;

	private volatile boolean ended;

	private SseReader(InputStream body, String lastEventId) {
		this.body = body;
		this.lastEventId = lastEventId;
		Thread.startVirtualThread(this::read);
	}

	static SseReader open(String address, String token) {
		return open(address, token, "");
	}

	static SseReader open(String address, String token, String lastEventId) {
		HttpResponse<InputStream> response = request(address, token, lastEventId);
		if (response.statusCode() != 200) {
			throw new IllegalStateException("Status " + response.statusCode());
		}
		return new SseReader(response.body(), lastEventId);
	}

	static HttpResponse<InputStream> request(String address, String token, String lastEventId) {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address))
			.version(HttpClient.Version.HTTP_1_1)
			.header("Accept", "text/event-stream")
			.header("Authorization", "Bearer " + token);
		if (!lastEventId.isEmpty()) {
			request.header("Last-Event-ID", lastEventId);
		}
		try {
			return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	List<Event> events() {
		return this.events;
	}

	List<Event> events(String name) {
		return this.events.stream().filter((event) -> event.name().equals(name)).toList();
	}

	/** What the client would send when it reconnects now. */
	String lastEventId() {
		return this.lastEventId;
	}

	@Nullable Long retry() {
		return this.retry;
	}

	boolean ended() {
		return this.ended;
	}

	SseReader await(Predicate<SseReader> condition) {
		Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> condition.test(this) || this.ended);
		if (!condition.test(this)) {
			throw new AssertionError("The stream has ended after " + this.events);
		}
		return this;
	}

	SseReader awaitReady() {
		return await((reader) -> !reader.events("ready").isEmpty());
	}

	SseReader awaitEvents(String name, int count) {
		return await((reader) -> reader.events(name).size() >= count);
	}

	@Override
	public void close() {
		try {
			this.body.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void read() {
		try (BufferedReader lines = new BufferedReader(new InputStreamReader(this.body, StandardCharsets.UTF_8))) {
			Block block = new Block(this.lastEventId);
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				if (line.isEmpty()) {
					this.lastEventId = block.id;
					if (!block.data.isEmpty()) {
						this.events.add(new Event(block.name, JSON.readTree(block.data.toString()),
								block.sawId ? block.id : null));
					}
					block = new Block(this.lastEventId);
				}
				else {
					field(line, block);
				}
			}
		}
		catch (IOException ex) {
			// closed: what was read is what counts
		}
		finally {
			this.ended = true;
		}
	}

	private void field(String line, Block block) {
		int colon = line.indexOf(':');
		String name = (colon >= 0) ? line.substring(0, colon) : line;
		String value = (colon >= 0) ? line.substring(colon + 1).replaceFirst("^ ", "") : "";
		switch (name) {
			case "event" -> block.name = value;
			case "data" -> block.data.append(value);
			case "id" -> {
				block.id = value;
				block.sawId = true;
			}
			case "retry" -> this.retry = Long.valueOf(value);
			default -> {
				// a comment, or something of the future
			}
		}
	}

	private static final class Block {

		private String name = "message";

		private final StringBuilder data = new StringBuilder();

		private String id;

		private boolean sawId;

		private Block(String id) {
			this.id = id;
		}

	}

	/**
	 * An event.
	 *
	 * @param name its name
	 * @param data its data
	 * @param id the id that stood in it, or null
	 */
	record Event(String name, JsonNode data, @Nullable String id) {

		long sequence() {
			return this.data.path("sequence").asLong();
		}

	}

}
