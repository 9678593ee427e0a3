package app.stockroom.tenancy;

import java.util.UUID;

import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.TenantClient.Reply;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpHeaders;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

@StockroomTest
class KnownTokensTests {

	@Autowired
	private WebTestClient web;

	@Autowired
	private Tenants tenants;

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

}
