package app.stockroom.faults;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

import app.stockroom.Description;
import app.stockroom.Description.Operation;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Requests that openapi.yaml describes, nearly: each part follows its schema most of the
 * time and breaks it, at its limits or wildly, the rest of the time.
 */
final class Fuzz {

	/** Of these, requests for everything: they end others' work. */
	private static final Set<String> SPARED = Set.of("DELETE /api/tenants/{id}", "PATCH /api/tenant",
			"PATCH /api/tenants/{id}");

	private static final Set<String> CREATIONS = Set.of("POST /api/products", "POST /api/warehouses",
			"POST /api/reservations", "POST /api/transfers", "POST /api/stock-movements");

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private static final JsonMapper JSON = new JsonMapper();

	private static final int DEPTH = 6;

	private final Description description = Description.get();

	/** Ids, SKUs and positions that mean something to the tenant. */
	private final List<String> known;

	Fuzz(List<String> known) {
		this.known = known;
	}

	/** Any operation, most of the time with arguments that make sense. */
	Arbitrary<Call> calls() {
		List<Operation> all = this.description.operations()
			.stream()
			.filter((operation) -> !SPARED.contains(operation.toString()))
			.toList();
		// What there is must be made faster than it is used up
		List<Operation> often = all.stream()
			.flatMap((operation) -> Collections.nCopies(CREATIONS.contains(operation.toString()) ? 3 : 1, operation)
				.stream())
			.toList();
		return Arbitraries.frequencyOf(
				Tuple.of(2,
						Arbitraries
							.randomValue((random) -> Likely.call(often.get(random.nextInt(often.size())), random))),
				Tuple.of(1, Arbitraries.of(all).withoutEdgeCases().flatMap(this::calls)));
	}

	private Arbitrary<Call> calls(Operation operation) {
		Arbitrary<String> target = Arbitraries.just(operation.path());
		Arbitrary<List<String>> headers = Arbitraries.just(List.of());
		for (JsonNode parameter : operation.parameters()) {
			String name = parameter.get("name").asString();
			Arbitrary<String> value = values(parameter.path("schema"), 0).map(Fuzz::text);
			switch (parameter.get("in").asString()) {
				case "path" -> target = with(target, segments(value),
						(path, segment) -> path.replace("{" + name + "}", encode(segment)));
				case "query" -> target = with(target, value.optional(0.12),
						(path, text) -> text.map((each) -> query(path, name, each)).orElse(path));
				default ->
					headers = with(headers, value.map(Fuzz::printable).optional(name.contains("Tenant") ? 0.01 : 0.15),
							(all, text) -> text.map((each) -> appended(all, name, each)).orElse(all));
			}
		}
		Arbitrary<String> strange = with(target, Arbitraries.strings().all().ofMaxLength(20).optional(0.02),
				(path, text) -> text.map((each) -> query(path, each, each)).orElse(path));
		return with(with(strange, headers, Tuple::of), bodies(operation),
				(asked, body) -> new Call(operation, asked.get1(), asked.get2(), body));
	}

	private Arbitrary<String> segments(Arbitrary<String> described) {
		return Arbitraries.frequencyOf(Tuple.of(6, knownOnes()), Tuple.of(3, described),
				Tuple.of(1, Arbitraries.strings().all().ofMinLength(1).ofMaxLength(40)));
	}

	private Arbitrary<String> knownOnes() {
		return Arbitraries.of(this.known);
	}

