package app.stockroom.inventory;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.tenancy.Tenants;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@StockroomTest
class MovementStreamTests {

	private static final String PATH = "/api/stock-movements/batch";

	private static final JsonMapper JSON = new JsonMapper();

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@LocalServerPort
	int port;

	private TenantClient client;

	private String product;

	@BeforeEach
	void openTenant() {
		this.client = TenantClient.open(this.web, this.tenants);
		this.product = this.client.product("A");
	}

	@Test
	void eachLineHasItsOutcomeInOrderAndABadOneFailsAlone() {
		List<JsonNode> results = post(Flux.just("""
				{"sku": "A", "type": "IN", "quantity": 5}

				{"sku": "A", "type": "OUT", "quantity": 9}
				{"sku": "A", "type": "OUT", "quantity":
				%s
				{"sku": "A", "type": "OUT", "quantity": 2}""".formatted("x".repeat(16 * 1024 + 1))));
		assertThat(results.stream().map((result) -> result.get("status").asInt())).containsExactly(201, 409, 400, 413,
				201);
		assertThat(results.stream().map((result) -> result.get("index").asInt())).containsExactly(0, 1, 2, 3, 4);
		assertThat(results.stream().map((result) -> result.get("line").asInt())).containsExactly(1, 3, 4, 5, 6);
		assertThat(results.get(1).at("/problem/available").asLong()).isEqualTo(5);
		assertThat(results.getLast().at("/movement/quantityAfter").asLong()).isEqualTo(3);
	}

	@Test
	void linesAreCutAnywhereAndMayEndAsOnWindows() {
		String line = "{\"sku\": \"A\", \"type\": \"IN\", \"quantity\": 1, \"reason\": \"größer\"}\r\n";
		byte[] bytes = line.repeat(3).getBytes(StandardCharsets.UTF_8);
		List<JsonNode> results = results(Flux.range(0, bytes.length).map((i) -> new byte[] { bytes[i] })).collectList()
			.block();
		assertThat(results).hasSize(3)
			.allSatisfy((result) -> assertThat(result.at("/movement/reason").asString()).isEqualTo("größer"));
	}

	@Test
	void aLineIsAnsweredBeforeTheNextOneIsSent() {
		Sinks.Many<byte[]> lines = Sinks.many().unicast().onBackpressureBuffer();
		AtomicInteger answered = new AtomicInteger();
		Disposable stream = results(lines.asFlux()).subscribe((result) -> answered.incrementAndGet());
		for (int i = 1; i <= 5; i++) {
			lines.tryEmitNext("{\"sku\": \"A\", \"type\": \"IN\", \"quantity\": 1}\n".getBytes(StandardCharsets.UTF_8));
			int expected = i;
			await().until(() -> answered.get() == expected);
		}
		lines.tryEmitComplete();
		await().until(stream::isDisposed);
	}

	@Test
	void fiftyThousandLinesAreJudgedInOrder() {
		int count = 50_000;
		this.client
			.put("/api/inventory/" + this.client.stock(this.product).get("id").asString(), "{\"maxStock\": 1000000}")
			.expect(200);
		AtomicLong next = new AtomicLong();
		Flux<String> lines = Flux.range(0, count)
			.map((i) -> "{\"sku\": \"A\", \"type\": \"IN\", \"quantity\": 1, \"idempotencyKey\": \"line-" + i
					+ "\"}\n");
		results(lines.buffer(500).map((some) -> String.join("", some).getBytes(StandardCharsets.UTF_8))).doOnNext(
				(result) -> assertThat(result.at("/movement/quantityAfter").asLong()).isEqualTo(next.incrementAndGet()))
			.blockLast();
		assertThat(next).hasValue(count);
		AtomicInteger replayed = new AtomicInteger();
		results(lines.take(20_000).buffer(500).map((some) -> String.join("", some).getBytes(StandardCharsets.UTF_8)))
			.doOnNext((result) -> {
				assertThat(result.at("/movement/quantityAfter").asLong()).isEqualTo(replayed.incrementAndGet());
				assertThat(result.get("replayed").asBoolean()).isTrue();
			})
			.blockLast();
		assertThat(replayed).hasValue(20_000);
		assertThat(this.client.stock(this.product).get("quantity").asLong()).isEqualTo(count);
	}

	@Test
	void threeStreamsOfOneTenantFillItsQueueAndLoseNothing() {
		this.client
			.put("/api/inventory/" + this.client.stock(this.product).get("id").asString(), "{\"maxStock\": 1000000}")
			.expect(200);
		byte[] lines = "{\"sku\": \"A\", \"type\": \"IN\", \"quantity\": 1}\n".repeat(10_000)
			.getBytes(StandardCharsets.UTF_8);
		List<List<JsonNode>> streams = Flux.range(0, 3)
			.flatMap((i) -> results(Flux.just(lines)).collectList())
			.collectList()
			.block();
		assertThat(streams).hasSize(3).allSatisfy((results) -> {
			assertThat(results).hasSize(10_000).allMatch((result) -> result.get("status").asInt() == 201);
			List<Long> sequences = results.stream().map((result) -> result.at("/movement/sequence").asLong()).toList();
			assertThat(sequences).isSorted();
		});
		assertThat(this.client.stock(this.product).get("quantity").asLong()).isEqualTo(30_000);
	}

