package app.stockroom.docs;

import java.time.Duration;
import java.util.List;
import java.util.UUID;

import app.stockroom.TenantClient;
import org.awaitility.Awaitility;

import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;

/**
 * What the operations on stock answer when there is some: in the warehouse Open there are
 * 10 of A with room for 90 more, 5 of them reserved; the warehouse Closed has the same
 * and is inactive.
 */
final class StockStory {

	private static final String STOCKED = "{\"sku\": \"A\", \"quantity\": 10, \"maxStock\": 100}";

	private final TenantClient client;

	private final String open;

	private final String closed;

	StockStory(TenantClient client) {
		this.client = client;
		client.product("A");
		this.open = client.warehouse("Open");
		this.closed = client.warehouse("Closed");
	}

	void tell() {
		records();
		imports();
		String held = reserve(this.closed, 5, 600).expect(201).text("id");
		reserve(this.open, 5, 600).expect(201);
		String moved = move(this.closed, "IN", 1).expect(201).text("sequence");
		String transfer = transfer(this.open, this.closed, 1, "IN_TRANSIT").expect(201).text("id");
		this.client.put("/api/warehouses/" + this.closed, "{\"status\": \"INACTIVE\"}").expect(200);
		changes();
		movements(moved);
		reservations(held);
		transfers(transfer);
		counts();
		alerts();
	}

	private void records() {
		String empty = this.client.warehouse("Empty");
		for (String warehouse : List.of(this.open, this.closed)) {
			String path = "/api/warehouses/" + warehouse + "/inventory";
			this.client.post(path, STOCKED).expect(201);
			this.client.post(path, STOCKED).expectProblem(409, "record-exists");
		}
		this.client.post("/api/inventory", in(empty, STOCKED)).expect(201);
		this.client.post("/api/inventory", in(empty, STOCKED)).expectProblem(409, "record-exists");
		String product = this.client.product("B");
		String tooMany = "{\"sku\": \"B\", \"quantity\": 10, \"maxStock\": 9, \"minStock\": 0}";
		this.client.post("/api/warehouses/" + empty + "/inventory", tooMany).expectProblem(409, "capacity-exceeded");
		this.client.post("/api/inventory", in(empty, tooMany)).expectProblem(409, "capacity-exceeded");
		this.client.put("/api/warehouses/" + empty, "{\"status\": \"INACTIVE\"}").expect(200);
		String opening = "{\"productId\": \"" + product + "\", \"quantity\": 1}";
		this.client.post("/api/warehouses/" + empty + "/inventory", opening).expectProblem(409, "warehouse-inactive");
		this.client.post("/api/inventory", in(empty, opening)).expectProblem(409, "warehouse-inactive");
	}

	private void imports() {
		this.client.csv("/api/products/import", "sku,name\nI,Imported\n").expect(200);
		String file = "sku,quantity\nI,%d\n";
		this.client.csv("/api/inventory/import", file.formatted(1), "Idempotency-Key", "file").expect(200);
		this.client.csv("/api/inventory/import", file.formatted(2), "Idempotency-Key", "file")
			.expectProblem(422, "idempotency-key-reused");
	}

	private void changes() {
		String record = "/api/inventory/" + record(this.open);
		String pair = "/api/warehouses/%s/inventory/%s";
		String product = this.client.get(record).expect(200).text("productId");
		this.client.get("/api/inventory?warehouseId=" + this.open).expect(200);
		this.client.get("/api/inventory/summary").expect(200);
		this.client.get(record + "/explanation").expect(200);
		this.client.get("/api/verification").expect(200);
		this.client.get("/api/warehouses/" + this.open + "/inventory").expect(200);
		this.client.get(pair.formatted(this.open, product)).expect(200);
		for (HttpMethod method : List.of(HttpMethod.PUT, HttpMethod.PATCH)) {
			for (String path : List.of(record, pair.formatted(this.open, product))) {
				CatalogueStory.changed(this.client, method, path, "{\"minStock\": 3}");
				this.client.send(method, path, "{\"quantity\": 1}").expectProblem(409, "insufficient-stock");
				this.client.send(method, path, "{\"quantity\": 101}").expectProblem(409, "capacity-exceeded");
			}
			for (String path : List.of("/api/inventory/" + record(this.closed), pair.formatted(this.closed, product))) {
				this.client.send(method, path, "{\"quantity\": 20}").expectProblem(409, "warehouse-inactive");
			}
		}
	}

