package app.stockroom;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import app.stockroom.TenantClient.Reply;
import app.stockroom.tenancy.Api;
import app.stockroom.tenancy.Endpoint;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What every route of the table says to a query that it does not understand.
 */
@StockroomTest
class QueryTests {

	private static final String EVERYTHING = "inventory:read inventory:write catalog:write tenant:admin platform:admin";

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@Autowired
	Api api;

	private TenantClient client;

	@BeforeEach
	void openTenant() {
		this.client = TenantClient.open(this.web, this.tenants).with(EVERYTHING);
	}

	@Test
	void everyRouteNamesEveryParameterThatItDoesNotTake() {
		for (Endpoint endpoint : this.api.endpoints()) {
			Reply reply = ask(endpoint, "?colour=red&size=1&size=2").expectProblem(400, "invalid-request");
			assertThat(reply.fields()).as("%s", endpoint).containsExactlyInAnyOrder("colour", "size");
			assertThat(codes(reply)).as("%s", endpoint).containsOnly("unknown-parameter");
		}
	}

	@Test
	void everyRouteRefusesTwoValuesWhereOneIsMeant() {
		for (Endpoint endpoint : this.api.endpoints()) {
			List<String> pairs = new ArrayList<>();
			endpoint.query().single().forEach((name) -> pairs.add(name + "=1&" + name + "=1"));
			if (!pairs.isEmpty()) {
				Reply reply = ask(endpoint, "?" + String.join("&", pairs)).expectProblem(400, "invalid-request");
				assertThat(reply.fields()).as("%s", endpoint)
					.containsExactlyInAnyOrderElementsOf(endpoint.query().single());
				assertThat(codes(reply)).as("%s", endpoint).containsOnly("repeated");
			}
		}
	}

	@Test
	void everyRouteRefusesAParameterThatIsNoText() {
		for (Endpoint endpoint : this.api.endpoints()) {
			List<String> all = new ArrayList<>(endpoint.query().single());
			all.addAll(endpoint.query().several());
			for (String bad : List.of("", "=\0")) {
				if (!all.isEmpty()) {
					Reply reply = ask(endpoint, "?" + String.join(bad + "&", all) + bad);
					assertThat(reply.expectProblem(400, "invalid-request").fields()).as("%s", endpoint)
						.containsExactlyInAnyOrderElementsOf(all);
				}
			}
			for (String name : all) {
				String tooLong = "?" + name + "=" + "x".repeat(name.equals("cursor") ? 2561 : 257);
				Reply reply = ask(endpoint, tooLong).expectProblem(400, "invalid-request");
				assertThat(codes(reply)).as("%s %s", endpoint, name).containsExactly("too-long");
			}
		}
	}

	@Test
	void aListTakesSeveralStates() {
		this.client.product("A");
		String path = "/api/products/" + this.client.product("B");
		this.client.put(path, "{\"status\": \"INACTIVE\"}").expect(200);
		assertThat(this.client.get("/api/products?status=INACTIVE").number("total")).isEqualTo(1);
		assertThat(this.client.get("/api/products?status=INACTIVE,ACTIVE").number("total")).isEqualTo(2);
		assertThat(this.client.get("/api/products?status=ACTIVE&status=INACTIVE").number("total")).isEqualTo(2);
		assertThat(this.client.get("/api/products?status=ACTIVE,GONE").expectProblem(400, "invalid-request").fields())
			.containsExactly("status");
		assertThat(this.client.get("/api/warehouses?status=ACTIVE,INACTIVE").number("total")).isEqualTo(1);
		this.client.move(this.client.product("C"), "IN", 20).expect(201);
		String product = this.client.product("D");
		this.client.move(product, "IN", 20).expect(201);
		this.client.move(product, "OUT", 15).expect(201);
		this.client.move(product, "OUT", 5).expect(201);
		assertThat(this.client.get("/api/alerts?state=OPEN,RESOLVED").number("total")).isEqualTo(2);
		assertThat(this.client.get("/api/alerts?state=OPEN&kind=LOW_STOCK,OUT_OF_STOCK").number("total")).isEqualTo(1);
		assertThat(this.client.get("/api/alerts?kind=LOW_STOCK").number("total")).isEqualTo(1);
	}

	private Reply ask(Endpoint endpoint, String query) {
		String path = endpoint.path().replaceAll("\\{[a-zA-Z]+}", UUID.randomUUID().toString()) + query;
		String accept = endpoint.stream() ? MediaType.TEXT_EVENT_STREAM_VALUE : MediaType.ALL_VALUE;
		return this.client.send(endpoint.method(), path, null, "Accept", accept);
	}

	private static List<String> codes(Reply reply) {
		return reply.body().path("errors").valueStream().map((error) -> error.path("code").asString()).toList();
	}

}
