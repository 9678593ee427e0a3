package app.stockroom.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import app.stockroom.TenantClient;
import app.stockroom.TenantClient.Reply;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpMethod;

/**
 * Sends requests with and without keys, and compares each answer with the model's.
 */
final class Requests {

	private final TenantClient client;

	private final Consumer<String> counter;

	private final List<Request> keyed = new ArrayList<>();

	private final Map<String, Kept> keys = new HashMap<>();

	/**
	 * @param counter is told what was asked and how it was answered
	 */
	Requests(TenantClient client, Consumer<String> counter) {
		this.client = client;
		this.counter = counter;
	}

	/** Sends a request for the first time, with a key of its own if it is to have one. */
	void send(Request request, boolean withKey) {
		if (!withKey) {
			perform(request);
			return;
		}
		Request first = request.with("k" + this.keyed.size());
		this.keyed.add(first);
		perform(first);
	}

	/** A request with a key, so many before the newest, or null while there is none. */
	@Nullable Request earlier(int number) {
		return this.keyed.isEmpty() ? null : this.keyed.get(this.keyed.size() - 1 - number % this.keyed.size());
	}

	void perform(Request request) {
		boolean[] decided = { false };
		String expected = expected(request, decided);
		List<String> headers = new ArrayList<>(request.headers);
		if (request.key != null) {
			headers.addAll(List.of("Idempotency-Key", request.key));
		}
		Reply reply = this.client.send(request.method, request.path, request.body, headers.toArray(String[]::new));
		boolean replayed = reply.headers().containsHeader("Idempotency-Replayed");
		String actual = request.told.apply(reply) + (replayed ? " replayed" : "");
		if (!actual.equals(expected)) {
			throw new AssertionError("%s %s %s%n  key      %s%n  expected %s%n  but was  %s%n  %s"
				.formatted(request.method, request.path, request.body, request.key, expected, actual, reply.body()));
		}
		if (decided[0] && reply.status() < 400) {
			request.learn.accept(reply);
		}
		this.counter.accept(request.what + (replayed ? " replayed " : " ") + kind(actual));
	}

	private String expected(Request request, boolean[] decided) {
		String early = request.early.get();
		if (early != null) {
			return early;
		}
		Kept kept = (request.key != null) ? this.keys.get(request.key) : null;
		if (kept != null) {
			return kept.request.equals(request.path + request.body) ? kept.answer + " replayed"
					: "422 idempotency-key-reused";
		}
		Expected answer = request.model.get();
		decided[0] = true;
		if (request.key != null && answer.kept) {
			this.keys.put(request.key, new Kept(request.path + request.body, answer.text));
		}
		return answer.text;
	}

	private static String kind(String answer) {
		String[] words = answer.split(" ");
		return (words[0].compareTo("4") < 0) ? words[0] : words[0] + " " + words[1];
	}

	/**
	 * What is asked.
	 *
	 * @param what its kind, for the statistics
	 * @param early what is answered without a look at the key, if anything
	 * @param model decides it in the model
	 * @param told the service's answer in the model's words
	 * @param learn takes ids from the first answer
	 */
	record Request(String what, HttpMethod method, String path, @Nullable String body, List<String> headers,
			@Nullable String key, Supplier<@Nullable String> early, Supplier<Expected> model,
			Function<Reply, String> told, Consumer<Reply> learn) {

		static Request of(String what, HttpMethod method, String path, @Nullable String body, Supplier<Expected> model,
				Function<Reply, String> told) {
			return new Request(what, method, path, body, List.of(), null, () -> null, model, told, (reply) -> {
			});
		}

		Request with(@Nullable String newKey) {
			return new Request(this.what, this.method, this.path, this.body, this.headers, newKey, this.early,
					this.model, this.told, this.learn);
		}

		Request early(Supplier<@Nullable String> answer) {
			return new Request(this.what, this.method, this.path, this.body, this.headers, this.key, answer, this.model,
					this.told, this.learn);
		}

		Request headers(List<String> values) {
			return new Request(this.what, this.method, this.path, this.body, values, this.key, this.early, this.model,
					this.told, this.learn);
		}

		Request learn(Consumer<Reply> consumer) {
			return new Request(this.what, this.method, this.path, this.body, this.headers, this.key, this.early,
					this.model, this.told, consumer);
		}

	}

	/**
	 * The model's answer.
	 *
	 * @param kept whether a key remembers it: what was refused without the ledger is
	 * judged again
	 */
	record Expected(String text, boolean kept) {
	}

	private record Kept(String request, String answer) {
	}

}