	private void movements(String inClosed) {
		String in = move(this.open, "IN", 20).expect(201).text("sequence");
		this.client.get("/api/stock-movements").expect(200);
		this.client.get("/api/stock-movements/" + in).expect(200);
		refused();
		this.client.post("/api/stock-movements/batch", "[" + movement(this.open, "IN", 1) + "]").expect(200);
		this.client
			.send(HttpMethod.POST, MediaType.APPLICATION_NDJSON, "/api/stock-movements/batch?dryRun=true",
					movement(this.open, "IN", 1))
			.expect(200);
		String out = move(this.open, "OUT", 20).expect(201).text("sequence");
		reverse(in).expectProblem(409, "insufficient-stock");
		move(this.open, "IN", 85).expect(201);
		reverse(out).expectProblem(409, "capacity-exceeded");
		String reversal = reverse(in).expect(201).text("sequence");
		reverse(in).expectProblem(409, "already-reversed");
		this.client.post("/api/stock-movements", movement(this.open, "OUT", 1), "Idempotency-Key", "used").expect(201);
		this.client.post("/api/stock-movements/" + in + "/reversal", null, "Idempotency-Key", "used")
			.expectProblem(422, "idempotency-key-reused");
		reverse(reversal).expectProblem(409, "not-reversible");
		reverse(inClosed).expectProblem(409, "warehouse-inactive");
	}

	private void refused() {
		String path = "/api/stock-movements";
		this.client.post(path, movement(this.open, "OUT", 999)).expectProblem(409, "insufficient-stock");
		this.client.post(path, movement(this.open, "IN", 999)).expectProblem(409, "capacity-exceeded");
		this.client.post(path, movement(this.closed, "IN", 1)).expectProblem(409, "warehouse-inactive");
		this.client.post(path + "/batch?atomic=true", "[" + movement(this.open, "OUT", 999) + "]")
			.expectProblem(409, "batch-refused");
	}

