package app.stockroom;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.BiConsumer;

import app.stockroom.Description.Operation;
import app.stockroom.tenancy.TenantId;
import app.stockroom.tenancy.Tenants;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.EntityExchangeResult;
import org.springframework.test.web.reactive.server.WebTestClient;

/**
 * A client of one tenant, as a test sees the service: over HTTP, with a real token.
 */
public final class TenantClient {

	private static final JsonMapper JSON = new JsonMapper();

	private final WebTestClient web;

	private final TenantId tenant;

	private final @Nullable String token;

	private final BiConsumer<Operation, Reply> heard;

	private TenantClient(WebTestClient web, TenantId tenant, @Nullable String token,
			BiConsumer<Operation, Reply> heard) {
		this.web = web;
		this.tenant = tenant;
		this.token = token;
		this.heard = heard;
	}

	private TenantClient(WebTestClient web, TenantId tenant, String scope) {
		this.web = web.mutate()
			.responseTimeout(Duration.ofSeconds(60))
			.codecs((codecs) -> codecs.defaultCodecs().maxInMemorySize(-1))
			.build();
		this.tenant = tenant;
		this.token = JSON
			.readTree(this.web.post()
				.uri("/api/auth/dev-token")
				.contentType(MediaType.APPLICATION_JSON)
				.bodyValue("{\"tenantId\": \"%s\", \"scope\": \"%s\"}".formatted(tenant, scope))
				.exchange()
				.expectStatus()
				.isOk()
				.expectBody()
				.returnResult()
				.getResponseBody())
			.get("access_token")
			.asString();
		this.heard = (operation, reply) -> {
		};
	}

	/** A client of a new tenant with the thresholds 10 and 1000. */
	public static TenantClient open(WebTestClient web, Tenants tenants) {
		UUID tenant = UUID.randomUUID();
		tenants.open(new TenantId(tenant), "Test", 10, 1000).block();
		return of(web, tenant);
	}

	/** A client with a token for a tenant that may not be there. */
	public static TenantClient of(WebTestClient web, UUID tenant) {
		return new TenantClient(web, new TenantId(tenant), "inventory:read inventory:write catalog:write tenant:admin");
	}

	/** A client of the same tenant with these scopes only. */
	public TenantClient with(String scope) {
		return new TenantClient(this.web, this.tenant, scope).telling(this.heard);
	}

	/** The same client, which tells what every operation has answered it. */
	public TenantClient telling(BiConsumer<Operation, Reply> listener) {
		return new TenantClient(this.web, this.tenant, this.token, listener);
	}

	/** A client of the same tenant at another instance, which knows the same keys. */
	public TenantClient at(WebTestClient other) {
		return new TenantClient(other, this.tenant, this.token, this.heard);
	}

	/** A client that sends this token, or none. */
	public TenantClient withToken(@Nullable String other) {
		return new TenantClient(this.web, this.tenant, other, this.heard);
	}

	public TenantId tenant() {
		return this.tenant;
	}

	public String token() {
		return Objects.requireNonNull(this.token);
	}

	public Reply get(String path) {
		return send(HttpMethod.GET, path, null);
	}

	/** Reads a list whole, in another representation than JSON. */
	public Text text(String path, String accept) {
		EntityExchangeResult<byte[]> result = this.web.get()
			.uri(path)
			.header(HttpHeaders.AUTHORIZATION, "Bearer " + this.token)
			.header(HttpHeaders.ACCEPT, accept)
			.exchange()
			.expectBody()
			.returnResult();
		byte[] body = result.getResponseBody();
		return new Text(result.getStatus().value(), result.getResponseHeaders(),
				(body != null) ? new String(body, StandardCharsets.UTF_8) : "");
	}

	public Reply post(String path, String json, String... headers) {
		return send(HttpMethod.POST, path, json, headers);
	}

	public Reply put(String path, String json, String... headers) {
		return send(HttpMethod.PUT, path, json, headers);
	}

	public Reply delete(String path, String... headers) {
		return send(HttpMethod.DELETE, path, null, headers);
	}

	/** Sends a JSON merge patch. */
	public Reply patch(String path, String json, String... headers) {
		return send(HttpMethod.PATCH, new MediaType("application", "merge-patch+json"), path, json, headers);
	}

	/** Sends a CSV file. */
	public Reply csv(String path, String file, String... headers) {
		return csv(path, file.getBytes(StandardCharsets.UTF_8), headers);
	}