	private Arbitrary<Body> bodies(Operation operation) {
		List<Arbitrary<Body>> choices = new ArrayList<>();
		operation.bodies().propertyStream().forEach((content) -> {
			JsonNode schema = content.getValue().path("schema");
			Arbitrary<String> text = content.getKey().endsWith("json")
					? values(schema, 0).map((node) -> node.isMissingNode() ? "" : node.toString())
					: values(schema, 0).list()
						.ofMaxSize(4)
						.map((lines) -> String.join("\n", lines.stream().map(Fuzz::text).toList()));
			choices.add(text.map((written) -> new Body(content.getKey(), written.getBytes(StandardCharsets.UTF_8))));
		});
		if (choices.isEmpty()) {
			return Arbitraries.just(Body.NONE);
		}
		Arbitrary<Body> garbage = Arbitraries.bytes()
			.array(byte[].class)
			.ofMaxSize(200)
			.map((bytes) -> new Body("application/json", bytes));
		Arbitrary<Body> cut = choices.getFirst()
			.map((body) -> new Body(body.type(), java.util.Arrays.copyOf(body.bytes(), body.bytes().length / 2)));
		return Arbitraries.frequencyOf(Tuple.of(18, Arbitraries.oneOf(choices)), Tuple.of(1, garbage),
				Tuple.of(1, cut));
	}

	/** Values of a schema, and now and then others. */
	private Arbitrary<JsonNode> values(JsonNode reference, int depth) {
		JsonNode schema = this.description.resolve(reference);
		return Arbitraries.frequencyOf(Tuple.of(60, proper(schema, depth)), Tuple.of(1, anything()));
	}

	private Arbitrary<JsonNode> proper(JsonNode schema, int depth) {
		if (schema.has("enum")) {
			return Arbitraries.of(schema.get("enum").valueStream().toList());
		}
		if (schema.has("const")) {
			return Arbitraries.just(schema.get("const"));
		}
		for (String choice : List.of("oneOf", "anyOf")) {
			if (schema.has(choice)) {
				return Arbitraries.oneOf(schema.get(choice).valueStream().map((each) -> values(each, depth)).toList());
			}
		}
		if (schema.has("allOf")) {
			return all(schema.get("allOf"), depth);
		}
		JsonNode type = schema.path("type");
		return switch (type.isArray() ? type.get(0).asString() : type.asString("object")) {
			case "string" -> strings(schema);
			case "integer" -> integers(schema);
			case "number" ->
				Arbitraries.oneOf(integers(schema), Arbitraries.bigDecimals().ofScale(6).map(NODES::numberNode));
			case "boolean" -> Arbitraries.of(true, false).map(NODES::booleanNode);
			case "array" -> (depth > DEPTH) ? Arbitraries.just(NODES.arrayNode())
					: values(schema.path("items"), depth + 1).list()
						.ofMaxSize(5)
						.map((items) -> NODES.arrayNode().addAll(items));
			default -> objects(schema, depth);
		};
	}

	private Arbitrary<JsonNode> all(JsonNode parts, int depth) {
		Arbitrary<JsonNode> whole = Arbitraries.just(NODES.objectNode());
		for (JsonNode part : parts) {
			whole = with(whole, proper(this.description.resolve(part), depth), (one, other) -> {
				ObjectNode merged = NODES.objectNode();
				one.propertyStream().forEach((member) -> merged.set(member.getKey(), member.getValue()));
				other.propertyStream().forEach((member) -> merged.set(member.getKey(), member.getValue()));
				return merged;
			});
		}
		return whole;
	}