	private void reservations(String inClosed) {
		reserve(this.open, 999, 600).expectProblem(409, "insufficient-stock");
		reserve(this.closed, 1, 600).expectProblem(409, "warehouse-inactive");
		this.client.get("/api/reservations").expect(200);
		this.client.post("/api/reservations/" + inClosed + "/commit", null).expectProblem(409, "warehouse-inactive");
		String expired = "/api/reservations/" + reserve(this.open, 1, 1).expect(201).text("id");
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> this.client.get(expired).expect(200).text("status").equals("EXPIRED"));
		for (String step : List.of("commit", "release", "extension")) {
			String body = step.equals("extension") ? "{\"ttlSeconds\": 600}" : "{}";
			this.client.post(expired + "/" + step, body).expectProblem(409, "reservation-expired");
			String path = "/api/reservations/" + reserve(this.open, 1, 600).expect(201).text("id");
			this.client.post(path + "/" + step, body, "If-Match", "\"99\"").expectProblem(412, "stale-version");
			this.client.post(path + "/" + step, body).expect(200);
			this.client.post(path + "/release", null);
			this.client.post(path + "/" + step, body).expectProblem(409, "reservation-closed");
			String silent = "/api/reservations/" + reserve(this.open, 1, 600).expect(201).text("id");
			this.client.post(silent + "/" + step, body, "Prefer", "return=minimal").expect(204);
		}
	}

	private void transfers(String toClosed) {
		String target = this.client.warehouse("Target");
		transfer(this.open, target, 999, "IMMEDIATE").expectProblem(409, "insufficient-stock");
		transfer(this.closed, target, 1, "IMMEDIATE").expectProblem(409, "warehouse-inactive");
		this.client
			.post("/api/warehouses/" + target + "/inventory",
					"{\"sku\": \"A\", \"quantity\": 0, \"minStock\": 0, \"maxStock\": 1}")
			.expect(201);
		transfer(this.open, target, 2, "IMMEDIATE").expectProblem(409, "capacity-exceeded");
		String path = "/api/transfers/" + transfer(this.open, target, 3, "IN_TRANSIT").expect(201).text("id");
		this.client.get("/api/transfers").expect(200);
		this.client.get(path).expect(200);
		String receipt = "{\"lines\": [{\"sku\": \"A\", \"quantity\": %d}], \"closing\": %s}";
		this.client.post(path + "/receipt", receipt.formatted(1, false), "If-Match", "\"99\"")
			.expectProblem(412, "stale-version");
		this.client.post(path + "/receipt", receipt.formatted(4, false)).expectProblem(409, "exceeds-transit");
		this.client.post(path + "/receipt", receipt.formatted(2, false)).expectProblem(409, "capacity-exceeded");
		this.client.post(path + "/receipt", receipt.formatted(1, false), "Prefer", "return=minimal").expect(204);
		this.client.post(path + "/receipt", "{\"closing\": true}").expect(200);
		this.client.post(path + "/receipt", receipt.formatted(1, true)).expectProblem(409, "transfer-closed");
		this.client.post("/api/transfers/" + toClosed + "/receipt", receipt.formatted(1, false))
			.expectProblem(409, "warehouse-inactive");
	}

	private void counts() {
		this.client.post("/api/stock-counts", count("Z", this.open, 1)).expectProblem(404, "not-found");
		count(this.open, 50).expect(200);
		this.client.post("/api/stock-counts", count("A", this.open, 60), "Prefer", "return=minimal").expect(204);
		count(this.open, 1).expectProblem(409, "below-reserved");
		count(this.closed, 50).expectProblem(409, "warehouse-inactive");
	}

	private void alerts() {
		String product = this.client.product("C");
		this.client.move(product, "IN", 15).expect(201);
		for (String preference : List.of("return=representation", "return=minimal")) {
			this.client.move(product, "OUT", 10).expect(201);
			String alert = this.client.get("/api/alerts?state=OPEN&productId=" + product)
				.expect(200)
				.body()
				.at("/items/0/id")
				.asString();
			String path = "/api/alerts/" + alert + "/acknowledgement";
			this.client.post(path, null, "Prefer", preference).expect(preference.endsWith("minimal") ? 204 : 200);
			this.client.move(product, "IN", 10).expect(201);
			this.client.post(path, null).expectProblem(409, "alert-resolved");
		}
	}

	private String record(String warehouse) {
		return this.client.get("/api/warehouses/" + warehouse + "/inventory?sku=A")
			.expect(200)
			.body()
			.at("/items/0/id")
			.asString();
	}

	private TenantClient.Reply move(String warehouse, String type, int quantity) {
		return this.client.post("/api/stock-movements", movement(warehouse, type, quantity));
	}

	private TenantClient.Reply reverse(String sequence) {
		return this.client.post("/api/stock-movements/" + sequence + "/reversal", null);
	}

	private TenantClient.Reply reserve(String warehouse, int quantity, int seconds) {
		return this.client.post("/api/reservations", """
				{"lines": [{"sku": "A", "warehouseId": "%s", "quantity": %d}], "ttlSeconds": %d}""".formatted(warehouse,
				quantity, seconds));
	}

	private TenantClient.Reply transfer(String from, String to, int quantity, String mode) {
		return this.client.post("/api/transfers", """
				{"fromWarehouseId": "%s", "toWarehouseId": "%s", "mode": "%s",
				 "lines": [{"sku": "A", "quantity": %d}]}""".formatted(from, to, mode, quantity));
	}

	private TenantClient.Reply count(String warehouse, int counted) {
		return this.client.post("/api/stock-counts", count("A", warehouse, counted));
	}

	static String count(String sku, String warehouse, int counted) {
		return in(warehouse, "{\"lines\": [{\"sku\": \"%s\", \"counted\": %d}]}".formatted(sku, counted));
	}

	private static String movement(String warehouse, String type, int quantity) {
		return in(warehouse, "{\"sku\": \"A\", \"type\": \"%s\", \"quantity\": %d}".formatted(type, quantity));
	}

	private static String in(String warehouse, String body) {
		return "{\"warehouseId\": \"" + UUID.fromString(warehouse) + "\", " + body.substring(1);
	}

}
