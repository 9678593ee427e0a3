package app.stockroom.live;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;

import app.stockroom.ledger.Command;
import app.stockroom.ledger.Entries;
import app.stockroom.ledger.Entry;
import app.stockroom.ledger.EntryType;
import app.stockroom.ledger.Ledger;
import app.stockroom.ledger.Outcome;
import app.stockroom.ledger.Position;
import app.stockroom.platform.Ids;
import app.stockroom.tenancy.TenantId;
import app.stockroom.tenancy.Tenants;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.ApplicationContext;

/**
 * A fresh tenant of a running service, and what tests do with it.
 */
final class LiveTenant {

	private static final JsonMapper JSON = new JsonMapper();

	private static final HttpClient CLIENT = HttpClient.newHttpClient();

	private final ApplicationContext context;

	private final TenantId id;

	private final String token;

	private LiveTenant(ApplicationContext context, TenantId id, String token) {
		this.context = context;
		this.id = id;
		this.token = token;
	}

	static LiveTenant open(ApplicationContext context) {
		TenantId id = new TenantId(Ids.next());
		context.getBean(Tenants.class).open(id, "Live " + id, 10, 1000).block();
		return new LiveTenant(context, id, token(context, id, 3600));
	}

	/** The same tenant, seen through another instance of the service. */
	LiveTenant on(ApplicationContext other) {
		return new LiveTenant(other, this.id, token(other, this.id, 3600));
	}

	static String token(ApplicationContext context, TenantId tenant, int seconds) {
		return token(context, "{\"tenantId\":\"" + tenant + "\",\"ttlSeconds\":" + seconds + "}");
	}

	/** The same tenant, seen by another of its users. */
	LiveTenant as(String subject) {
		return new LiveTenant(this.context, this.id,
				token(this.context, "{\"tenantId\":\"" + this.id + "\",\"subject\":\"" + subject + "\"}"));
	}

	/** Deletes it, as the platform's administrators can. */
	void delete() {
		String administrator = token(this.context, "{\"scope\":\"platform:admin\"}");
		try {
			int status = CLIENT
				.send(HttpRequest.newBuilder(URI.create(address("/api/tenants/" + this.id)))
					.header("Authorization", "Bearer " + administrator)
					.DELETE()
					.build(), HttpResponse.BodyHandlers.discarding())
				.statusCode();
			if (status != 204) {
				throw new AssertionError("Status " + status);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String token(ApplicationContext context, String wanted) {
		return send(HttpRequest.newBuilder(URI.create(address(context) + "/api/auth/dev-token"))
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(wanted))).path("access_token").asString();
	}

	TenantId id() {
		return this.id;
	}

	String token() {
		return this.token;
	}

	String address(String path) {
		return address(this.context) + path;
	}

	SseReader listen(String path) {
		return SseReader.open(address(path), this.token);
	}

	SseReader resume(String path, String lastEventId) {
		return SseReader.open(address(path), this.token, lastEventId);
	}

	HttpResponse<InputStream> request(String path) {
		return SseReader.request(address(path), this.token, "");
	}

	UUID product(String sku) {
		return UUID
			.fromString(post("/api/products", "{\"sku\":\"" + sku + "\",\"name\":\"Name of " + sku + "\"}").path("id")
				.asString());
	}

	JsonNode post(String path, String body) {
		return send(authorized(path).POST(HttpRequest.BodyPublishers.ofString(body)));
	}

	JsonNode put(String path, String body) {
		return send(authorized(path).PUT(HttpRequest.BodyPublishers.ofString(body)));
	}

	JsonNode get(String path) {
		return send(authorized(path).GET());
	}

	/** Posts one movement through the engine, and returns its sequence. */
	long move(UUID product, EntryType type, long delta) {
		Command.Line line = new Command.Line(Command.ProductRef.of(product), null, type, delta, 0, Command.Note.NONE,
				null);
		Outcome outcome = this.context.getBean(Ledger.class)
			.post(this.id, new Command("test", List.of(line), null))
			.block(Duration.ofSeconds(30));
		return ((Outcome.Accepted) outcome).entries().getLast().sequence();
	}

	Position position() {
		return this.context.getBean(Entries.class).position(this.id).block();
	}

	List<Entry> ledger() {
		return this.context.getBean(Entries.class).between(this.id, 0, Long.MAX_VALUE, Integer.MAX_VALUE).block();
	}

	static List<Long> sequences(long from, long to) {
		return LongStream.rangeClosed(from, to).boxed().toList();
	}

	private HttpRequest.Builder authorized(String path) {
		return HttpRequest.newBuilder(URI.create(address(path)))
			.header("Content-Type", "application/json")
			.header("Authorization", "Bearer " + this.token);
	}

	private static String address(ApplicationContext context) {
		return "http://localhost:" + context.getEnvironment().getProperty("local.server.port");
	}

	private static JsonNode send(HttpRequest.Builder request) {
		try {
			HttpResponse<String> response = CLIENT.send(request.build(),
					HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
			if (response.statusCode() >= 300) {
				throw new AssertionError(response.statusCode() + " " + response.body());
			}
			return JSON.readTree(response.body());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
