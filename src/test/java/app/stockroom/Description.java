package app.stockroom;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;

/**
 * openapi.yaml as a judge of what the service answers. It is stricter than a client
 * should be: a member that no schema names is a fault, because clients read of it
 * nowhere.
 */
public final class Description {

	private static final String ADDRESS = "https://stockroom.test/schemas.json";

	private static final String SCHEMAS = "#/components/schemas/";

	private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

	/** Headers that must not come without being described. */
	private static final List<String> HEADERS = List.of(HttpHeaders.ETAG, HttpHeaders.LOCATION, HttpHeaders.LINK,
			HttpHeaders.RETRY_AFTER, HttpHeaders.WWW_AUTHENTICATE, HttpHeaders.CONTENT_DISPOSITION,
			"Idempotency-Replayed", "Preference-Applied", "Stockroom-Position");

	private static final Description DESCRIPTION = new Description();

	private final ObjectNode document = read();

	private final SchemaRegistry registry;

	private final Map<JsonNode, Schema> schemas = new ConcurrentHashMap<>();

	private final List<Operation> operations;

	private Description() {
		String strict = strict().toString();
		this.registry = SchemaRegistry.withDialect(Dialects.getOpenApi31(),
				(builder) -> builder.schemas(Map.of(ADDRESS, strict))
					.schemaRegistryConfig(SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));
		this.operations = this.document.get("paths")
			.propertyStream()
			.flatMap((path) -> path.getValue()
				.propertyStream()
				.filter((method) -> METHODS.contains(method.getKey()))
				.map((method) -> new Operation(HttpMethod.valueOf(method.getKey().toUpperCase(Locale.ROOT)),
						path.getKey(), method.getValue(), path.getValue().path("parameters"))))
			.sorted(Comparator.comparing((operation) -> operation.path().contains("{")))
			.toList();
	}

	/** The description that the service shows. */
	public static Description get() {
		return DESCRIPTION;
	}

	/** The document as it is, with its references. */
	public JsonNode document() {
		return this.document;
	}

	public List<Operation> operations() {
		return this.operations;
	}

	/** The operation that a request is for. */
	public Optional<Operation> find(HttpMethod method, String target) {
		String path = target.replaceFirst("\\?.*", "");
		// A path that is written out is never meant by one with a variable.
		boolean literal = this.operations.stream().anyMatch((operation) -> operation.path().equals(path));
		return this.operations.stream()
			.filter((operation) -> operation.method().equals(method)
					&& (literal ? operation.path().equals(path) : operation.pattern().matcher(path).matches()))
			.findFirst();
	}

	/** What is wrong with a value in the eyes of a schema. */
	public List<String> faults(JsonNode schema, JsonNode value) {
		return this.schemas.computeIfAbsent(schema, (node) -> this.registry.getSchema(absolute(node)))
			.validate(value)
			.stream()
			.map((error) -> error.getInstanceLocation() + ": " + error.getMessage())
			.toList();
	}

	/** What a reference stands for, or the node itself. */
	public JsonNode resolve(JsonNode node) {
		return node.has("$ref") ? this.document.at(node.get("$ref").asString().substring(1)) : node;
	}

