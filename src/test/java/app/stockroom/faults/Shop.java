package app.stockroom.faults;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A tenant with a few products that everybody wants, and the history of what its clients
 * did.
 *
 * @param url where the service is
 * @param tenant its id
 * @param token a token for everything in it
 * @param products the hot products
 * @param warehouses two warehouses, both with stock
 * @param begin the head of its ledger when it opened
 * @param operations all that clients asked for
 * @param foreign entries without a reference that others than its clients wrote
 */
record Shop(String url, UUID tenant, String token, List<UUID> products, List<UUID> warehouses, String begin,
		Queue<Operation> operations, AtomicInteger foreign) {

	private static final JsonMapper JSON = new JsonMapper();

	private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	/** Opens a tenant with a stock of this many pieces of each product in each place. */
	static Shop open(Plant plant, int products, long stock) {
		String url = plant.url();
		String tenant = call(url, "/api/tenants", "{\"name\":\"Shop\",\"defaultMaxStock\":400}", plant.token(""))
			.path("id")
			.asString();
		return stock(url, UUID.fromString(tenant), plant.token(tenant), products, stock);
	}

	/** Fills a tenant that is there. */
	static Shop stock(String url, UUID tenant, String token, int products, long stock) {
		UUID main = uuid(get(url, "/api/warehouses", token).at("/items/0/id"));
		UUID north = uuid(call(url, "/api/warehouses", "{\"name\":\"North\"}", token).path("id"));
		List<UUID> ids = IntStream.range(0, products).mapToObj((i) -> {
			UUID product = uuid(
					call(url, "/api/products", "{\"sku\":\"S-%d\",\"name\":\"Hot %d\"}".formatted(i, i), token)
						.path("id"));
			for (UUID warehouse : List.of(main, north)) {
				call(url, "/api/stock-movements",
						"{\"productId\":\"%s\",\"warehouseId\":\"%s\",\"type\":\"IN\",\"quantity\":%d}"
							.formatted(product, warehouse, stock),
						token);
			}
			return product;
		}).toList();
		Shop shop = new Shop(url, tenant, token, ids, List.of(main, north), "", new ConcurrentLinkedQueue<>(),
				new AtomicInteger());
		String position = "%s-%d".formatted(shop.epoch(),
				get(url, "/api/stock-movements?limit=1", token).at("/items/0/sequence").asLong());
		return new Shop(url, shop.tenant, token, ids, shop.warehouses, position, shop.operations, shop.foreign);
	}

	private String epoch() {
		try (Subscriber reader = Subscriber.start(this, "/api/stock-movements", "")) {
			Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> !reader.position().isEmpty());
			return reader.position().substring(0, reader.position().indexOf('-'));
		}
	}

	/** What a fuzzer knows of it at first. */
	Known things() {
		Known things = new Known();
		things.add("tenant", this.tenant.toString());
		this.products.forEach(
				(product) -> List.of("product", "hotproduct").forEach((kind) -> things.add(kind, product.toString())));
		this.warehouses.forEach((warehouse) -> List.of("warehouse", "hotwarehouse")
			.forEach((kind) -> things.add(kind, warehouse.toString())));
		return things;
	}

	/** What can be asked for in it: ids of all kinds, SKUs, sequences, positions. */
	List<String> known() {
		List<String> known = new ArrayList<>(List.of("1", "2", "5", "S-0", "S-1", this.begin, this.tenant.toString()));
		this.products.forEach((product) -> known.add(product.toString()));
		this.warehouses.forEach((warehouse) -> known.add(warehouse.toString()));
		for (String list : List.of("/api/inventory", "/api/alerts")) {
			get(this.url, list, this.token).path("items").forEach((item) -> known.add(item.path("id").asString()));
		}
		for (int i = 0; i < 3; i++) {
			String line = "\"lines\":[{\"productId\":\"%s\",\"quantity\":2}]".formatted(this.products.getFirst());
			known.add(call(this.url, "/api/reservations", "{" + line + "}", this.token).path("id").asString());
			known.add(call(this.url, "/api/transfers",
					"{\"fromWarehouseId\":\"%s\",\"toWarehouseId\":\"%s\",\"mode\":\"IN_TRANSIT\",%s}"
						.formatted(this.warehouses.get(0), this.warehouses.get(1), line),
					this.token)
				.path("id")
				.asString());
		}
		return known;
	}

	/**
	 * Takes and gives single pieces of a product, in one request; the stock stays as it
	 * is.
	 * @return how many movements there were, without a reference
	 */
	int receive(int movements) {
		List<String> elements = IntStream.range(0, movements)
			.mapToObj((i) -> "{\"productId\":\"%s\",\"type\":\"ADJUSTMENT\",\"quantity\":%d}"
				.formatted(this.products.getLast(), (i % 2 == 0) ? 1 : -1))
			.toList();
		JsonNode results = call(this.url, "/api/stock-movements/batch", elements.toString(), this.token);
		return (int) results.valueStream().filter((result) -> result.has("movement")).count();
	}

	/** Lets the tenant do only so much a second. */
	void limit(int requestsPerSecond) {
		send(HttpRequest.newBuilder(URI.create(this.url + "/api/tenant"))
			.header("Content-Type", "application/merge-patch+json")
			.method("PATCH", HttpRequest.BodyPublishers.ofString("{\"rateLimit\":%d}".formatted(requestsPerSecond))),
				this.token);
	}

	long beginSequence() {
		return Long.parseLong(this.begin.substring(this.begin.indexOf('-') + 1));
	}

	private static UUID uuid(JsonNode text) {
		return UUID.fromString(text.asString());
	}

	/** A development token: of a tenant, or for the administration of all. */
	static String token(String url, String tenant) {
		String asked = tenant.isEmpty() ? "{\"scope\":\"platform:admin\"}"
				: "{\"tenantId\":\"%s\",\"ttlSeconds\":86400}".formatted(tenant);
		return call(url, "/api/auth/dev-token", asked, "").path("access_token").asString();
	}

	private static JsonNode get(String url, String path, String token) {
		return send(HttpRequest.newBuilder(URI.create(url + path)), token);
	}

	private static JsonNode call(String url, String path, String body, String token) {
		return send(HttpRequest.newBuilder(URI.create(url + path))
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(body)), token);
	}

	private static JsonNode send(HttpRequest.Builder request, String token) {
		if (!token.isEmpty()) {
			request.header("Authorization", "Bearer " + token);
		}
		try {
			HttpResponse<String> answer;
			do {
				answer = CLIENT.send(request.timeout(Duration.ofSeconds(30)).build(),
						HttpResponse.BodyHandlers.ofString());
			}
			while (answer.statusCode() == 503); // not yet well again after another test
			if (answer.statusCode() >= 300) {
				throw new IllegalStateException(answer.statusCode() + " " + answer.body());
			}
			return JSON.readTree(answer.body());
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
