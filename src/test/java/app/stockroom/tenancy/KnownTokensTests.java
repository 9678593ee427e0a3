package app.stockroom.tenancy;

import java.util.UUID;

import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.TenantClient.Reply;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@StockroomTest
class KnownTokensTests {

	@Autowired
	private WebTestClient web;

	@Autowired
	private Tenants tenants;

	@Autowired
	private MeterRegistry meters;

	@Test
	void theSecondRequestWithATokenIsAnsweredWithTheSameHeaders() {
		TenantClient client = TenantClient.open(this.web, this.tenants).with("inventory:read");
		Reply first = client.get("/api/inventory").expect(200);
		Reply second = client.get("/api/inventory").expect(200);
		assertThat(second.headers().headerNames()).contains("X-Content-Type-Options", "Content-Security-Policy",
				HttpHeaders.CACHE_CONTROL);
		assertThat(second.headers().toSingleValueMap()).isEqualTo(first.headers().toSingleValueMap());
	}

	@Test
	void aKnownTokenMayNoMoreThanAnUnknownOne() {
		TenantClient client = TenantClient.open(this.web, this.tenants).with("inventory:read");
		client.get("/api/inventory").expect(200);
		client.post("/api/products", "{}").expectProblem(403, "forbidden");
		client.get("/api/tenants").expectProblem(403, "forbidden");
		client.get("/api/inventory/" + UUID.randomUUID()).expectProblem(404, "not-found");
		client.get("/api/nothing").expectProblem(404, "not-found");
		client.withToken(client.token() + "x").get("/api/inventory").expectProblem(401, "unauthenticated");
		client.withToken(null).get("/api/inventory").expectProblem(401, "unauthenticated");
		client.get("/actuator/env").expectProblem(404, "not-found");
	}

	@Test
	void theFirewallStandsBeforeAKnownTokenToo() {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		client.get("/api/inventory").expect(200);
		client.get("/api/inventory;a=b").expectProblem(400, "invalid-request");
	}

	@Test
	void bothWaysLeadToTheSameAnswer() {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		client.product("A");
		Reply plain = client.get("/api/inventory?limit=5").expect(200);
		Reply other = theLongWay(client, "/api/inventory?limit=5").expect(200);
		assertThat(other.body()).isEqualTo(plain.body());
		assertThat(other.headers().toSingleValueMap()).isEqualTo(plain.headers().toSingleValueMap());
		client.get("/api/inventory?limit=x").expectProblem(400, "invalid-request");
		theLongWay(client, "/api/inventory?limit=x").expectProblem(400, "invalid-request");
	}

	@Test
	void bothWaysAreMeasuredByTheirRoute() {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		client.get("/api/inventory").expect(200);
		long before = requestsForNothing();
		client.get("/api/inventory/" + UUID.randomUUID()).expectProblem(404, "not-found");
		theLongWay(client, "/api/inventory/" + UUID.randomUUID()).expectProblem(404, "not-found");
		await().untilAsserted(() -> assertThat(requestsForNothing() - before).isEqualTo(2));
	}

	/** A tabulator in a header is harmless, which only the firewall knows. */
	private static Reply theLongWay(TenantClient client, String path) {
		return client.send(HttpMethod.GET, path, null, "X-Note", "a\tb");
	}

	private long requestsForNothing() {
		return this.meters.find("http.server.requests")
			.tag("uri", "/api/inventory/{id}")
			.tag("status", "404")
			.timers()
			.stream()
			.mapToLong(Timer::count)
			.sum();
	}

}
