package app.stockroom.browser;

import java.util.List;
import java.util.UUID;

import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.tenancy.TenantId;
import app.stockroom.tenancy.Tenants;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;

/**
 * What all tests with a browser share: one service with a database of its own, whose
 * people may sign in at an issuer, with a token, or into the demo.
 */
@StockroomTest
class BrowserTest {

	static final MockIssuer ISSUER = new MockIssuer("only-for-tests-0123456789-0123456789");

	@Autowired
	Tenants tenants;

	@LocalServerPort
	int port;

	WebTestClient web;

	@DynamicPropertySource
	static void issuer(DynamicPropertyRegistry registry) {
		registry.add("stockroom.security.issuer", ISSUER::url);
		registry.add("stockroom.dashboard.client-id", () -> MockIssuer.CLIENT);
	}

	@Autowired
	void web(WebTestClient client) {
		this.web = client;
	}

	TenantClient shop() {
		return TenantClient.open(this.web, this.tenants);
	}

	TenantClient shop(UUID id, String name) {
		this.tenants.open(new TenantId(id), name, 10, 1000).block();
		return TenantClient.of(this.web, id);
	}

	/** A token that says what a test wants of it. */
	String token(String wish) {
		return this.web.post()
			.uri("/api/auth/dev-token")
			.header("Content-Type", "application/json")
			.bodyValue(wish)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(Token.class)
			.returnResult()
			.getResponseBody()
			.access_token();
	}

	/** Products with stock; the first has the most. */
	static List<String> stocked(TenantClient shop, int products) {
		return java.util.stream.IntStream.rangeClosed(1, products).mapToObj((i) -> {
			String id = shop.product("SKU-" + i);
			shop.move(id, "IN", 100 - i).expect(201);
			return id;
		}).toList();
	}

	record Token(String access_token) {
	}

}
