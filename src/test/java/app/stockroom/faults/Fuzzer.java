package app.stockroom.faults;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

import app.stockroom.Description.Operation;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.sessions.JqwikSession;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.http.HttpHeaders;

/**
 * Sends what {@link Fuzz} makes up, and collects every answer that is a failure of the
 * service or none that openapi.yaml allows.
 */
final class Fuzzer {

	private static final JsonMapper JSON = new JsonMapper();

	private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private static final int AT_ONCE = 16;

	private final String url;

	private final String token;

	private final String platform;

	private final Known known;

	private final Map<Integer, Integer> statuses = new ConcurrentHashMap<>();

	private final Queue<String> surprises = new ConcurrentLinkedQueue<>();

	/**
	 * A fuzzer.
	 * @param token of the tenant
	 * @param platform for what is asked of all tenants
	 */
	Fuzzer(Shop shop, String platform) {
		this.url = shop.url();
		this.token = shop.token();
		this.platform = platform;
		this.known = shop.things();
	}

	/** How often each status was answered. */
	Map<Integer, Integer> statuses() {
		return this.statuses;
	}

	/** How many requests were accepted. */
	int accepted() {
		return this.statuses.entrySet()
			.stream()
			.filter((status) -> status.getKey() < 300)
			.mapToInt(Map.Entry::getValue)
			.sum();
	}

	/** What was answered that should not have been. */
	Queue<String> surprises() {
		return this.surprises;
	}

	void send(Fuzz fuzz, long seed, int count) {
		List<Fuzz.Call> calls = new ArrayList<>();
		JqwikSession.run(() -> {
			RandomGenerator<Fuzz.Call> generator = fuzz.calls().generator(1000, true);
			for (int i = 0; i < count; i++) {
				calls.add(generator.next(new Random(seed + i)).value());
			}
		});
		Semaphore room = new Semaphore(AT_ONCE);
		try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
			for (Fuzz.Call call : calls) {
				room.acquireUninterruptibly();
				threads.submit(() -> {
					try {
						send(call);
					}
					finally {
						room.release();
					}
				});
			}
		}
	}

	private void send(Fuzz.Call madeUp) {
		Fuzz.Call call = madeUp.filled(this.known);
		try {
			HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(this.url + call.target()))
				.timeout(Duration.ofSeconds(30))
				.method(call.operation().method().name(),
						call.body().type().isEmpty() ? HttpRequest.BodyPublishers.noBody()
								: HttpRequest.BodyPublishers.ofByteArray(call.body().bytes()));
			for (int i = 0; i < call.headers().size(); i += 2) {
				request.setHeader(call.headers().get(i), call.headers().get(i + 1));
			}
			if (!call.body().type().isEmpty()) {
				request.setHeader("Content-Type", call.body().type());
			}
			request.setHeader("Authorization",
					"Bearer " + (call.operation().path().startsWith("/api/tenants") ? this.platform : this.token));
			judge(call, HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString()));
		}
		catch (IOException ex) {
			this.surprises.add("%s: %s".formatted(call, ex));
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void judge(Fuzz.Call call, HttpResponse<String> answer) {
		this.statuses.merge(answer.statusCode(), 1, Integer::sum);
		if (answer.statusCode() < 300) {
			this.known.learn(call.operation(), call.target(), body(answer));
		}
		if (answer.statusCode() >= 500) {
			this.surprises.add("%s: %d %s".formatted(call, answer.statusCode(), answer.body()));
		}
		else if (isAnswerOf(call.operation(), call) && !(answer.body().isEmpty() && answer.statusCode() == 200)) {
			List<String> faults = call.operation().answerFaults(answer.statusCode(), headers(answer), body(answer));
			if (!faults.isEmpty()) {
				this.surprises.add("%s: %d %s %s".formatted(call, answer.statusCode(), answer.body(), faults));
			}
		}
	}

	/** A path with invented parts may be that of another operation, or of none. */
	private static boolean isAnswerOf(Operation operation, Fuzz.Call call) {
		return app.stockroom.Description.get()
			.find(operation.method(), call.target())
			.filter((found) -> found.toString().equals(operation.toString()))
			.isPresent() && !call.target().replaceFirst("\\?.*", "").matches(".*%(?!20).*|.*/\\.\\.?(/.*)?");
	}

	private static HttpHeaders headers(HttpResponse<String> answer) {
		HttpHeaders headers = new HttpHeaders();
		answer.headers().map().forEach(headers::addAll);
		return headers;
	}

	/** Of lines the first; of anything that is no JSON the text. */
	private static JsonNode body(HttpResponse<String> answer) {
		String type = answer.headers().firstValue("Content-Type").orElse("");
		String text = type.contains("ndjson") ? answer.body().lines().findFirst().orElse("") : answer.body();
		try {
			return (type.contains("json") && !text.isEmpty()) ? JSON.readTree(text)
					: JSON.readTree(JSON.writeValueAsString(text));
		}
		catch (JacksonException ex) {
			return JSON.missingNode();
		}
	}

}
