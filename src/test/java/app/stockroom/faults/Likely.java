package app.stockroom.faults;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

import app.stockroom.Description;
import app.stockroom.Description.Operation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Requests that are likely to be accepted: they follow the description, name things that
 * are there, and want of them what can be done with them.
 */
final class Likely {

	/** Stands for the ETag of what the path names. */
	static final String TAG = "ref_tag_0_fer";

	/** Of what a path ends with, the kind of thing that it is asked of. */
	private static final Map<String, String> SUBJECTS = Map.of("/restore", "deleted", "/commit", "open", "/release",
			"open", "/extension", "open", "/receipt", "open", "/acknowledgement", "open");

	/** What is left out: it makes sense with what was answered or sent before only. */
	private static final Set<String> LEFT_OUT = Set.of("cursor", "after", "Last-Event-ID", "X-Tenant-Id", "conflate",
			"scope", "tenantIds", "atSequence", "asOf", "barcode", "page");

	/** Not all lines of a document, which is what they are asked for without. */
	private static final Set<String> PARTS = Set.of("/commit", "/receipt");

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private final Description description = Description.get();

	private final Operation operation;

	private final Random random;

	/** From one of the two warehouses, to the other. */
	private final int from;

	private int products;

	private Likely(Operation operation, Random random) {
		this.operation = operation;
		this.random = random;
		this.from = random.nextInt(2);
		this.products = random.nextInt(3);
	}

	static Fuzz.Call call(Operation operation, Random random) {
		return new Likely(operation, random).call();
	}

	private Fuzz.Call call() {
		String target = this.operation.path();
		List<String> headers = new ArrayList<>();
		for (JsonNode parameter : this.operation.parameters()) {
			String name = parameter.get("name").asString();
			switch (parameter.get("in").asString()) {
				case "path" -> target = target.replace("{" + name + "}", subject(name));
				case "query" -> {
					if (wanted(name, 0.1)) {
						target = Fuzz.query(target, name, Fuzz.text(value(name, parameter.path("schema"))));
					}
				}
				default -> header(name, headers);
			}
		}
		return new Fuzz.Call(this.operation, target, headers, body());
	}

	private boolean wanted(String name, double share) {
		return !LEFT_OUT.contains(name) && this.random.nextDouble() < share;
	}

	private void header(String name, List<String> headers) {
		switch (name) {
			case "Idempotency-Key" -> {
				if (this.random.nextBoolean()) {
					headers.addAll(List.of(name, word()));
				}
			}
			case "If-Match" -> {
				if (this.random.nextInt(4) == 0) {
					headers.addAll(List.of(name, TAG));
				}
			}
			case "Prefer" -> {
				if (this.random.nextInt(10) == 0) {
					headers.addAll(List.of(name, "return=minimal"));
				}
			}
			default -> {
			}
		}
	}

	/** What the path names. */
	private String subject(String name) {
		String path = this.operation.path();
		if (name.equals("productId")) {
			return product();
		}
		if (path.startsWith("/api/warehouses/{id}/inventory")) {
			return warehouse(this.from);
		}
		if (path.equals("/api/stock-movements/{sequence}")) {
			return Integer.toString(1 + this.random.nextInt(6));
		}
		String kind = path.startsWith("/api/inventory/") ? "record"
				: path.split("/")[2].replaceFirst("stock-", "").replaceFirst("s$", "");
		boolean ours = Set.of("PUT", "PATCH", "DELETE").contains(this.operation.method().name())
				&& Set.of("product", "warehouse").contains(kind);
		String state = ours ? "own" : SUBJECTS.getOrDefault(path.substring(path.lastIndexOf('/')), "");
		return Known.some(state + kind, number());
	}

	private Fuzz.Body body() {
		List<Map.Entry<String, JsonNode>> contents = List.copyOf(this.operation.bodies().properties());
		if (contents.isEmpty()) {
			return Fuzz.Body.NONE;
		}
		Map.Entry<String, JsonNode> content = contents.get(this.random.nextInt(contents.size()));
		JsonNode schema = content.getValue().path("schema");
		String text = switch (content.getKey()) {
			case "text/csv" -> sheet();
			case "application/x-ndjson" -> value("", schema) + "\n" + value("", schema) + "\n";
			default -> value("", schema).toString();
		};
		return new Fuzz.Body(content.getKey(), text.getBytes(StandardCharsets.UTF_8));
	}

