package app.stockroom.operations;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

import app.stockroom.Patience;
import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.tenancy.Tenants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.logging.logback.StructuredLogEncoder;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.http.MediaType;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The service as it runs in production: with a management port, traced, with structured
 * logs.
 */
@StockroomTest
class ObservabilityTests {

	private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

	private static final String TRACEPARENT = "00-" + TRACE + "-00f067aa0ba902b7-01";

	private static final String SECRET = "only-for-tests-0123456789-0123456789";

	private static final Queue<byte[]> RECEIVED = new ConcurrentLinkedQueue<>();

	private static final HttpServer RECEIVER = receiver();

	@Autowired
	private WebTestClient client;

	@Autowired
	private Tenants tenants;

	@Autowired
	private InMemorySpanExporter spans;

	@Autowired
	private Environment environment;

	@LocalManagementPort
	private int management;

	@DynamicPropertySource
	static void production(DynamicPropertyRegistry registry) {
		registry.add("management.server.port", () -> 0);
		registry.add("stockroom.tracing.enabled", () -> true);
		registry.add("otel.bsp.schedule.delay", () -> 100);
		registry.add("otel.exporter.otlp.endpoint", () -> "http://127.0.0.1:" + RECEIVER.getAddress().getPort());
	}

	private static HttpServer receiver() {
		try {
			HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
			server.createContext("/v1/traces", (exchange) -> {
				RECEIVED.add(exchange.getRequestBody().readAllBytes());
				exchange.sendResponseHeaders(200, -1);
				exchange.close();
			});
			server.start();
			return server;
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@AfterAll
	static void stopReceiver() {
		RECEIVER.stop(0);
	}

	@BeforeEach
	void forget() {
		this.spans.reset();
	}

	@Test
	void theTraceOfAMovementShowsRequestWaitFlushAndPublish() {
		TenantClient shop = TenantClient.open(this.client, this.tenants);
		String product = shop.product("A-1");
		shop.move(product, "IN", 5, "traceparent", TRACEPARENT).expect(201);
		await().untilAsserted(() -> assertThat(traced()).extracting(SpanData::getName)
			.contains("POST /api/stock-movements", "ledger wait", "ledger flush", "ledger publish"));
		SpanData request = one("POST /api/stock-movements");
		SpanData wait = one("ledger wait");
		SpanData flush = one("ledger flush");
		SpanData publish = one("ledger publish");
		assertThat(request.getKind()).isEqualTo(SpanKind.SERVER);
		assertThat(request.getParentSpanId()).isEqualTo("00f067aa0ba902b7");
		assertThat(request.getAttributes().asMap().toString()).contains("http.route", "201", shop.tenant().toString());
		assertThat(wait.getParentSpanId()).isEqualTo(request.getSpanId());
		assertThat(flush.getParentSpanId()).isEqualTo(request.getSpanId());
		assertThat(publish.getParentSpanId()).isEqualTo(flush.getSpanId());
		assertThat(wait.getStartEpochNanos()).isGreaterThanOrEqualTo(request.getStartEpochNanos());
		assertThat(wait.getEndEpochNanos()).isLessThanOrEqualTo(flush.getStartEpochNanos());
		assertThat(flush.getEndEpochNanos()).isLessThanOrEqualTo(publish.getStartEpochNanos());
		assertThat(flush.getLinks()).extracting(LinkData::getSpanContext).containsExactly(request.getSpanContext());
	}

	@Test
	void aFlushOfManyIsLinkedToEachOfThem() {
		TenantClient shop = TenantClient.open(this.client, this.tenants);
		String product = shop.product("A-1");
		WebClient web = WebClient.create("http://127.0.0.1:" + this.environment.getProperty("local.server.port"));
		String body = "{\"productId\": \"%s\", \"type\": \"IN\", \"quantity\": 1}".formatted(product);
		int requests = 200;
		Flux.fromStream(IntStream.range(0, requests).boxed())
			.flatMap((_) -> web.post()
				.uri("/api/stock-movements")
				.headers((headers) -> headers.setBearerAuth(shop.token()))
				.contentType(MediaType.APPLICATION_JSON)
				.bodyValue(body)
				.retrieve()
				.toBodilessEntity(), requests)
			.blockLast(Duration.ofMinutes(1));
		await().untilAsserted(() -> assertThat(of("POST /api/stock-movements")).hasSize(requests));
		// A flush that has told its outcomes may still be about to end.
		await().untilAsserted(() -> assertThat(flushed())
			.containsAll(of("POST /api/stock-movements").stream().map(SpanData::getSpanId).toList()));
		List<SpanData> flushes = of("ledger flush");
		assertThat(flushes).as("group commit").anyMatch((flush) -> flush.getLinks().size() > 1);
		assertThat(of("ledger wait")).hasSizeGreaterThanOrEqualTo(requests);
	}

	@Test
	void readsAreSpansToo() {
		TenantClient shop = TenantClient.open(this.client, this.tenants);
		shop.get("/api/inventory").expect(200);
		await().untilAsserted(() -> assertThat(of("GET /api/inventory")).hasSize(1));
		await().untilAsserted(() -> assertThat(of("database read")).extracting(SpanData::getParentSpanId)
			.contains(of("GET /api/inventory").getFirst().getSpanId()));
	}

	@Test
	void aRefusedRequestIsASpanWithItsStatus() {
		TenantClient shop = TenantClient.open(this.client, this.tenants);
		shop.get("/api/products/" + shop.tenant()).expect(404);
		await().untilAsserted(() -> assertThat(of("GET /api/products/{id}")).hasSize(1));
		assertThat(of("GET /api/products/{id}").getFirst().getAttributes().asMap().toString()).contains("404");
	}

	@Test
	void spansGoOutAsOtlp() {
		TenantClient.open(this.client, this.tenants).product("A-1");
		await().until(() -> RECEIVED.stream()
			.anyMatch((body) -> new String(body, StandardCharsets.ISO_8859_1).contains("POST /api/products")));
	}

	@Test
	void theManagementPortServesWhatOperatorsNeedAndTheOtherOneDoesNot() {
		WebTestClient operators = WebTestClient.bindToServer()
			.baseUrl("http://127.0.0.1:" + this.management)
			.responseTimeout(Patience.LONG)
			.codecs((codecs) -> codecs.defaultCodecs().maxInMemorySize(-1))
			.build();
		TenantClient shop = TenantClient.open(this.client, this.tenants);
		shop.move(shop.product("A-1"), "IN", 5).expect(201);
		String metrics = operators.get()
			.uri("/actuator/prometheus")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(String.class)
			.returnResult()
			.getResponseBody();
		assertThat(metrics).contains("stockroom_ledger_commands_total{outcome=\"accepted\"",
				"stockroom_ledger_flush_seconds_bucket", "stockroom_ledger_waiting",
				"http_server_requests_seconds_bucket", "stockroom_feed_subscribers", "r2dbc_pool_pending_connections");
		assertThat(metrics).as("tenants are no label: there may be a million").doesNotContain(shop.tenant().toString());
		operators.get().uri("/actuator/sbom/application").exchange().expectStatus().isOk();
		operators.get().uri("/actuator/health/readiness").exchange().expectStatus().isOk();
		operators.get().uri("/actuator/env").exchange().expectStatus().isNotFound();
		this.client.get().uri("/actuator/prometheus").exchange().expectStatus().isNotFound();
		this.client.get().uri("/actuator/sbom").exchange().expectStatus().isNotFound();
		this.client.get().uri("/livez").exchange().expectStatus().isOk();
		this.client.get().uri("/readyz").exchange().expectStatus().isOk();
	}

	@Test
	void structuredLogsNameTraceAndTenantAndNoSecret() {
		Lines lines = Lines.record();
		TenantClient shop = TenantClient.open(this.client, this.tenants);
		try {
			shop.move(shop.product("A-1"), "IN", 5, "traceparent", TRACEPARENT, "Idempotency-Key", "order-4711")
				.expect(201);
			this.client.get()
				.uri("/api/inventory")
				.header("Authorization", "Bearer " + shop.token() + "x")
				.exchange()
				.expectStatus()
				.isUnauthorized();
			LoggerFactory.getLogger("app.stockroom.test")
				.atWarn()
				.addKeyValue("tenant", shop.tenant())
				.log("the last line");
		}
		finally {
			lines.stop();
		}
		assertThat(lines.json()).isNotEmpty().allMatch((line) -> line.hasNonNull("@timestamp"));
		assertThat(lines.json()).filteredOn((line) -> line.path("message").asString().equals("the last line"))
			.extracting((line) -> line.path("tenant").asString())
			.containsExactly(shop.tenant().toString());
		assertThat(lines.text()).doesNotContain(shop.token(), SECRET,
				this.environment.getRequiredProperty("spring.r2dbc.password") + "\"", "Bearer ");
	}

	private List<String> flushed() {
		return of("ledger flush").stream()
			.flatMap((flush) -> flush.getLinks().stream())
			.map((link) -> link.getSpanContext().getSpanId())
			.toList();
	}

	private List<SpanData> of(String name) {
		return this.spans.getFinishedSpanItems().stream().filter((span) -> span.getName().equals(name)).toList();
	}

	private List<SpanData> traced() {
		return this.spans.getFinishedSpanItems().stream().filter((span) -> span.getTraceId().equals(TRACE)).toList();
	}

	private SpanData one(String name) {
		List<SpanData> found = traced().stream().filter((span) -> span.getName().equals(name)).toList();
		assertThat(found).hasSize(1);
		return found.getFirst();
	}

	/** What the service logs meanwhile, down to its own details, as JSON. */
	static final class Lines extends AppenderBase<ILoggingEvent> {

		private static final JsonMapper JSON = new JsonMapper();

		private final StructuredLogEncoder encoder = new StructuredLogEncoder();

		private final Queue<String> lines = new ConcurrentLinkedQueue<>();

		static Lines record() {
			Lines lines = new Lines();
			LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
			lines.setContext(context);
			lines.encoder.setContext(context);
			lines.encoder.setFormat("ecs");
			lines.encoder.start();
			lines.start();
			Logger ours = context.getLogger("app.stockroom");
			ours.setLevel(Level.TRACE);
			ours.addAppender(lines);
			return lines;
		}

		@Override
		protected void append(ILoggingEvent event) {
			this.lines.add(new String(this.encoder.encode(event), StandardCharsets.UTF_8));
		}

		@Override
		public void stop() {
			Logger ours = ((LoggerContext) getContext()).getLogger("app.stockroom");
			ours.detachAppender(this);
			ours.setLevel(null);
			super.stop();
		}

		String text() {
			return String.join("", this.lines);
		}

		List<JsonNode> json() {
			return this.lines.stream().map(JSON::readTree).toList();
		}

	}

	@TestConfiguration(proxyBeanMethods = false)
	static class Production {

		@Bean
		InMemorySpanExporter memory() {
			return InMemorySpanExporter.create();
		}

		@Bean
		SpanProcessor toMemory(InMemorySpanExporter memory) {
			return SimpleSpanProcessor.create(memory);
		}

		/**
		 * With the JVM's shared loops, a context that stops would take others with it.
		 */
		@Bean
		static BeanPostProcessor ownEventLoops() {
			return new BeanPostProcessor() {

				@Override
				public Object postProcessBeforeInitialization(Object bean, String name) {
					if (bean instanceof ReactorResourceFactory resources) {
						resources.setUseGlobalResources(false);
					}
					return bean;
				}

			};
		}

	}

}
