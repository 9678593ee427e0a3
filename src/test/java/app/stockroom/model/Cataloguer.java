package app.stockroom.model;

import java.util.function.Supplier;

import app.stockroom.TenantClient;
import app.stockroom.model.Model.Alert;
import app.stockroom.model.Requests.Expected;
import app.stockroom.model.Requests.Request;

import org.springframework.http.HttpMethod;

/**
 * The client's part that deletes and restores, closes warehouses and looks after alerts.
 */
final class Cataloguer {

	private static final int NONE = -1;

	/** A product or warehouse that never existed. */
	private static final int UNKNOWN = 2;

	private final TenantClient client;

	private final Model model;

	private final Told told;

	private final Requests requests;

	private final Documents documents;

	Cataloguer(TenantClient client, Model model, Told told, Requests requests, Documents documents) {
		this.documents = documents;
		this.client = client;
		this.model = model;
		this.told = told;
		this.requests = requests;
	}

	void deleteProduct(int product) {
		send("delete product", HttpMethod.DELETE, "/api/products/" + this.told.product(product), null, () -> {
			long pieces = this.model.pieces(product, NONE);
			if (this.model.deletedProducts.contains(product)) {
				return "404 not-found";
			}
			if (pieces > 0) {
				return "409 product-has-stock quantity=" + pieces;
			}
			if (this.documents.inTransit(product, NONE)) {
				return "409 in-transit";
			}
			this.model.deletedProducts.add(product);
			this.model.change("PRODUCT P" + product + " deleted");
			return "204";
		});
	}

	void restoreProduct(int product) {
		send("restore product", HttpMethod.POST, "/api/products/" + this.told.product(product) + "/restore", "{}",
				() -> {
					if (product == UNKNOWN || !this.model.deletedProducts.remove(product)) {
						return "404 not-found";
					}
					this.model.change("PRODUCT P" + product + " live");
					return "200";
				});
	}

	void deleteWarehouse(int warehouse) {
		send("delete warehouse", HttpMethod.DELETE, "/api/warehouses/" + this.told.warehouse(warehouse), null, () -> {
			long pieces = this.model.pieces(NONE, warehouse);
			if (this.model.deletedWarehouses.contains(warehouse)) {
				return "404 not-found";
			}
			if (warehouse == 0) {
				return "409 default-warehouse";
			}
			if (pieces > 0) {
				return "409 warehouse-has-stock quantity=" + pieces;
			}
			if (this.documents.inTransit(NONE, warehouse)) {
				return "409 in-transit";
			}
			this.model.deletedWarehouses.add(warehouse);
			this.model.change("WAREHOUSE W" + warehouse + " deleted");
			return "204";
		});
	}

	void restoreWarehouse(int warehouse) {
		send("restore warehouse", HttpMethod.POST, "/api/warehouses/" + this.told.warehouse(warehouse) + "/restore",
				"{}", () -> {
					if (warehouse == UNKNOWN || !this.model.deletedWarehouses.remove(warehouse)) {
						return "404 not-found";
					}
					this.model.change(warehouse(warehouse));
					return "200";
				});
	}

	void activate(Step.Activate step) {
		int warehouse = step.warehouse();
		send(step.active() ? "activate" : "deactivate", HttpMethod.PUT,
				"/api/warehouses/" + this.told.warehouse(warehouse),
				"{\"status\": \"%s\"}".formatted(step.active() ? "ACTIVE" : "INACTIVE"), () -> {
					if (this.model.deletedWarehouses.contains(warehouse)) {
						return "404 not-found";
					}
					if (warehouse == 0 && !step.active()) {
						return "409 default-warehouse";
					}
					boolean changed = step.active() ? this.model.inactiveWarehouses.remove(warehouse)
							: this.model.inactiveWarehouses.add(warehouse);
					if (changed) {
						this.model.change(warehouse(warehouse));
					}
					return "200";
				});
	}

	void acknowledge(int number) {
		if (this.model.alerts.isEmpty()) {
			return;
		}
		int index = number % this.model.alerts.size();
		Alert alert = this.model.alerts.get(index);
		String id = this.client.get("/api/alerts?limit=200")
			.expect(200)
			.body()
			.get("items")
			.valueStream()
			.filter((item) -> item.get("openedSequence").asLong() == alert.opened())
			.findFirst()
			.orElseThrow(() -> new AssertionError("There is no alert " + alert))
			.get("id")
			.asString();
		send("acknowledge", HttpMethod.POST, "/api/alerts/" + id + "/acknowledgement", "{}", () -> {
			if (alert.resolved() > 0) {
				return "409 alert-resolved";
			}
			if (alert.acknowledged() == 0) {
				this.model.acknowledge(index);
			}
			return "200";
		});
	}

	private String warehouse(int warehouse) {
		return "WAREHOUSE W" + warehouse
				+ (this.model.inactiveWarehouses.contains(warehouse) ? " INACTIVE" : " ACTIVE");
	}

	private void send(String what, HttpMethod method, String path, String body, Supplier<String> decision) {
		this.requests.send(
				Request.of(what, method, path, body, () -> new Expected(decision.get(), false), this.told::status),
				false);
	}

}
