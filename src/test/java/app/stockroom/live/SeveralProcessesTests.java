package app.stockroom.live;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

import app.stockroom.Invariants;
import app.stockroom.ServiceProcess;
import app.stockroom.TcpProxy;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Three processes of the service behind a load balancer, one killed and one restarted
 * while clients write and read for minutes. {@code FaultsTests} is the short form.
 */
class SeveralProcessesTests {

	private static final JsonMapper JSON = new JsonMapper();

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final AtomicLong accepted = new AtomicLong();

	private volatile boolean over;

	private String address;

	private String token;

	private UUID product;

	@Test
	@Tag("long")
	void everySubscriberEndsWithExactlyTheLedgerAfterMinutes() throws Exception {
		play(Duration.ofSeconds(30), 8, 60);
	}

	private void play(Duration phase, int writers, int subscribers) throws Exception {
		ServiceProcess one = ServiceProcess.start();
		CompletableFuture<ServiceProcess> second = CompletableFuture.supplyAsync(one::beside);
		CompletableFuture<ServiceProcess> third = CompletableFuture.supplyAsync(one::beside);
		try (one;
				ServiceProcess two = second.join();
				ServiceProcess three = third.join();
				TcpProxy proxy = TcpProxy.before(List.of(one.port(), two.port(), three.port()))) {
			this.address = "http://127.0.0.1:" + proxy.port();
			openTenant();
			String begin = "%s-%d".formatted(epoch(three), head(three));
			List<LedgerReader> readers = new ArrayList<>();
			List<Dashboard> dashboards = new ArrayList<>();
			for (int i = 0; i < subscribers; i++) {
				readers.add(LedgerReader.start(proxy.port(), this.token, begin));
				dashboards.add(new Dashboard());
			}
			List<Thread> threads = new ArrayList<>();
			for (int i = 0; i < writers; i++) {
				threads.add(Thread.startVirtualThread(this::write));
			}
			dashboards.forEach((dashboard) -> threads.add(Thread.startVirtualThread(dashboard::watch)));
			Thread.sleep(phase);
			one.kill();
			Thread.sleep(phase);
			two.stop();
			two.startAgain();
			Thread.sleep(phase);
			this.over = true;
			long from = Long.parseLong(begin.substring(begin.indexOf('-') + 1));
			threads.subList(0, writers).forEach(SeveralProcessesTests::join);
			long head = head(three);
			assertThat(head - from).isEqualTo(this.accepted.get());
			Awaitility.await()
				.atMost(Duration.ofMinutes(1))
				.until(() -> readers.stream()
					.allMatch((reader) -> reader.sequence() == head || reader.violation() != null));
			assertThat(readers).extracting(LedgerReader::violation).containsOnlyNulls();
			assertThat(readers).anyMatch((reader) -> reader.opened() > 1);
			long stock = stock(three);
			Awaitility.await()
				.atMost(Duration.ofMinutes(1))
				.until(() -> dashboards.stream().allMatch((dashboard) -> dashboard.shows(stock)));
			System.out.printf("%,d changes, %d + %d subscribers, which opened %d streams of the ledger%n", head - from,
					readers.size(), dashboards.size(), readers.stream().mapToInt(LedgerReader::opened).sum());
			dashboards.forEach(Dashboard::close);
			readers.forEach(LedgerReader::close);
			Invariants.hold(three.environment());
		}
	}

	private void openTenant() {
		String administrator = JSON.readTree(post("/api/auth/dev-token", "{\"scope\":\"platform:admin\"}", null, ""))
			.path("access_token")
			.asString();
		String tenant = JSON
			.readTree(post("/api/tenants", "{\"name\":\"Several\",\"defaultMaxStock\":1000000000}", administrator, ""))
			.path("id")
			.asString();
		this.token = JSON.readTree(post("/api/auth/dev-token", "{\"tenantId\":\"%s\"}".formatted(tenant), null, ""))
			.path("access_token")
			.asString();
		this.product = UUID
			.fromString(JSON.readTree(post("/api/products", "{\"sku\":\"A-1\",\"name\":\"A\"}", this.token, ""))
				.path("id")
				.asString());
	}

