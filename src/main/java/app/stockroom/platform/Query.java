package app.stockroom.platform;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import app.stockroom.platform.Refusal.FieldError;
import org.jspecify.annotations.Nullable;

import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * The query parameters that a route takes. Any other one is refused by its name, and so
 * is one that means one value and comes with several: to ignore either would answer a
 * question that the client did not ask.
 *
 * @param single those that may be given once
 * @param several those that may be given several times, or with several values separated
 * by commas
 */
public record Query(Set<String> single, Set<String> several) {

	/** Takes no parameter at all. */
	public static final Query NONE = new Query(Set.of(), Set.of());

	public static Query of(String... single) {
		return NONE.and(single);
	}

	/**
	 * These parameters and others that may be given once.
	 */
	public Query and(String... single) {
		return new Query(join(this.single, single), this.several);
	}

	/**
	 * These parameters and others that may be given several times.
	 */
	public Query several(String... names) {
		return new Query(this.single, join(this.several, names));
	}

	/**
	 * These parameters and those that say which part of a list is wanted.
	 */
	public Query paged() {
		return and("page", "limit", "cursor");
	}

	/**
	 * These parameters, paging and an order.
	 */
	public Query listed() {
		return paged().and("sortBy", "order");
	}

	/**
	 * Refuses what the route does not take, and what is no clean text.
	 * @throws Refusal 400 with every such parameter
	 */
	public void check(ServerRequest request) {
		if (request.queryParams().isEmpty()) {
			return; // as on every change: nothing to judge, nothing to allocate
		}
		Refusal refusal = Problem.INVALID_REQUEST.because("The query is not valid.");
		request.queryParams().forEach((name, values) -> check(name, values, refusal));
		if (!refusal.errors().isEmpty()) {
			if (this.single.contains("page")) {
				PageRequest.judge(request.queryParams(), refusal);
			}
			throw refusal;
		}
	}

	private void check(String name, List<String> values, Refusal refusal) {
		if (!this.single.contains(name) && !this.several.contains(name)) {
			refusal.with(new FieldError(name, "unknown-parameter", "there is no such query parameter here"));
		}
		else if (values.size() > 1 && this.single.contains(name)) {
			refusal.with(new FieldError(name, "repeated", "must be given once"));
		}
		else {
			values.forEach((value) -> check(name, value, refusal));
		}
	}

	// A parameter without an equals sign has the value null.
	@SuppressWarnings("ConstantConditions")
	private static void check(String name, @Nullable String value, Refusal refusal) {
		int longest = name.equals("cursor") ? Limits.CURSOR_LENGTH : Limits.TEXT_LENGTH;
		if (value == null) {
			refusal.with(new FieldError(name, "malformed", "must have a value"));
		}
		else if (!Text.isClean(value)) {
			refusal.with(new FieldError(name, "malformed", "must be text without NUL"));
		}
		else if (value.length() > longest) {
			refusal.with(new FieldError(name, "too-long", "has at most %d characters".formatted(longest)));
		}
	}

	private static Set<String> join(Set<String> names, String... others) {
		Set<String> all = new HashSet<>(names);
		all.addAll(List.of(others));
		return Set.copyOf(all);
	}

}