	private String sheet() {
		return this.operation.path().startsWith("/api/products") ? "sku,name\n%s,%s\n".formatted(word(), word())
				: "productId,quantity\n%s,%d\n".formatted(Known.some("ownproduct", number()), this.random.nextInt(9));
	}

	private JsonNode value(String name, JsonNode reference) {
		JsonNode schema = this.description.resolve(reference);
		String named = named(name);
		if (named != null) {
			return NODES.stringNode(named);
		}
		if (schema.has("enum")) {
			return schema.get("enum").get(this.random.nextInt(schema.get("enum").size()));
		}
		JsonNode type = schema.path("type");
		return switch (type.isArray() ? type.get(0).asString() : type.asString("object")) {
			case "string" -> NODES
				.stringNode(schema.path("format").asString("").equals("date-time") ? "2026-11-01T00:00:00Z" : word());
			case "integer" -> NODES.numberNode(number(name));
			case "number" -> NODES.numberNode(this.random.nextInt(100_000) / 100.0);
			case "boolean" -> NODES.booleanNode(this.random.nextBoolean());
			case "array" -> NODES.arrayNode().add(value("", schema.path("items"))).add(value("", schema.path("items")));
			default -> object(schema);
		};
	}

	private ObjectNode object(JsonNode schema) {
		ObjectNode object = NODES.objectNode();
		Set<String> required = Set.copyOf(schema.path("required").valueStream().map(JsonNode::asString).toList());
		boolean either = schema.path("properties").has("productId") && schema.path("properties").has("sku");
		for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
			String name = property.getKey();
			boolean part = name.equals("lines") && PARTS.stream().anyMatch(this.operation.path()::endsWith);
			boolean other = either && name.equals("sku");
			boolean needed = required.contains(name) || (either && name.equals("productId")) || name.equals("tenantId");
			if (!part && !other && (needed || wanted(name, 0.4))) {
				object.set(name, value(name, property.getValue()));
			}
		}
		if (object.has("quantity") && object.path("type").asString("").equals("ADJUSTMENT")) {
			object.put("quantity", this.random.nextBoolean() ? 2 : -2);
		}
		if (object.isEmpty() && !schema.path("properties").isEmpty()) {
			String first = schema.path("properties").propertyNames().iterator().next();
			object.set(first, value(first, schema.path("properties").path(first)));
		}
		return object;
	}

	/** What a member or parameter of this name has to be; null for anything. */
	private String named(String name) {
		return switch (name) {
			case "productId" ->
				this.operation.method().name().equals("POST") && this.operation.path().matches(".*/inventory")
						? Known.some("ownproduct", number()) : product();
			case "warehouseId", "fromWarehouseId" -> warehouse(this.from);
			case "toWarehouseId" -> warehouse(1 - this.from);
			case "inventoryId" -> Known.some("record", number());
			case "tenantId" -> Known.some("tenant", 0);
			default -> null;
		};
	}

	private long number(String name) {
		return switch (name) {
			case "minStock" -> this.random.nextInt(250);
			case "maxStock" -> 300 + this.random.nextInt(600);
			case "counted" -> 150 + this.random.nextInt(100);
			case "ttlSeconds" -> 600 + this.random.nextInt(3000);
			case "quantity" -> (this.operation.path().contains("inventory") ? 150 : 1) + this.random.nextInt(3);
			default -> 1 + this.random.nextInt(50);
		};
	}

	/** One that everybody has in stock, and within a request another each time. */
	private String product() {
		return Known.some("hotproduct", this.products++);
	}

	private static String warehouse(int which) {
		return Known.some("hotwarehouse", which);
	}

	private int number() {
		return this.random.nextInt(1 << 20);
	}

	private String word() {
		StringBuilder word = new StringBuilder();
		for (int i = 0; i < 10; i++) {
			word.append((char) ('a' + this.random.nextInt(26)));
		}
		return word.toString();
	}

}