	@Test
	void aClientThatDoesNotReadIsNotReadFrom() {
		AtomicInteger sent = new AtomicInteger();
		Flux<byte[]> endless = Flux.generate((sink) -> {
			sent.incrementAndGet();
			sink.next("{\"sku\": \"A\", \"type\": \"ADJUSTMENT\", \"quantity\": 0}\n".repeat(100)
				.getBytes(StandardCharsets.UTF_8));
		});
		BaseSubscriber<DataBuffer> reader = new BaseSubscriber<>() {

			@Override
			protected void hookOnSubscribe(Subscription subscription) {
				// asks for nothing
			}

		};
		body(endless).subscribe(reader);
		AtomicInteger before = new AtomicInteger(-1);
		await().pollInterval(Duration.ofSeconds(2))
			.until(() -> sent.get() > 0 && before.getAndSet(sent.get()) == sent.get());
		reader.cancel();
	}

	@Test
	void aDryRunOfAStreamWritesNothing() {
		List<JsonNode> results = post("?dryRun=true", Flux.just("{\"sku\": \"A\", \"type\": \"IN\", \"quantity\": 5}"));
		assertThat(results).hasSize(1);
		assertThat(results.getFirst().get("status").asInt()).isEqualTo(201);
		assertThat(this.client.stock(this.product).get("quantity").asLong()).isZero();
	}

	@Test
	void aDryRunOfAStreamStandsOnItsOwnLinesAndHasALimit() {
		String in = "{\"sku\": \"A\", \"type\": \"IN\", \"quantity\": 1}\n";
		List<JsonNode> results = post("?dryRun=true", Flux.range(0, 1000).map((_) -> in));
		assertThat(results).hasSize(1000);
		assertThat(results.getLast().at("/movement/quantityAfter").asInt()).isEqualTo(1000);
		List<JsonNode> tooMany = post("?dryRun=true", Flux.range(0, 1001).map((_) -> in));
		assertThat(tooMany).hasSize(1);
		assertThat(tooMany.getFirst().at("/problem/type").asString()).isEqualTo("urn:stockroom:content-too-large");
	}

	@Test
	void aStreamHasNoKeyAndIsNotAtomic() {
		assertThat(refusal("", "k")).contains("Idempotency-Key");
		assertThat(refusal("?atomic=true", null)).contains("atomic");
	}

	@Test
	void anEmptyStreamHasNoOutcomes() {
		assertThat(post(Flux.just("\n\n"))).isEmpty();
	}

	private String refusal(String query, @Nullable String key) {
		return this.web.post().uri(PATH + query).headers((headers) -> {
			headers.setBearerAuth(this.client.token());
			if (key != null) {
				headers.set("Idempotency-Key", key);
			}
		})
			.contentType(MediaType.APPLICATION_NDJSON)
			.body(BodyInserters.fromDataBuffers(buffers(Flux.just("\n".getBytes(StandardCharsets.UTF_8)))))
			.exchange()
			.expectStatus()
			.isBadRequest()
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody(String.class)
			.returnResult()
			.getResponseBody();
	}

	private List<JsonNode> post(Flux<String> texts) {
		return post("", texts);
	}

	private List<JsonNode> post(String query, Flux<String> texts) {
		List<JsonNode> results = results(query, texts.map((text) -> text.getBytes(StandardCharsets.UTF_8)))
			.collectList()
			.block();
		return (results != null) ? results : List.of();
	}

	private Flux<JsonNode> results(Flux<byte[]> chunks) {
		return results("", chunks);
	}

	private Flux<JsonNode> results(String query, Flux<byte[]> chunks) {
		return Lines.of(body(query, chunks)).map((line) -> JSON.readTree(line.text()));
	}

	private Flux<DataBuffer> body(Flux<byte[]> chunks) {
		return body("", chunks);
	}

	private Flux<DataBuffer> body(String query, Flux<byte[]> chunks) {
		return WebClient.create("http://localhost:" + this.port)
			.post()
			.uri(PATH + query)
			.headers((headers) -> headers.setBearerAuth(this.client.token()))
			.contentType(MediaType.APPLICATION_NDJSON)
			.body((request, context) -> request.writeAndFlushWith(buffers(chunks).map(Mono::just)))
			.exchangeToFlux((response) -> response
				.body((message, context) -> message.getBody().doOnDiscard(DataBuffer.class, DataBufferUtils::release)));
	}

	private static Flux<DataBuffer> buffers(Flux<byte[]> chunks) {
		return chunks.map(DefaultDataBufferFactory.sharedInstance::wrap);
	}

}
