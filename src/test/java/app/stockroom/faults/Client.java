package app.stockroom.faults;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client that does one thing after the other, at a steady pace, and repeats with its
 * key whatever it does not know the outcome of.
 */
final class Client implements Runnable {

	private static final JsonMapper JSON = new JsonMapper();

	private static final HttpClient HTTP = http();

	/** Apart, so that nobody who waits is lent a connection that is being closed. */
	private static final HttpClient HANGING_UP = http();

	/** How long a client waits for an answer. */
	private static final Duration PATIENCE = Duration.ofSeconds(15);

	private final Shop shop;

	private final Random random;

	private final Habits habits;

	private final List<Held> held = new ArrayList<>();

	private volatile boolean over;

	private volatile boolean abandoned;

	Client(Shop shop, long seed, Habits habits) {
		this.shop = shop;
		this.random = new Random(seed);
		this.habits = habits;
	}

	/** Begins nothing new, and brings to its end what is begun. */
	void finish() {
		this.over = true;
	}

	/** Leaves at once; what it does not know stays unknown. */
	void abandon() {
		this.over = true;
		this.abandoned = true;
	}

	@Override
	public void run() {
		while (!this.over) {
			Operation operation = next();
			this.shop.operations().add(operation);
			perform(operation);
			if (operation.outcome() == Operation.Outcome.OK && operation.kind() == Operation.Kind.RESERVE) {
				this.held.add(new Held(operation.answer().path("id").asString(), operation.deltas().size()));
			}
			if (operation.keyed() && operation.outcome() != Operation.Outcome.UNKNOWN && this.random.nextInt(20) == 0) {
				repeat(operation);
			}
			if (this.habits.pace().isPositive()) {
				pause(this.habits.pace().toMillis() / 2 + this.random.nextLong(this.habits.pace().toMillis()));
			}
		}
	}

	private Operation next() {
		boolean documentsOnly = this.habits.documentsOnly();
		int dice = this.random.nextInt(documentsOnly ? 24 : 100);
		if (!this.held.isEmpty() && (documentsOnly || dice < 8)) {
			Held reservation = this.held.removeFirst();
			// Of documents alone nothing comes in, and what goes out would soon be all
			boolean commit = !documentsOnly && this.random.nextBoolean();
			return operation(commit ? Operation.Kind.COMMIT : Operation.Kind.RELEASE,
					"/api/reservations/%s/%s".formatted(reservation.id(), commit ? "commit" : "release"), "{}", true,
					Collections.nCopies(reservation.lines(), 0L));
		}
		if (dice < 16) {
			return reservation();
		}
		if (dice < 24) {
			return transfer();
		}
		return (dice < 32) ? batch() : move();
	}

	private Operation move() {
		String id = UUID.randomUUID().toString();
		String type = List.of("OUT", "OUT", "IN", "ADJUSTMENT").get(this.random.nextInt(4));
		long quantity = 1 + this.random.nextInt(4);
		long signed = (type.equals("ADJUSTMENT") && this.random.nextBoolean()) ? -quantity : quantity;
		return operation(Operation.Kind.MOVE, id, "/api/stock-movements", movement(type, signed, id),
				this.random.nextDouble() >= this.habits.keyless(), List.of(type.equals("OUT") ? -quantity : signed));
	}

