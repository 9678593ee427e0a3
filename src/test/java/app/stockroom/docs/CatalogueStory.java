package app.stockroom.docs;

import app.stockroom.TenantClient;
import app.stockroom.TenantClient.Reply;

import org.springframework.http.HttpMethod;

/**
 * What the operations on products, warehouses and tenants answer when there is something
 * to answer about.
 */
final class CatalogueStory {

	private final TenantClient client;

	CatalogueStory(TenantClient client) {
		this.client = client;
	}

	void tell() {
		products();
		warehouses();
		inTransit();
		tenants();
	}

	private void products() {
		String product = this.client.post("/api/products", "{\"sku\": \"A\", \"name\": \"A\", \"barcodes\": [\"1\"]}")
			.expect(201)
			.text("id");
		String path = "/api/products/" + product;
		this.client.post("/api/products", "{\"sku\": \"B\", \"name\": \"B\", \"barcodes\": [\"2\"]}").expect(201);
		this.client.post("/api/products", "{\"sku\": \"C\", \"name\": \"C\", \"barcodes\": [\"2\"]}")
			.expectProblem(409, "barcode-taken");
		this.client.post("/api/products", "{\"sku\": \"A\", \"name\": \"A\"}").expectProblem(409, "sku-taken");
		this.client.get("/api/products").expect(200);
		this.client.get(path).expect(200);
		for (HttpMethod method : new HttpMethod[] { HttpMethod.PUT, HttpMethod.PATCH }) {
			changed(this.client, method, path, "{\"name\": \"" + method + "\"}");
			this.client.send(method, path, "{\"sku\": \"B\"}").expectProblem(409, "sku-taken");
			this.client.send(method, path, "{\"barcodes\": [\"2\"]}").expectProblem(409, "barcode-taken");
		}
		this.client.move(product, "IN", 1).expect(201);
		this.client.delete(path).expectProblem(409, "product-has-stock");
		this.client.move(product, "OUT", 1).expect(201);
		this.client.delete(path, "If-Match", "\"99\"").expectProblem(412, "stale-version");
		this.client.delete(path).expect(204);
		String heir = this.client.product("A");
		this.client.post(path + "/restore", null).expectProblem(409, "sku-taken");
		this.client.put("/api/products/" + heir, "{\"sku\": \"C\", \"barcodes\": [\"1\"]}").expect(200);
		this.client.post(path + "/restore", null).expectProblem(409, "barcode-taken");
		this.client.delete("/api/products/" + heir).expect(204);
		restored(path);
	}

	private void inTransit() {
		String product = this.client.product("D");
		this.client.move(product, "IN", 1).expect(201);
		String from = this.client.stock(product).get("warehouseId").asString();
		String to = this.client.warehouse("Far");
		this.client.post("/api/transfers", """
				{"fromWarehouseId": "%s", "toWarehouseId": "%s", "mode": "IN_TRANSIT",
				 "lines": [{"sku": "D", "quantity": 1}]}""".formatted(from, to)).expect(201);
		this.client.delete("/api/products/" + product).expectProblem(409, "in-transit");
		this.client.delete("/api/warehouses/" + to).expectProblem(409, "in-transit");
	}

	private void warehouses() {
		String path = "/api/warehouses/" + this.client.warehouse("North");
		String main = "/api/warehouses/"
				+ this.client.get("/api/warehouses?sortBy=createdAt").expect(200).body().at("/items/0/id").asString();
		this.client.warehouse("South");
		this.client.post("/api/warehouses", "{\"name\": \"North\"}").expectProblem(409, "name-taken");
		this.client.get(path).expect(200);
		for (HttpMethod method : new HttpMethod[] { HttpMethod.PUT, HttpMethod.PATCH }) {
			changed(this.client, method, path, "{\"location\": \"" + method + "\"}");
			this.client.send(method, path, "{\"name\": \"South\"}").expectProblem(409, "name-taken");
			this.client.send(method, main, "{\"status\": \"INACTIVE\"}").expectProblem(409, "default-warehouse");
		}
		this.client.delete(main).expectProblem(409, "default-warehouse");
		String stocked = "{\"sku\": \"B\", \"quantity\": 1}";
		this.client.post(path + "/inventory", stocked).expect(201);
		this.client.delete(path).expectProblem(409, "warehouse-has-stock");
		this.client.delete(path, "If-Match", "\"99\"").expectProblem(412, "stale-version");
		this.client
			.post("/api/stock-counts",
					"{\"warehouseId\": \"%s\", \"lines\": [{\"sku\": \"B\", \"counted\": 0}]}"
						.formatted(path.replaceFirst(".*/", "")))
			.expect(200);
		this.client.delete(path).expect(204);
		String heir = this.client.warehouse("North");
		this.client.post(path + "/restore", null).expectProblem(409, "name-taken");
		this.client.delete("/api/warehouses/" + heir).expect(204);
		restored(path);
	}

	private void tenants() {
		this.client.get("/api/tenant").expect(200);
		changed(this.client, HttpMethod.PATCH, "/api/tenant", "{\"name\": \"Acme\"}");
		TenantClient platform = this.client.with("platform:admin");
		String path = "/api/tenants/" + platform.post("/api/tenants", "{\"name\": \"Acme\"}").expect(201).text("id");
		platform.get("/api/tenants?limit=1").expect(200);
		platform.get(path).expect(200);
		changed(platform, HttpMethod.PATCH, path, "{\"name\": \"Emca\"}");
		platform.delete(path, "If-Match", "\"99\"").expectProblem(412, "stale-version");
		platform.delete(path).expect(204);
	}

	private void restored(String path) {
		this.client.post(path + "/restore", null, "If-Match", "\"99\"").expectProblem(412, "stale-version");
		this.client.post(path + "/restore", null).expect(200);
		this.client.delete(path).expect(204);
		this.client.post(path + "/restore", null, "Prefer", "return=minimal").expect(204);
	}

	/** A change that is refused for its version, made, and made without an answer. */
	static Reply changed(TenantClient client, HttpMethod method, String path, String json) {
		client.send(method, path, json, "If-Match", "\"99\"").expectProblem(412, "stale-version");
		client.send(method, path, json, "Prefer", "return=minimal").expect(204);
		return client.send(method, path, json).expect(200);
	}

}
