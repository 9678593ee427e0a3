package app.stockroom.tenancy;

import java.sql.Connection;
import java.util.UUID;

import app.stockroom.Invariants;
import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.TenantClient.Reply;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Limits as clients meet them.
 */
@StockroomTest
class RateLimitTests {

	private static final String MOVEMENT = "{\"sku\": \"A\", \"type\": \"IN\", \"quantity\": %d}";

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@Autowired
	Api api;

	@Autowired
	ApplicationContext context;

	@Autowired
	Environment environment;

	private TenantClient client;

	@BeforeEach
	void open() {
		this.client = TenantClient.open(this.web, this.tenants);
		this.client.product("A");
	}

	@Test
	void withoutALimitNothingIsSaidOfOne() {
		HttpHeaders headers = this.client.get("/api/products").expect(200).headers();
		assertThat(headers.headerNames()).doesNotContain(Admission.HEADER, Admission.POLICY_HEADER);
	}

	@Test
	void aTenantWithALimitIsToldWhatIsLeft() {
		limit(100_000);
		for (String path : new String[] { "/api/products", "/api/products/" + UUID.randomUUID() }) {
			HttpHeaders headers = this.client.get(path).headers();
			assertThat(headers.get(Admission.POLICY_HEADER)).containsExactly("\"requests\";q=100000;w=1");
			assertThat(headers.getFirst(Admission.HEADER)).matches("\"requests\";r=(\\d{5}|100000);t=1");
			assertThat(headers.containsHeader(HttpHeaders.RETRY_AFTER)).isFalse();
		}
		limit(0);
		assertThat(this.client.get("/api/products").headers().containsHeader(Admission.HEADER)).isFalse();
	}

	@Test
	void atTheLimitEveryOperationIsRefusedAndSaysUntilWhen() {
		SpentLimit.of(this.context, this.client);
		this.api.endpoints()
			.stream()
			.filter((endpoint) -> endpoint.scope() != null && endpoint.scope() != Scope.PLATFORM_ADMIN)
			.forEach((endpoint) -> {
				String path = endpoint.path().replaceAll("\\{\\w+}", UUID.randomUUID().toString());
				Reply reply = this.client.send(endpoint.method(), path, null, HttpHeaders.ACCEPT,
						endpoint.stream() ? "text/event-stream" : "*/*");
				reply.expectProblem(429, "rate-limited");
				assertThat(reply.number("limit")).isEqualTo(SpentLimit.RATE);
				assertThat(reply.number("retryAfter")).isBetween(3000L, 3600L);
				assertThat(reply.headers().getFirst(HttpHeaders.RETRY_AFTER)).isEqualTo(reply.text("retryAfter"));
				assertThat(reply.headers().getFirst(Admission.POLICY_HEADER)).isEqualTo("\"requests\";q=7;w=1");
				assertThat(reply.headers().getFirst(Admission.HEADER))
					.isEqualTo("\"requests\";r=0;t=" + reply.text("retryAfter"));
			});
	}

	@Test
	void anotherTenantIsServedAndSoIsWhatNeedsNoTenant() {
		SpentLimit.of(this.context, this.client);
		TenantClient.open(this.web, this.tenants).get("/api/products").expect(200);
		this.client.with("platform:admin").get("/api/tenants?limit=1").expect(200);
		this.client.get("/api/products").expect(429);
	}

	@Test
	void aRefusalUsesNoIdempotencyKey() {
		SpentLimit.of(this.context, this.client);
		this.client.post("/api/stock-movements", MOVEMENT.formatted(1), "Idempotency-Key", "k")
			.expectProblem(429, "rate-limited");
		limitElsewhere("null");
		Awaitility.await().until(() -> this.client.get("/api/products").status() == 200);
		Reply moved = this.client.post("/api/stock-movements", MOVEMENT.formatted(2), "Idempotency-Key", "k")
			.expect(201);
		assertThat(moved.headers().containsHeader("Idempotency-Replayed")).isFalse();
		assertThat(moved.number("quantityAfter")).isEqualTo(2);
	}

	private void limit(int rate) {
		this.client.send(HttpMethod.PATCH, "/api/tenant", "{\"rateLimit\": %d}".formatted(rate)).expect(200);
	}

	/** As another process would, of which this one hears when its memory of it ends. */
	private void limitElsewhere(String rate) {
		try (Connection owner = Invariants.owner(this.environment)) {
			owner.createStatement()
				.executeUpdate("update tenant set rate_limit = %s where tenant_id = '%s'".formatted(rate,
						this.client.tenant()));
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

}
