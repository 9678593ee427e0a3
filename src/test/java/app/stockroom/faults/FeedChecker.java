package app.stockroom.faults;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

import app.stockroom.faults.Books.Row;
import app.stockroom.faults.Books.State;
import app.stockroom.faults.Subscriber.Event;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Holds what a feed told against the ledger (I9).
 */
final class FeedChecker {

	private final Subscriber reader;

	private final Books books;

	private final boolean resetsAllowed;

	private final List<String> violations = new ArrayList<>();

	private FeedChecker(Subscriber reader, Books books, boolean resetsAllowed) {
		this.reader = reader;
		this.books = books;
		this.resetsAllowed = resetsAllowed;
	}

	/** What is wrong, in words; empty if nothing is. */
	static List<String> violations(Subscriber reader, Books books, boolean resetsAllowed) {
		FeedChecker checker = new FeedChecker(reader, books, resetsAllowed);
		checker.judgeControl();
		switch (reader.path()) {
			case "/api/stock-movements" -> checker.judgeLedger();
			case "/api/inventory" -> checker.judgeStock();
			default -> checker.judgeAlerts();
		}
		return checker.violations;
	}

	private void wrong(String what, Object about) {
		this.violations.add("I9 %s of %s: %s".formatted(what, this.reader.path(), about));
	}

	/** With resets, what came after the last of them. */
	private List<Event> events() {
		List<Event> all = this.reader.events();
		int last = 0;
		for (int i = 0; i < all.size(); i++) {
			last = all.get(i).name().equals("reset") ? i : last;
		}
		return this.resetsAllowed ? all.subList(last, all.size()) : all;
	}

	private void judgeControl() {
		for (Event event : this.reader.events()) {
			// During an outage a stream may end with one, and its reader comes back
			boolean failure = event.name().equals("problem") && event.data().path("status").asInt() != 503;
			if (failure || (event.name().equals("reset") && !this.resetsAllowed)) {
				wrong("a " + event.name(), event.data());
			}
		}
	}

	/** Each entry once, in order, with what the ledger says. */
	private void judgeLedger() {
		Map<Long, Row> ledger = this.books.entries().stream().collect(Collectors.toMap(Row::sequence, (row) -> row));
		long last = this.reader.shop().beginSequence();
		boolean fresh = false;
		for (Event event : events()) {
			if (event.name().equals("reset")) {
				fresh = true;
			}
			else if (event.name().equals("ready") && fresh) {
				last = event.sequence();
				fresh = false;
			}
			else if (event.name().equals("movement")) {
				Row row = ledger.get(event.sequence());
				if (event.sequence() != last + 1) {
					wrong("after entry " + last, event.sequence());
				}
				if (row == null || row.delta() != event.data().path("delta").asLong()
						|| (row.after() != null && !row.after().equals(state(event.data(), "inventoryId", "After")))) {
					wrong("an entry that is not in the ledger", event.data());
				}
				last = event.sequence();
			}
		}
		if (last != this.books.head()) {
			wrong("the last of " + this.books.head(), last);
		}
	}

	/** Only states that were, in order, and in the end the true ones. */
	private void judgeStock() {
		Set<State> past = this.books.entries()
			.stream()
			.map(Row::after)
			.filter((state) -> state != null)
			.collect(Collectors.toSet());
		Map<UUID, State> shown = new HashMap<>();
		for (Event event : events()) {
			if (event.name().equals("reset")) {
				shown.clear();
			}
			else if (event.name().equals("stock")) {
				State state = state(event.data(), "id", "");
				State before = shown.put(state.record(), state);
				if (!past.contains(state)) {
					wrong("a state that never was", state);
				}
				if (before != null && before.version() > state.version()) {
					wrong("an older state after " + before, state);
				}
			}
		}
		if (!shown.equals(this.books.records())) {
			wrong("in the end, where there is " + this.books.records(), shown);
		}
	}

	/** Each step once, in order. */
	private void judgeAlerts() {
		boolean live = false;
		long last = 0;
		Set<String> told = new HashSet<>();
		// Of several alerts of one entry only the last has a position: who is cut off
		// between them gets all again.
		Set<String> again = new HashSet<>();
		for (Event event : events()) {
			if (event.name().equals("reset")) {
				live = false;
			}
			else if (event.name().equals("ready")) {
				last = live ? last : event.sequence();
				live = true;
			}
			else if (event.name().equals("alert") && live) {
				String step = "%s %s %d".formatted(event.data().path("id").asString(),
						event.data().path("state").asString(), event.sequence());
				if ((!told.add(step) && !again.remove(step)) || event.sequence() < last) {
					wrong("twice or late", step);
				}
				if (!event.positioned()) {
					again.add(step);
				}
				last = event.sequence();
			}
		}
		long begin = events().stream()
			.filter((event) -> event.name().equals("ready"))
			.mapToLong(Event::sequence)
			.findFirst()
			.orElse(Long.MAX_VALUE);
		Set<String> steps = this.books.alerts()
			.stream()
			.filter((step) -> step.sequence() > begin)
			.map((step) -> "%s %s %d".formatted(step.id(), step.state(), step.sequence()))
			.collect(Collectors.toSet());
		steps.stream().filter((step) -> !told.contains(step)).forEach((step) -> wrong("a step was not told", step));
		told.stream().filter((step) -> !steps.contains(step)).forEach((step) -> wrong("a step that was not", step));
	}

	/** Null of what is about no record. */
	private static @Nullable State state(JsonNode data, String id, String suffix) {
		return !data.hasNonNull(id) ? null
				: new State(UUID.fromString(data.path(id).asString()), data.path("version").asLong(),
						data.path("quantity" + suffix).asLong(), data.path("reserved" + suffix).asLong());
	}

}
