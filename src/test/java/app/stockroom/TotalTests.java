package app.stockroom;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

import app.stockroom.TenantClient.Reply;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The total of a page is the one of its list, whatever has changed since it was counted
 * last. The lists here are short, so that a page shows all of what its total counts, as
 * it was at the same moment.
 */
@StockroomTest
class TotalTests {

	private static final List<String> LISTS = List.of("/api/inventory?", "/api/inventory?q=new&",
			"/api/inventory?sku=A&", "/api/inventory?status=LOW_STOCK&",
			"/api/inventory?status=OUT_OF_STOCK&status=OK&", "/api/products?", "/api/products?name=new&",
			"/api/products?includeDeleted=true&", "/api/products?status=INACTIVE&", "/api/warehouses?",
			"/api/warehouses?name=new&", "/api/reservations?", "/api/reservations?status=HELD&",
			"/api/reservations?sku=A&", "/api/transfers?", "/api/transfers?sku=A&", "/api/transfers?status=IN_TRANSIT&",
			"/api/alerts?", "/api/alerts?state=OPEN&", "/api/alerts?sku=A&", "/api/stock-movements?",
			"/api/stock-movements?type=IN&");

	@Autowired
	private WebTestClient web;

	@Autowired
	private Tenants tenants;

	@Test
	void everyKindOfChangeIsSeenInTheTotalsOfAllLists() {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		requireTotals(client);
		String a = client.product("A");
		requireTotals(client);
		client.product("B");
		requireTotals(client);
		String place = client.warehouse("Back");
		requireTotals(client);
		client.move(a, "IN", 50).expect(201);
		requireTotals(client);
		client.move(a, "OUT", 45).expect(201);
		requireTotals(client);
		client.patch("/api/inventory/" + client.stock(a).get("id").asString(), "{\"minStock\": 2}").expect(200);
		requireTotals(client);
		client
			.post("/api/stock-movements",
					"{\"productId\": \"%s\", \"warehouseId\": \"%s\", \"type\": \"IN\", \"quantity\": 5}".formatted(a,
							place))
			.expect(201);
		requireTotals(client);
		String line = "{\"lines\": [{\"productId\": \"%s\", \"quantity\": 1}], \"ttlSeconds\": 60}".formatted(a);
		String reservation = client.post("/api/reservations", line).expect(201).text("id");
		requireTotals(client);
		client.post("/api/reservations/%s/commit".formatted(reservation), "{}").expect(200);
		requireTotals(client);
		String here = client.get("/api/warehouses?name=Main").body().get("items").get(0).get("id").asString();
		String transfer = client.post("/api/transfers", """
				{"fromWarehouseId": "%s", "toWarehouseId": "%s", "mode": "IN_TRANSIT",
				 "lines": [{"productId": "%s", "quantity": 1}]}
				""".formatted(here, place, a)).expect(201).text("id");
		requireTotals(client);
		client
			.post("/api/transfers/%s/receipt".formatted(transfer),
					"{\"lines\": [{\"productId\": \"%s\", \"quantity\": 1}]}".formatted(a))
			.expect(200);
		requireTotals(client);
		client.patch("/api/products/" + a, "{\"name\": \"new\", \"sku\": \"C\"}").expect(200);
		requireTotals(client);
		client.patch("/api/products/" + a, "{\"sku\": \"A\", \"status\": \"INACTIVE\"}").expect(200);
		requireTotals(client);
		String b = client.get("/api/products?sku=B").body().get("items").get(0).get("id").asString();
		client.delete("/api/products/" + b).expect(204);
		requireTotals(client);
		client.post("/api/products/%s/restore".formatted(b), "{}").expect(200);
		requireTotals(client);
		String empty = client.warehouse("Empty");
		client
			.post("/api/warehouses/%s/inventory".formatted(empty),
					"{\"productId\": \"%s\", \"quantity\": 0}".formatted(b))
			.expect(201);
		requireTotals(client);
		client.delete("/api/warehouses/" + empty).expect(204);
		requireTotals(client);
		client.post("/api/warehouses/%s/restore".formatted(empty), "{}").expect(200);
		client.patch("/api/warehouses/" + empty, "{\"name\": \"new\"}").expect(200);
		requireTotals(client);
	}

	@Test
	void totalsAreTrueWhileOthersCreateDeleteAndMove() {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		String stocked = client.product("A");
		client.move(stocked, "IN", 20).expect(201);
		List<CompletableFuture<?>> work = new ArrayList<>();
		for (int worker = 0; worker < 3; worker++) {
			work.add(CompletableFuture.runAsync(() -> createDeleteAndMove(client, stocked)));
		}
		CompletableFuture<?> all = CompletableFuture.allOf(work.toArray(CompletableFuture[]::new));
		int pages = 0;
		while (!all.isDone() || pages < LISTS.size()) {
			requireTotal(client, LISTS.get(pages++ % 6));
		}
		all.join();
		requireTotals(client);
	}

	private static void createDeleteAndMove(TenantClient client, String stocked) {
		for (int i = 0; i < 15; i++) {
			String product = client.product((i % 2 == 0) ? "new " + UUID.randomUUID() : UUID.randomUUID().toString());
			client.move(stocked, ThreadLocalRandom.current().nextBoolean() ? "IN" : "OUT", 5);
			client.delete("/api/products/" + product).expect(204);
			if (i % 3 == 0) {
				client.post("/api/products/%s/restore".formatted(product), "{}").expect(200);
			}
		}
	}

	private static void requireTotals(TenantClient client) {
		LISTS.forEach((list) -> requireTotal(client, list));
	}

	private static void requireTotal(TenantClient client, String list) {
		Reply page = client.get(list + "limit=200").expect(200);
		assertThat(page.number("total")).as("total of %s: %s", list, page.body())
			.isEqualTo(page.body().get("items").size());
	}

}
