package app.stockroom.alerts;

import java.util.List;
import java.util.UUID;

import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.TenantClient.Reply;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

@StockroomTest
class AlertRoutesTests {

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	private TenantClient client;

	@BeforeEach
	void openTenant() {
		this.client = TenantClient.open(this.web, this.tenants);
	}

	@Test
	void eachCrossingOpensOneAlertAndTheNewestComesFirst() {
		String product = this.client.product("A");
		this.client.move(product, "IN", 20).expect(201);
		this.client.move(product, "OUT", 15).expect(201);
		this.client.move(product, "OUT", 1).expect(201);
		this.client.move(product, "OUT", 4).expect(201);
		assertThat(alerts("/api/alerts")).containsExactly("OUT_OF_STOCK OPEN", "LOW_STOCK RESOLVED");
		this.client.move(product, "IN", 100).expect(201);
		assertThat(alerts("/api/alerts")).containsExactly("OUT_OF_STOCK RESOLVED", "LOW_STOCK RESOLVED");
		assertThat(alerts("/api/alerts?state=OPEN")).isEmpty();
		assertThat(alerts("/api/alerts?kind=LOW_STOCK")).containsExactly("LOW_STOCK RESOLVED");
		assertThat(alerts("/api/alerts?productId=" + product)).hasSize(2);
		assertThat(alerts("/api/alerts?productId=" + UUID.randomUUID())).isEmpty();
		assertThat(alerts("/api/alerts?limit=1&page=2")).containsExactly("LOW_STOCK RESOLVED");
	}

	@Test
	void aPersonTakesNoteOfAnAlertOnce() {
		String product = this.client.product("A");
		this.client.move(product, "IN", 20).expect(201);
		this.client.move(product, "OUT", 15).expect(201);
		String path = "/api/alerts/" + this.client.get("/api/alerts").body().at("/items/0/id").asString()
				+ "/acknowledgement";
		Reply acknowledged = this.client.send(HttpMethod.POST, path, null).expect(200);
		assertThat(acknowledged.text("state")).isEqualTo("ACKNOWLEDGED");
		assertThat(acknowledged.text("acknowledgedBy")).isEqualTo("developer");
		assertThat(this.client.send(HttpMethod.POST, path, null).expect(200).body()).isEqualTo(acknowledged.body());
		assertThat(alerts("/api/alerts?state=ACKNOWLEDGED")).hasSize(1);
		this.client.move(product, "IN", 100).expect(201);
		this.client.send(HttpMethod.POST, path, null).expectProblem(409, "alert-resolved");
	}

	private List<String> alerts(String path) {
		return this.client.get(path)
			.expect(200)
			.body()
			.get("items")
			.valueStream()
			.map((alert) -> alert.get("kind").asString() + " " + alert.get("state").asString())
			.toList();
	}

}
