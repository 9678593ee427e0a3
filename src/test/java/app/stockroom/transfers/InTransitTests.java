package app.stockroom.transfers;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import app.stockroom.Invariants;
import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.TenantClient.Reply;
import app.stockroom.tenancy.Tenants;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is in transit keeps its product and both of its warehouses alive.
 */
@StockroomTest
class InTransitTests {

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@Autowired
	Environment environment;

	private TenantClient client;

	private String product;

	private String other;

	private String main;

	private String from;

	private String to;

	@BeforeEach
	void openTenant() {
		this.client = TenantClient.open(this.web, this.tenants);
		this.product = this.client.product("A");
		this.other = this.client.product("B");
		this.main = this.client.stock(this.product).get("warehouseId").asString();
		this.from = this.client.warehouse("From");
		this.to = this.client.warehouse("To");
		for (String sku : List.of("A", "B")) {
			this.client
				.post("/api/warehouses/" + this.from + "/inventory",
						"{\"sku\": \"%s\", \"quantity\": 5}".formatted(sku))
				.expect(201);
		}
	}

	@AfterEach
	void invariantsHold() throws SQLException {
		Invariants.hold(this.environment);
	}

	@Test
	void nothingOfATransferUnderWayCanBeDeleted() {
		String transfer = send("{\"sku\": \"A\", \"quantity\": 5}, {\"sku\": \"B\", \"quantity\": 5}").expect(201)
			.text("id");
		for (String path : List.of("/api/products/" + this.product, "/api/products/" + this.other,
				"/api/warehouses/" + this.from, "/api/warehouses/" + this.to)) {
			Reply refused = this.client.delete(path).expectProblem(409, "in-transit");
			assertThat(refused.body().get("transfers").valueStream().map((id) -> id.asString())).as(path)
				.containsExactly(transfer);
		}
		receive(transfer, "{\"lines\": [{\"sku\": \"B\", \"quantity\": 5}]}").expect(200);
		this.client.delete("/api/products/" + this.other).expectProblem(409, "product-has-stock");
		this.client.delete("/api/warehouses/" + this.to).expectProblem(409, "warehouse-has-stock");
		this.client
			.post("/api/stock-movements",
					"{\"sku\": \"B\", \"warehouseId\": \"%s\", \"type\": \"OUT\", \"quantity\": 5}".formatted(this.to))
			.expect(201);
		this.client.delete("/api/products/" + this.other).expect(204);
		this.client.delete("/api/products/" + this.product).expectProblem(409, "in-transit");
		this.client.delete("/api/warehouses/" + this.to).expectProblem(409, "in-transit");
		receive(transfer, "{\"closing\": true}").expect(200);
		this.client.delete("/api/products/" + this.product).expect(204);
		this.client.delete("/api/warehouses/" + this.from).expect(204);
		this.client.delete("/api/warehouses/" + this.to).expect(204);
	}

	@Test
	void aDeletionAndAReceiptThatMeetLeaveNothingUnderWay() {
		for (int i = 0; i < 12; i++) {
			String warehouse = this.client.warehouse("Meeting " + i);
			this.client.post("/api/stock-movements", "{\"sku\": \"A\", \"type\": \"IN\", \"quantity\": 1}").expect(201);
			String transfer = send(this.main, warehouse, "{\"sku\": \"A\", \"quantity\": 1}").expect(201).text("id");
			try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
				CompletableFuture<Reply> receipt = CompletableFuture
					.supplyAsync(() -> receive(transfer, "{\"closing\": true}"), clients);
				Reply deleted = this.client.delete("/api/warehouses/" + warehouse);
				receipt.join().expect(200);
				if (deleted.status() != 204) {
					deleted.expectProblem(409, "in-transit");
					this.client.delete("/api/warehouses/" + warehouse).expect(204);
				}
			}
		}
	}

	@Test
	void whatIsDeletedBeforeItsTransferLeavesTakesNone() throws SQLException {
		try (Connection owner = Invariants.owner(this.environment);
				Statement statement = owner.createStatement();
				ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
			owner.setAutoCommit(false);
			statement.execute("select from ledger_head where tenant_id = '" + this.client.tenant() + "' for update");
			// It waits for the head, and the transfer behind it in the tenant's lane.
			CompletableFuture<Reply> deleted = CompletableFuture
				.supplyAsync(() -> this.client.delete("/api/warehouses/" + this.to), clients);
			Awaitility.await().until(() -> waiting(statement));
			CompletableFuture<Reply> sent = CompletableFuture
				.supplyAsync(() -> send("{\"sku\": \"A\", \"quantity\": 1}"), clients);
			owner.rollback();
			deleted.join().expect(204);
			sent.join().expectProblem(404, "not-found");
		}
		assertThat(this.client.get("/api/transfers").number("total")).isZero();
	}

	@Test
	void anInactiveTargetTakesNoTransfer() {
		this.client.put("/api/warehouses/" + this.to, "{\"status\": \"INACTIVE\"}").expect(200);
		send("{\"sku\": \"A\", \"quantity\": 1}").expectProblem(409, "warehouse-inactive");
		assertThat(this.client.get("/api/transfers").number("total")).isZero();
	}

	private static boolean waiting(Statement statement) throws SQLException {
		return statement
			.executeQuery(
					"select from pg_locks l where not l.granted and pg_backend_pid() = any(pg_blocking_pids(l.pid))")
			.next();
	}

	private Reply send(String lines) {
		return send(this.from, this.to, lines);
	}

	private Reply send(String source, String target, String lines) {
		return this.client.post("/api/transfers", """
				{"fromWarehouseId": "%s", "toWarehouseId": "%s", "mode": "IN_TRANSIT", "lines": [%s]}"""
			.formatted(source, target, lines));
	}

	private Reply receive(String transfer, String body) {
		return this.client.post("/api/transfers/" + transfer + "/receipt", body);
	}

}
