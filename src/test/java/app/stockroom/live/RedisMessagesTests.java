package app.stockroom.live;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import app.stockroom.StockroomTest;
import app.stockroom.ledger.Commit;
import app.stockroom.ledger.EntryType;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What other programs hear on Redis is what docs/schemas says.
 */
@StockroomTest
class RedisMessagesTests {

	private static final JsonMapper JSON = new JsonMapper();

	@Autowired
	ApplicationContext context;

	private final List<JsonNode> commits = new CopyOnWriteArrayList<>();

	private final List<JsonNode> alerts = new CopyOnWriteArrayList<>();

	private LiveTenant tenant;

	private RedisClient program;

	@BeforeEach
	void listen() {
		this.tenant = LiveTenant.open(this.context);
		this.program = RedisClient.create(this.context.getBean(RedisURI.class));
		StatefulRedisPubSubConnection<String, String> connection = this.program.connectPubSub();
		String movements = Commit.channel(this.tenant.id());
		connection.addListener(new RedisPubSubAdapter<>() {

			@Override
			public void message(String channel, String message) {
				(channel.equals(movements) ? RedisMessagesTests.this.commits : RedisMessagesTests.this.alerts)
					.add(JSON.readTree(message));
			}

		});
		connection.sync().subscribe(movements, Commit.alertChannel(this.tenant.id()));
	}

	@AfterEach
	void close() {
		this.program.shutdown();
	}

	@Test
	void everyKindOfMessageIsAsTheSchemaSays() throws Exception {
		// The service connects when it has something to say, which then is not said.
		AtomicInteger first = new AtomicInteger();
		Awaitility.await().until(() -> {
			this.tenant.product("first " + first.incrementAndGet());
			return !this.commits.isEmpty();
		});
		UUID product = this.tenant.product("A-1");
		this.tenant.move(product, EntryType.IN, 20);
		this.tenant.move(product, EntryType.OUT, -15);
		String alert = this.tenant.get("/api/alerts").path("items").get(0).path("id").asString();
		this.tenant.post("/api/alerts/" + alert + "/acknowledgement", "");
		String reservation = this.tenant
			.post("/api/reservations",
					"{\"lines\":[{\"productId\":\"%s\",\"quantity\":2}],\"ttlSeconds\":60}".formatted(product))
			.path("id")
			.asString();
		this.tenant.post("/api/reservations/" + reservation + "/release", "");
		this.tenant.put("/api/products/" + product, "{\"name\":\"Another name\"}");
		String record = this.tenant.get("/api/inventory?productId=" + product)
			.path("items")
			.get(0)
			.path("id")
			.asString();
		this.tenant.put("/api/inventory/" + record, "{\"minStock\":1}");
		this.tenant.post("/api/stock-movements",
				"{\"productId\":\"%s\",\"type\":\"IN\",\"quantity\":1,\"reason\":\"r\",\"reference\":\"x\",\"occurredAt\":\"2026-01-01T00:00:00Z\"}"
					.formatted(product));
		// More than a message takes.
		this.tenant.post("/api/stock-movements/batch",
				IntStream.range(0, 500)
					.mapToObj((_) -> "{\"productId\":\"%s\",\"type\":\"IN\",\"quantity\":1}".formatted(product))
					.collect(Collectors.joining(",", "[", "]")));
		long head = this.tenant.position().sequence();
		Awaitility.await().until(() -> !this.commits.isEmpty() && this.commits.getLast().path("to").asLong() == head);
		assertThat(violations("commit.json", this.commits)).isEmpty();
		assertThat(violations("alerts.json", this.alerts)).isEmpty();
		assertThat(this.commits).anyMatch((commit) -> !commit.has("entries"));
		assertThat(this.alerts.stream().flatMap((message) -> message.path("alerts").valueStream()))
			.extracting((step) -> step.path("state").asString())
			.containsExactly("OPEN", "ACKNOWLEDGED", "RESOLVED");
		assertTheyAreTheLedger();
	}

	@Test
	void theSchemaRefusesWhatIsNoMessage() throws Exception {
		for (String other : List.of("{}", "[]", "{\"epoch\":\"a\",\"previous\":0,\"from\":1,\"to\":1,\"more\":1}",
				"{\"epoch\":\"a\",\"previous\":0,\"from\":1,\"to\":1,\"entries\":[{\"sequence\":1}],\"alerts\":[]}")) {
			assertThat(violations("commit.json", List.of(JSON.readTree(other)))).as(other).isNotEmpty();
		}
	}

	/** Without gaps from one to the next, and with the entries as they are read later. */
	private void assertTheyAreTheLedger() {
		long at = this.commits.getFirst().path("previous").asLong();
		for (JsonNode commit : this.commits) {
			assertThat(commit.path("previous").asLong()).isEqualTo(at);
			at = commit.path("to").asLong();
			for (JsonNode entry : commit.path("entries")) {
				assertThat(entry).isEqualTo(this.tenant.get("/api/stock-movements/" + entry.path("sequence").asLong()));
			}
		}
	}

	private static List<String> violations(String name, List<JsonNode> messages) throws Exception {
		Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
			.getSchema(Files.readString(Path.of("docs", "schemas", name)), InputFormat.JSON);
		return messages.stream()
			.flatMap(
					(message) -> schema
						.validate(message.toString(), InputFormat.JSON,
								(execution) -> execution
									.executionConfig((config) -> config.formatAssertionsEnabled(true)))
						.stream()
						.map((error) -> error + " in " + message))
			.toList();
	}

}