	private Arbitrary<JsonNode> objects(JsonNode schema, int depth) {
		Arbitrary<JsonNode> object = Arbitraries.create(NODES::objectNode).map((empty) -> (JsonNode) empty);
		Set<String> required = Set.copyOf(schema.path("required").valueStream().map(JsonNode::asString).toList());
		if (depth > DEPTH) {
			return object;
		}
		for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
			double presence = required.contains(property.getKey()) ? 0.97 : 0.5;
			object = with(object, values(property.getValue(), depth + 1).optional(presence), (node, value) -> {
				ObjectNode copy = (ObjectNode) node.deepCopy();
				value.ifPresent((each) -> copy.set(property.getKey(), each));
				return copy;
			});
		}
		return object;
	}

	private Arbitrary<JsonNode> strings(JsonNode schema) {
		int length = schema.path("maxLength").asInt(256);
		Arbitrary<String> written = switch (schema.path("format").asString("")) {
			case "uuid" -> knownOnes();
			case "date-time" -> Arbitraries.of("2026-01-01T00:00:00Z", "2999-12-31T23:59:59.999999999Z", "0000-00-00",
					"2026-01-01", "-999999999-01-01T00:00:00Z");
			default -> Arbitraries.frequencyOf(Tuple.of(20, knownOnes()),
					Tuple.of(20, Arbitraries.strings().alpha().numeric().ofMinLength(1).ofMaxLength(12)),
					Tuple.of(2, Arbitraries.strings().all().ofMaxLength(30)),
					Tuple.of(1,
							Arbitraries.of("x".repeat(Math.min(length, 5000)), "x".repeat(Math.min(length, 5000) + 1),
									"", " ", "\u0000", "' or '1'='1", "=cmd()", "../..", "\ud800", "null")));
		};
		return written.map(NODES::stringNode);
	}

	private static Arbitrary<JsonNode> integers(JsonNode schema) {
		long low = schema.path("minimum").asLong(0);
		long high = schema.path("maximum").asLong(9_007_199_254_740_991L);
		return Arbitraries
			.frequencyOf(Tuple.of(20, Arbitraries.longs().between(Math.max(low, -50), Math.min(high, 50))),
					Tuple.of(1, Arbitraries.of(low - 1, low, high, high + 1, 0L, -1L, Long.MAX_VALUE, Long.MIN_VALUE)))
			.map(NODES::numberNode);
	}

	/** What fits nowhere in particular. */
	private static Arbitrary<JsonNode> anything() {
		return Arbitraries
			.of("null", "true", "-1", "1e400", "0.1", "99999999999999999999999999", "\"\"", "\"\\u0000\"", "[]", "{}",
					"[[[[[[]]]]]]", "{\"a\":{\"b\":null}}")
			.map(JSON::readTree);
	}

	private static <A, B, C> Arbitrary<C> with(Arbitrary<A> one, Arbitrary<B> other, BiFunction<A, B, C> both) {
		return net.jqwik.api.Combinators.combine(one, other).as(both::apply);
	}

	static String query(String target, String name, String value) {
		return target + (target.contains("?") ? "&" : "?") + encode(name) + "=" + encode(value);
	}

	private static List<String> appended(List<String> headers, String name, String value) {
		List<String> more = new ArrayList<>(headers);
		more.addAll(List.of(name, value));
		return more;
	}

	private static String encode(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
	}

	static String text(JsonNode node) {
		return node.isString() ? node.asString() : node.toString();
	}

	/** The client refuses to send the rest in a header. */
	private static String printable(String text) {
		return text.replaceAll("[^\\x21-\\x7e]", "?");
	}

	/**
	 * A request.
	 *
	 * @param operation what it is for
	 * @param target its path and query
	 * @param headers names and values in turn
	 * @param body what it carries
	 */
	record Call(Operation operation, String target, List<String> headers, Body body) {

		/** With what is known by now in place of what it refers to. */
		Call filled(Known known) {
			String filled = known.fill(this.target);
			return new Call(this.operation, filled,
					this.headers.stream()
						.map((text) -> text.equals(Likely.TAG) ? known.tag(filled) : known.fill(text))
						.toList(),
					this.body.filled(known));
		}

		@Override
		public String toString() {
			return "%s %s %s %s".formatted(this.operation.method(), this.target, this.headers, this.body);
		}

	}

	/**
	 * A body.
	 *
	 * @param type its media type; empty for none
	 * @param bytes what is sent
	 */
	record Body(String type, byte[] bytes) {

		static final Body NONE = new Body("", new byte[0]);

		/** Bytes that are no text stay as they are. */
		Body filled(Known known) {
			String text = new String(this.bytes, StandardCharsets.ISO_8859_1);
			return new Body(this.type, known.fill(text).getBytes(StandardCharsets.ISO_8859_1));
		}

		@Override
		public String toString() {
			return this.type + " " + new String(this.bytes, StandardCharsets.UTF_8);
		}

	}

}