	/** Sends a CSV file as bytes. */
	public Reply csv(String path, byte[] file, String... headers) {
		return send(HttpMethod.POST, new MediaType("text", "csv"), path, file, headers);
	}

	/** Sends a request; headers are names and values in turn. */
	public Reply send(HttpMethod method, String path, @Nullable String json, String... headers) {
		return send(method, MediaType.APPLICATION_JSON, path, json, headers);
	}

	/** Sends a body of any type. */
	public Reply send(HttpMethod method, MediaType type, String path, @Nullable Object content, String... headers) {
		WebTestClient.RequestBodySpec request = this.web.method(method).uri(path);
		if (this.token != null) {
			request.header(HttpHeaders.AUTHORIZATION, "Bearer " + this.token);
		}
		for (int i = 0; i < headers.length; i += 2) {
			request.header(headers[i], headers[i + 1]);
		}
		EntityExchangeResult<byte[]> result = ((content == null) ? request
				: request.contentType(type).bodyValue(content))
			.exchange()
			.expectBody()
			.returnResult();
		byte[] body = result.getResponseBody();
		Reply reply = new Reply(result.getStatus().value(), result.getResponseHeaders(),
				JSON.readTree((body != null) ? body : "null".getBytes()));
		Description.get().find(method, path).ifPresent((operation) -> {
			requireDescribed(operation, path, type, content, reply);
			this.heard.accept(operation, reply);
		});
		return reply;
	}

	/** Fails where openapi.yaml does not say what came, or not what was accepted. */
	private static void requireDescribed(Operation operation, String path, MediaType type, @Nullable Object content,
			Reply reply) {
		List<String> faults = new ArrayList<>(operation.answerFaults(reply.status(), reply.headers(), reply.body()));
		if (reply.status() < 300) {
			boolean json = content instanceof String && type.getSubtype().endsWith("json");
			faults.addAll(operation.requestFaults(path, type, JSON.readTree(json ? content.toString() : "null")));
		}
		if (!faults.isEmpty()) {
			throw new AssertionError("openapi.yaml does not describe %s with %s answered by %s: %s".formatted(operation,
					content, reply, faults));
		}
	}

	/** Creates a product and answers its id. */
	public String product(String sku) {
		return post("/api/products", "{\"sku\": \"%s\", \"name\": \"Product %s\"}".formatted(sku, sku)).expect(201)
			.text("id");
	}

	/** Creates a warehouse and answers its id. */
	public String warehouse(String name) {
		return post("/api/warehouses", "{\"name\": \"%s\"}".formatted(name)).expect(201).text("id");
	}

	/** The product's record in the default warehouse. */
	public JsonNode stock(String product) {
		JsonNode items = get("/api/inventory?productId=" + product).expect(200).body().get("items");
		return items.get(0);
	}

	/** Moves stock of a product in the default warehouse. */
	public Reply move(String product, String type, long quantity, String... headers) {
		return post("/api/stock-movements",
				"{\"productId\": \"%s\", \"type\": \"%s\", \"quantity\": %d}".formatted(product, type, quantity),
				headers);
	}

	/**
	 * What came back as text.
	 *
	 * @param status the status
	 * @param headers the headers
	 * @param body the body
	 */
	public record Text(int status, HttpHeaders headers, String body) {
	}

	/**
	 * What came back.
	 *
	 * @param status the status
	 * @param headers the headers
	 * @param body the body as JSON
	 */
	public record Reply(int status, HttpHeaders headers, JsonNode body) {

		/** Fails unless the status is this one. */
		public Reply expect(int expected) {
			if (this.status != expected) {
				throw new AssertionError("Expected " + expected + " but got " + this);
			}
			return this;
		}

		/** Fails unless this is the problem with the code. */
		public Reply expectProblem(int expected, String code) {
			expect(expected);
			if (!text("type").equals("urn:stockroom:" + code)) {
				throw new AssertionError("Expected " + code + " but got " + this);
			}
			return this;
		}

		/** A property of the body, as text. */
		public String text(String property) {
			return this.body.path(property).asString("");
		}

		/** A property of the body, as a number. */
		public long number(String property) {
			return this.body.path(property).asLong();
		}

		/** The fields that were refused. */
		public List<String> fields() {
			return this.body.path("errors").valueStream().map((error) -> error.path("field").asString()).toList();
		}

	}

}
