package app.stockroom.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A reader of one feed who comes back after every interruption, where it left off, and
 * writes down what it was told.
 */
final class Subscriber implements AutoCloseable {

	private static final JsonMapper JSON = new JsonMapper();

	private static final HttpClient HTTP = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.connectTimeout(Duration.ofSeconds(5))
		.executor(Executors.newVirtualThreadPerTaskExecutor())
		.build();

	private final Shop shop;

	private final String path;

	private final List<Event> events = Collections.synchronizedList(new ArrayList<>());

	private final AtomicInteger opened = new AtomicInteger();

	private final AtomicInteger cutOff = new AtomicInteger();

	private volatile String position;

	private volatile @Nullable InputStream stream;

	private volatile boolean closed;

	private volatile boolean live;

	private long retry = 200;

	private Subscriber(Shop shop, String path, String position) {
		this.shop = shop;
		this.path = path;
		this.position = position;
	}

	/** Reads a feed from after a position on; an empty one is a fresh start. */
	static Subscriber start(Shop shop, String path, String position) {
		Subscriber subscriber = new Subscriber(shop, path, position);
		Thread.startVirtualThread(subscriber::read);
		return subscriber;
	}

	Shop shop() {
		return this.shop;
	}

	String path() {
		return this.path;
	}

	/** What it was told until now, without heartbeats. */
	List<Event> events() {
		synchronized (this.events) {
			return List.copyOf(this.events);
		}
	}

	String position() {
		return this.position;
	}

	/** The sequence of its position, -1 before it has one. */
	long sequence() {
		String now = this.position;
		return now.isEmpty() ? -1 : Long.parseLong(now.substring(now.indexOf('-') + 1));
	}

	boolean live() {
		return this.live;
	}

	/** How often it asked for a stream. */
	int opened() {
		return this.opened.get();
	}

	/** How often a stream broke off in place of being ended. */
	int cutOff() {
		return this.cutOff.get();
	}

	@Override
	public void close() {
		this.closed = true;
		InputStream open = this.stream;
		if (open != null) {
			try {
				open.close();
			}
			catch (IOException ex) {
				// closed is closed
			}
		}
	}

	private void read() {
		while (!this.closed) {
			this.opened.incrementAndGet();
			try {
				HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(this.shop.url() + this.path))
					.timeout(Duration.ofSeconds(15))
					.header("Accept", "text/event-stream")
					.header("Authorization", "Bearer " + this.shop.token());
				if (!this.position.isEmpty()) {
					request.header("Last-Event-ID", this.position);
				}
				HttpResponse<InputStream> response = HTTP.send(request.build(),
						HttpResponse.BodyHandlers.ofInputStream());
				this.stream = response.body();
				if (response.statusCode() == 200) {
					follow(response.body());
				}
				response.body().close();
			}
			catch (IOException ex) {
				// cut off: comes back
			}
			catch (InterruptedException ex) {
				return;
			}
			this.live = false;
			pause();
		}
	}

	private void follow(InputStream body) throws IOException {
		try {
			events(new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8)));
		}
		catch (IOException ex) {
			this.cutOff.incrementAndGet();
			throw ex;
		}
	}

	private void events(BufferedReader lines) throws IOException {
		String name = "message";
		StringBuilder data = new StringBuilder();
		String id = null;
		for (String line = lines.readLine(); line != null && !this.closed; line = lines.readLine()) {
			if (line.isEmpty()) {
				event(name, data.toString(), id);
				name = "message";
				data.setLength(0);
				id = null;
			}
			else if (line.startsWith("event: ")) {
				name = line.substring(7);
			}
			else if (line.startsWith("data: ")) {
				data.append(line, 6, line.length());
			}
			else if (line.startsWith("id:")) {
				id = line.substring(3).strip();
			}
			else if (line.startsWith("retry: ")) {
				this.retry = Math.min(2000, Long.parseLong(line.substring(7)));
			}
		}
	}

	private void event(String name, String data, @Nullable String id) {
		if (!data.isEmpty() && !name.equals("heartbeat") && !name.equals("catalog")) {
			this.events.add(new Event(name, JSON.readTree(data), id != null));
		}
		if (id != null) {
			this.position = id;
		}
		if (name.equals("ready")) {
			this.live = true;
		}
	}

	private void pause() {
		try {
			Thread.sleep(this.closed ? 0 : this.retry);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * An event.
	 *
	 * @param name its name
	 * @param data its data
	 * @param positioned whether it carried a position
	 */
	record Event(String name, JsonNode data, boolean positioned) {

		long sequence() {
			return this.data.path("sequence").asLong();
		}

	}

}