	/** In and out in turns, each until it is known to have happened once. */
	private void write() {
		while (!this.over) {
			for (String type : List.of("IN", "OUT")) {
				String body = "{\"productId\":\"%s\",\"type\":\"%s\",\"quantity\":%d}".formatted(this.product, type,
						type.equals("IN") ? 3 : 2);
				post("/api/stock-movements", body, this.token, UUID.randomUUID().toString());
				this.accepted.incrementAndGet();
			}
		}
	}

	/**
	 * Until it is answered: what is not known to have happened is repeated with its key.
	 */
	private String post(String path, String body, String bearer, String key) {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(this.address + path))
			.timeout(Duration.ofSeconds(20))
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(body));
		if (bearer != null) {
			request.header("Authorization", "Bearer " + bearer);
		}
		if (!key.isEmpty()) {
			request.header("Idempotency-Key", key);
		}
		while (true) {
			try {
				HttpResponse<String> answer = this.client.send(request.build(), HttpResponse.BodyHandlers.ofString());
				if (answer.statusCode() < 300) {
					return answer.body();
				}
				if (answer.statusCode() != 503) {
					throw new AssertionError(answer.statusCode() + " " + answer.body());
				}
				Thread.sleep(100);
			}
			catch (IOException ex) {
				// nobody knows: again
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}
	}

	private JsonNode get(ServiceProcess service, String path) throws IOException, InterruptedException {
		return JSON.readTree(
				this.client
					.send(HttpRequest.newBuilder(URI.create(service.url() + path))
						.header("Authorization", "Bearer " + this.token)
						.build(), HttpResponse.BodyHandlers.ofString())
					.body());
	}

	private long head(ServiceProcess service) throws IOException, InterruptedException {
		return get(service, "/api/stock-movements?limit=1").path("items").get(0).path("sequence").asLong();
	}

	private long stock(ServiceProcess service) throws IOException, InterruptedException {
		return get(service, "/api/inventory").path("items").get(0).path("quantity").asLong();
	}

	private String epoch(ServiceProcess service) {
		try (SseReader reader = SseReader.open(service.url() + "/api/stock-movements", this.token).awaitReady()) {
			return reader.events("ready").getFirst().data().path("epoch").asString();
		}
	}

	private static void join(Thread thread) {
		try {
			thread.join();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** A reader of stock that comes back after every interruption. */
	private final class Dashboard {

		private final Map<String, Long> shown = new HashMap<>();

		private String position = "";

		private volatile boolean closed;

		private volatile long quantity;

		void watch() {
			while (!this.closed) {
				try (SseReader reader = SseReader.open(SeveralProcessesTests.this.address + "/api/inventory",
						SeveralProcessesTests.this.token, this.position)) {
					int seen = 0;
					while (!this.closed && !(reader.ended() && seen == reader.events().size())) {
						for (; seen < reader.events().size(); seen++) {
							show(reader.events().get(seen));
						}
						Thread.sleep(20);
					}
					this.position = reader.lastEventId();
				}
				catch (IllegalStateException | UncheckedIOException ex) {
					// refused or cut off: again
				}
				catch (InterruptedException ex) {
					return;
				}
			}
		}

		private void show(SseReader.Event event) {
			switch (event.name()) {
				case "reset" -> this.shown.clear();
				case "stock" ->
					this.shown.put(event.data().path("id").asString(), event.data().path("quantity").asLong());
				default -> {
					// no stock
				}
			}
			this.quantity = this.shown.values().stream().mapToLong(Long::longValue).sum();
		}

		boolean shows(long stock) {
			return this.quantity == stock;
		}

		void close() {
			this.closed = true;
		}

	}

}