	private static ObjectNode read() {
		try (InputStream yaml = Description.class.getResourceAsStream("/static/openapi.yaml")) {
			return (ObjectNode) new YAMLMapper().readTree(yaml);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** The schemas, with objects that have no members but those that are named. */
	private JsonNode strict() {
		ObjectNode definitions = ((ObjectNode) this.document.at("/components/schemas")).deepCopy();
		Set<String> parts = definitions.findValues("allOf")
			.stream()
			.flatMap((all) -> all.findValuesAsString("$ref").stream())
			.collect(Collectors.toSet());
		definitions.propertyStream().forEach((named) -> {
			boolean part = parts.contains(SCHEMAS + named.getKey());
			if (!part && named.getValue() instanceof ObjectNode schema && schema.has("properties")) {
				schema.remove("additionalProperties");
				schema.put("unevaluatedProperties", false);
			}
		});
		ObjectNode root = definitions.objectNode();
		root.set("$defs", definitions);
		return absolute(root);
	}

	private static JsonNode absolute(JsonNode schema) {
		JsonNode copy = schema.deepCopy();
		copy.findParents("$ref")
			.forEach((parent) -> ((ObjectNode) parent).put("$ref",
					parent.get("$ref").asString().replace(SCHEMAS, ADDRESS + "#/$defs/")));
		return copy;
	}

	/** One method of one path. */
	public final class Operation {

		private final HttpMethod method;

		private final String path;

		private final Pattern pattern;

		private final JsonNode node;

		private final JsonNode shared;

		private Operation(HttpMethod method, String path, JsonNode node, JsonNode shared) {
			this.method = method;
			this.path = path;
			this.pattern = Pattern.compile(path.replaceAll("\\{[^}]*}", "[^/]+"));
			this.node = node;
			this.shared = shared;
		}

		public HttpMethod method() {
			return this.method;
		}

		public String path() {
			return this.path;
		}

		public JsonNode node() {
			return this.node;
		}

		private Pattern pattern() {
			return this.pattern;
		}

		/** The declared statuses. */
		public List<Integer> statuses() {
			return this.node.get("responses")
				.propertyStream()
				.map((entry) -> Integer.parseInt(entry.getKey()))
				.toList();
		}

		/** What may come with a status. */
		public JsonNode response(int status) {
			return resolve(this.node.at("/responses/" + status));
		}

		/** The problems that may come with a status, by their codes. */
		public List<String> problems(int status) {
			return response(status).at("/content/application~1problem+json/examples")
				.propertyStream()
				.map(Map.Entry::getKey)
				.toList();
		}

		/** Its parameters and those of its path. */
		public List<JsonNode> parameters() {
			List<JsonNode> parameters = new ArrayList<>();
			this.shared.forEach((parameter) -> parameters.add(resolve(parameter)));
			this.node.path("parameters").forEach((parameter) -> parameters.add(resolve(parameter)));
			return parameters;
		}

		/** Whether a parameter in the query, a header or the path is declared. */
		public boolean takes(String in, String name) {
			return parameters().stream()
				.anyMatch((parameter) -> parameter.get("in").asString().equals(in)
						&& parameter.get("name").asString().equalsIgnoreCase(name));
		}

		/** The bodies that it takes, by media type. */
		public JsonNode bodies() {
			return resolve(this.node.path("requestBody")).path("content");
		}

		/**
		 * What an accepted request said that the description knows nothing of. The
		 * service may be more patient than the description with what it does know.
		 */
		public List<String> requestFaults(String target, MediaType type, JsonNode body) {
			List<String> faults = new ArrayList<>();
			if (target.contains("?")) {
				Stream.of(target.replaceFirst("[^?]*\\?", "").split("&"))
					.map((parameter) -> parameter.replaceFirst("=.*", ""))
					.filter((name) -> !name.isEmpty() && !takes("query", name))
					.forEach((name) -> faults.add("takes no parameter " + name));
			}
			JsonNode declared = bodies().path(type.getType() + "/" + type.getSubtype());
			JsonNode members = resolve(declared.path("schema")).path("properties");
			body.propertyStream()
				.filter((member) -> body.isObject() && !members.has(member.getKey()))
				.forEach((member) -> faults.add("takes no member " + member.getKey() + " in " + type));
			return faults;
		}

		/** Why an answer is none that the description allows. */
		public List<String> answerFaults(int status, HttpHeaders headers, JsonNode body) {
			JsonNode response = response(status);
			if (response.isMissingNode()) {
				return List.of("never answers " + status);
			}
			List<String> faults = new ArrayList<>();
			response.path("headers").propertyStream().forEach((header) -> {
				if (resolve(header.getValue()).path("required").asBoolean(false)
						&& !headers.containsHeader(header.getKey())) {
					faults.add("answers without " + header.getKey());
				}
			});
			HEADERS.stream()
				.filter((name) -> headers.containsHeader(name) && !response.path("headers").has(name))
				.forEach((name) -> faults.add("answers with " + name));
			faults.addAll(bodyFaults(status, response.path("content"), headers, body));
			return faults;
		}

		private List<String> bodyFaults(int status, JsonNode content, HttpHeaders headers, JsonNode body) {
			MediaType type = headers.getContentType();
			if (type == null || body.isNull()) {
				boolean silent = content.isMissingNode() || headers.containsHeader("Preference-Applied");
				return silent ? List.of() : List.of("answers without a body");
			}
			JsonNode declared = content.path(type.getType() + "/" + type.getSubtype());
			if (declared.isMissingNode()) {
				return List.of("never answers " + type);
			}
			List<String> faults = new ArrayList<>(Description.this.faults(declared.get("schema"), body));
			String code = body.path("type").asString("").replace("urn:stockroom:", "");
			if (status >= 400 && !problems(status).contains(code)) {
				faults.add("never answers " + code);
			}
			return faults;
		}

		@Override
		public String toString() {
			return this.method + " " + this.path;
		}

	}

}
