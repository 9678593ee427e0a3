package app.stockroom.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import app.stockroom.Description.Operation;
import tools.jackson.databind.JsonNode;

/**
 * What a fuzzer has learned from the answers until now: what there is, by its kind, and
 * in which version. Requests are made up beforehand and say only which kind of thing they
 * want; what that is gets filled in when they are sent.
 */
final class Known {

	/** In letters that stay themselves in every part of a request. */
	private static final Pattern REFERENCE = Pattern.compile("ref_([a-zA-Z]+)_([0-9]+)_fer");

	private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

	private final Map<String, List<String>> things = new ConcurrentHashMap<>();

	private final Map<String, String> versions = new ConcurrentHashMap<>();

	/**
	 * What stands in a request for some thing of a kind, the same for the same number.
	 */
	static String some(String kind, int number) {
		return "ref_%s_%d_fer".formatted(kind, number);
	}

	void add(String kind, String thing) {
		List<String> all = this.things.computeIfAbsent(kind, (_) -> new ArrayList<>());
		synchronized (all) {
			if (!all.contains(thing)) {
				all.add(thing);
			}
		}
	}

	private void remove(String kind, String thing) {
		List<String> all = this.things.getOrDefault(kind, List.of());
		synchronized (all) {
			all.remove(thing);
		}
	}

	/** Fills in what is known by now; of what is not, something that is not there. */
	String fill(String text) {
		return REFERENCE.matcher(text)
			.replaceAll((found) -> Matcher.quoteReplacement(find(found.group(1), Integer.parseInt(found.group(2)))));
	}

	private String find(String kind, int number) {
		List<String> all = this.things.getOrDefault(kind, List.of());
		synchronized (all) {
			return all.isEmpty() ? new UUID(0, number).toString() : all.get(number % all.size());
		}
	}

	/** The ETag of what a path names, or one that fits everything. */
	String tag(String path) {
		Matcher ids = ID.matcher(path);
		String last = "";
		while (ids.find()) {
			last = ids.group();
		}
		String version = this.versions.get(last);
		return (version != null) ? "\"" + version + "\"" : "*";
	}

	/** Learns what an accepted request brought about. */
	void learn(Operation operation, String path, JsonNode answer) {
		String kind = kind(operation.path());
		if (operation.path().endsWith("/{id}") && operation.method().name().equals("DELETE")) {
			String id = path.substring(path.lastIndexOf('/') + 1);
			remove(kind, id);
			remove("own" + kind, id);
			add("deleted" + kind, id);
			this.versions.remove(id);
			return;
		}
		boolean created = operation.method().name().equals("POST");
		for (JsonNode thing : answer.has("items") ? answer.path("items") : List.of(answer)) {
			learn(kind, thing, created);
		}
	}

	private void learn(String kind, JsonNode thing, boolean created) {
		if (kind.equals("movement")) {
			if (created && thing.path("type").asString("").matches("IN|OUT|ADJUSTMENT")) {
				add("movement", thing.path("sequence").asString());
			}
			return;
		}
		if (!thing.has("id") || thing.hasNonNull("deletedAt")) {
			return;
		}
		String id = thing.path("id").asString();
		add(kind, id);
		if (created) {
			add("own" + kind, id);
			remove("deleted" + kind, id);
		}
		if (thing.has("version")) {
			this.versions.put(id, thing.path("version").asString());
		}
		String state = thing.path("status").asString("") + thing.path("state").asString("");
		if (state.matches("HELD|IN_TRANSIT|OPEN")) {
			add("open" + kind, id);
		}
		else {
			remove("open" + kind, id);
		}
	}

	private static String kind(String path) {
		return path.contains("/inventory") ? "record" : switch (path.split("/")[2]) {
			case "products" -> "product";
			case "warehouses" -> "warehouse";
			case "reservations" -> "reservation";
			case "transfers" -> "transfer";
			case "alerts" -> "alert";
			case "tenants" -> "tenant";
			case "stock-movements" -> "movement";
			default -> "other";
		};
	}

}