	private Operation batch() {
		String id = UUID.randomUUID().toString();
		List<String> movements = new ArrayList<>();
		List<Long> deltas = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			boolean out = this.random.nextBoolean();
			long quantity = 1 + this.random.nextInt(60);
			movements.add(movement(out ? "OUT" : "IN", quantity, id + "/" + i));
			deltas.add(out ? -quantity : quantity);
		}
		return operation(Operation.Kind.BATCH, id, "/api/stock-movements/batch", movements.toString(), true, deltas);
	}

	/** Lines in random order: what would deadlock if records were locked one by one. */
	private Operation reservation() {
		String id = UUID.randomUUID().toString();
		List<String> lines = products(3).stream()
			.map((product) -> "{\"productId\":\"%s\",\"warehouseId\":\"%s\",\"quantity\":%d}".formatted(product,
					warehouse(), 1 + this.random.nextInt(3)))
			.toList();
		return operation(Operation.Kind.RESERVE, id, "/api/reservations",
				"{\"lines\":%s,\"ttlSeconds\":86400,\"reference\":\"%s\"}".formatted(lines, id), true,
				Collections.nCopies(lines.size(), 0L));
	}

	private Operation transfer() {
		String id = UUID.randomUUID().toString();
		int from = this.random.nextInt(2);
		List<String> lines = products(2).stream()
			.map((product) -> "{\"productId\":\"%s\",\"quantity\":%d}".formatted(product, 1 + this.random.nextInt(5)))
			.toList();
		return operation(Operation.Kind.TRANSFER, id, "/api/transfers",
				"{\"fromWarehouseId\":\"%s\",\"toWarehouseId\":\"%s\",\"lines\":%s,\"mode\":\"IMMEDIATE\",\"reference\":\"%s\"}"
					.formatted(this.shop.warehouses().get(from), this.shop.warehouses().get(1 - from), lines, id),
				true, Collections.nCopies(2 * lines.size(), 0L));
	}

	private String movement(String type, long quantity, String reference) {
		return "{\"productId\":\"%s\",\"warehouseId\":\"%s\",\"type\":\"%s\",\"quantity\":%d,\"reference\":\"%s\"}"
			.formatted(products(1).getFirst(), warehouse(), type, quantity, reference);
	}

	private List<UUID> products(int count) {
		List<UUID> shuffled = new ArrayList<>(this.shop.products());
		Collections.shuffle(shuffled, this.random);
		return shuffled.subList(0, Math.min(count, shuffled.size()));
	}

	private UUID warehouse() {
		return this.shop.warehouses().get(this.random.nextInt(2));
	}

	private static Operation operation(Operation.Kind kind, String path, String body, boolean keyed,
			List<Long> deltas) {
		return operation(kind, UUID.randomUUID().toString(), path, body, keyed, deltas);
	}

	private static Operation operation(Operation.Kind kind, String id, String path, String body, boolean keyed,
			List<Long> deltas) {
		return new Operation(kind, id, path, body, keyed, deltas);
	}

	/** Until it is known what became of it; without a key, once. */
	private void perform(Operation operation) {
		do {
			operation.attempt();
			Answer answer = (operation.attempts() > 1 && !this.habits.retryAt().isEmpty()) ? sendTwice(operation)
					: send(operation, operation.body(), this.random.nextDouble() < this.habits.hangUps());
			if (answer != null && answer.status() == 429) {
				operation.turnedAway();
			}
			if (answer == null || answer.says("outcome-unknown")) {
				operation.lost();
			}
			else if (answer.isFinal()) {
				operation.answered(answer.status(), answer.body());
				return;
			}
			else {
				operation.refused(answer.status(), answer.body());
				if (!operation.keyed()) {
					operation.final503();
					return;
				}
			}
			pause(50 + this.random.nextInt(250));
		}
		while (operation.keyed() && !this.abandoned);
	}

	/** The same again is answered the same, and another body under the same key not. */
	private void repeat(Operation operation) {
		Answer same = send(operation, operation.body(), false);
		if (same != null && same.isFinal() && !same.isReplayOf(operation)) {
			operation.violation("repeated, it was answered " + same + " after " + operation.answer());
		}
		if (operation.kind() == Operation.Kind.MOVE) {
			Answer other = send(operation, operation.body().replace("\"reference\":\"", "\"reference\":\"not "), false);
			if (other != null && other.isFinal() && !other.says("idempotency-key-reused")) {
				operation.violation("with another body under its key it was answered " + other);
			}
		}
	}

	/** The same to two processes at once: they must agree on what became of it. */
	private Answer sendTwice(Operation operation) {
		List<String> urls = new ArrayList<>(this.habits.retryAt());
		Collections.shuffle(urls, this.random);
		CompletableFuture<Answer> other = CompletableFuture
			.supplyAsync(() -> send(operation, operation.body(), false, urls.get(1)));
		Answer one = send(operation, operation.body(), false, urls.get(0));
		Answer two = other.join();
		if (one != null && two != null && one.isFinal() && two.isFinal() && !one.agrees(operation.kind(), two.body())) {
			operation.violation("two processes say " + one + " and " + two);
		}
		return (one != null) ? one : two;
	}

	private Answer send(Operation operation, String body, boolean hangUp) {
		return send(operation, body, hangUp, this.shop.url());
	}

	/**
	 * Sends it, and maybe hangs up within milliseconds.
	 * @return null if nobody knows
	 */
	private Answer send(Operation operation, String body, boolean hangUp, String url) {
		Answer answer = answer(operation, body, hangUp, url);
		if (!hangUp && (answer == null || !answer.isFinal())) {
			operation.unserved();
		}
		return answer;
	}

	private Answer answer(Operation operation, String body, boolean hangUp, String url) {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + operation.path()))
			.timeout(PATIENCE)
			.header("Content-Type", "application/json")
			.header("Authorization", "Bearer " + this.shop.token())
			.POST(HttpRequest.BodyPublishers.ofString(body));
		if (operation.keyed()) {
			request.header("Idempotency-Key", operation.id());
		}
		CompletableFuture<HttpResponse<String>> answer = (hangUp ? HANGING_UP : HTTP).sendAsync(request.build(),
				HttpResponse.BodyHandlers.ofString());
		try {
			HttpResponse<String> response = hangUp ? answer.get(this.random.nextInt(20), TimeUnit.MILLISECONDS)
					: answer.get();
			return new Answer(response.statusCode(), JSON.readTree(response.body()));
		}
		catch (TimeoutException ex) {
			answer.cancel(true); // closes the connection
			return null;
		}
		catch (ExecutionException | CancellationException ex) {
			if (ex.getCause() instanceof IOException) {
				return null;
			}
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static HttpClient http() {
		return HttpClient.newBuilder()
			.version(HttpClient.Version.HTTP_1_1)
			.connectTimeout(Duration.ofSeconds(5))
			.executor(Executors.newVirtualThreadPerTaskExecutor())
			.build();
	}

	private void pause(long millis) {
		try {
			Thread.sleep(millis);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * How clients behave.
	 *
	 * @param pace the average pause between two operations; zero to begin the next as
	 * soon as one has ended
	 * @param hangUps the share of requests whose client hangs up within 20 ms
	 * @param retryAt processes that are asked in pairs, past the load balancer, about
	 * what is not known; none to ask the load balancer again
	 * @param documentsOnly whether they only reserve and transfer several lines at once
	 * @param keyless the share of movements without a key, which are not repeated
	 */
	record Habits(Duration pace, double hangUps, List<String> retryAt, boolean documentsOnly, double keyless) {

		static final Habits STEADY = new Habits(Duration.ofMillis(80), 0, List.of(), false);

		static final Habits HURRIED = new Habits(Duration.ZERO, 0, List.of(), false);

		Habits(Duration pace, double hangUps, List<String> retryAt, boolean documentsOnly) {
			this(pace, hangUps, retryAt, documentsOnly, 0.125);
		}

		static Habits hangingUp(double share) {
			return new Habits(STEADY.pace(), share, List.of(), false);
		}

		static Habits retryingAt(List<String> processes) {
			return new Habits(STEADY.pace(), 0, processes, false);
		}

		static Habits withoutKeys(double share) {
			return new Habits(STEADY.pace(), 0, List.of(), false, share);
		}

		static Habits ofDocuments() {
			return new Habits(STEADY.pace(), 0, List.of(), true);
		}

	}

	private record Held(String id, int lines) {
	}

	private record Answer(int status, JsonNode body) {

		boolean says(String code) {
			return Operation.code(this.body).equals(code);
		}

		/** In a batch, of every element. */
		boolean isFinal() {
			return isFinal(this.status)
					&& this.body.valueStream().allMatch((element) -> isFinal(element.path("status").asInt(0)));
		}

		private static boolean isFinal(int status) {
			return status != 503 && status != 429;
		}

		boolean isReplayOf(Operation operation) {
			return agrees(operation.kind(), operation.answer());
		}

		boolean agrees(Operation.Kind kind, JsonNode first) {
			return switch (kind) {
				case MOVE -> this.body.path("sequence").equals(first.path("sequence"))
						&& Operation.code(this.body).equals(Operation.code(first));
				case BATCH -> sequences(this.body).equals(sequences(first));
				default -> this.body.path("id").equals(first.path("id"))
						&& Operation.code(this.body).equals(Operation.code(first));
			};
		}

		private static List<JsonNode> sequences(JsonNode results) {
			return results.valueStream().map((result) -> result.at("/movement/sequence")).toList();
		}

	}

}
