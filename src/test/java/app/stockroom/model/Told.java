package app.stockroom.model;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

import app.stockroom.TenantClient.Reply;
import tools.jackson.databind.JsonNode;

/**
 * Answers of the service in the model's words, so that the two can be compared as text.
 */
final class Told {

	private static final List<String> NUMBERS = List.of("requested", "available", "quantity", "reserved", "capacity",
			"inTransit", "version", "index");

	private final Map<String, String> names = new HashMap<>();

	private final String[] products = { "", "", UUID.randomUUID().toString() };

	private final String[] warehouses = { "", "", UUID.randomUUID().toString() };

	void product(int product, String id) {
		this.products[product] = id;
		this.names.put(id, "P" + product);
	}

	void warehouse(int warehouse, String id) {
		this.warehouses[warehouse] = id;
		this.names.put(id, "W" + warehouse);
	}

	String product(int product) {
		return this.products[product];
	}

	String warehouse(int warehouse) {
		return this.warehouses[warehouse];
	}

	/** Only whether it was done. */
	String status(Reply reply) {
		return (reply.status() < 400) ? String.valueOf(reply.status()) : problem(reply.body());
	}

	String movement(Reply reply) {
		return (reply.status() < 400) ? reply.status() + " " + movement(reply.body()) : problem(reply.body());
	}

	String batch(Reply reply) {
		return (reply.status() < 400) ? reply.status() + " "
				+ reply.body()
					.valueStream()
					.map((result) -> result.has("problem") ? problem(result.get("problem"))
							: result.get("status") + " " + movement(result.get("movement")))
					.collect(Collectors.joining("; "))
				: problem(reply.body());
	}

	String count(Reply reply) {
		return (reply.status() < 400)
				? "%d unchanged=%d %s".formatted(reply.status(), reply.number("unchanged"),
						reply.body().get("movements").valueStream().map(this::movement).toList())
				: problem(reply.body());
	}

	String stock(Reply reply) {
		return (reply.status() < 400) ? reply.status() + " " + stock(reply.body()) : problem(reply.body());
	}

	String reservation(Reply reply) {
		return (reply.status() < 400) ? reply.status() + " " + reservation(reply.body()) : problem(reply.body());
	}

	String transfer(Reply reply) {
		return (reply.status() < 400) ? reply.status() + " " + transfer(reply.body()) : problem(reply.body());
	}

	String stock(JsonNode row) {
		return "%s %s/%s %s..%s v%s %s".formatted(cell(row), row.get("quantity"), row.get("reserved"),
				row.get("minStock"), row.get("maxStock"), row.get("version"), row.get("status").asString());
	}

	String reservation(JsonNode reservation) {
		return "%s v%s %s".formatted(reservation.get("status").asString(), reservation.get("version"),
				reservation.get("lines")
					.valueStream()
					.map((line) -> cell(line) + " " + line.get("quantity")
							+ (line.has("committed") ? " committed " + line.get("committed") : ""))
					.toList());
	}

	String transfer(JsonNode transfer) {
		return "%s v%s %s>%s %s".formatted(transfer.get("status").asString(), transfer.get("version"),
				name(transfer, "fromWarehouseId"), name(transfer, "toWarehouseId"),
				transfer.get("lines")
					.valueStream()
					.map((line) -> "%s %s received %s lost %s".formatted(name(line, "productId"), line.get("quantity"),
							line.get("received"), line.get("lost")))
					.toList());
	}

	String movement(JsonNode entry) {
		String start = "#" + entry.get("sequence") + " " + entry.get("type").asString() + " ";
		if (!entry.has("productId")) {
			return start + subject(entry.get("subject"));
		}
		return start
				+ "%s %+d %+d -> %s/%s %s..%s v%s".formatted(cell(entry), entry.get("delta").asLong(),
						entry.get("reservedDelta").asLong(), entry.get("quantityAfter"), entry.get("reservedAfter"),
						entry.get("minStock"), entry.get("maxStock"), entry.get("version"))
				+ (entry.has("reverses") ? " reverses " + entry.get("reverses") : "");
	}

	String alert(JsonNode alert) {
		return "%s %s %s %s %s".formatted(alert.get("kind").asString(), cell(alert), alert.get("openedSequence"),
				alert.path("acknowledgedSequence").asLong(0), alert.path("resolvedSequence").asLong(0));
	}

	private String subject(JsonNode subject) {
		JsonNode state = subject.get("state");
		String kind = subject.get("kind").asString();
		return switch (kind) {
			case "PRODUCT" -> kind + " " + name(subject, "id") + (state.has("deletedAt") ? " deleted" : " live");
			case "WAREHOUSE" -> kind + " " + name(subject, "id") + " "
					+ (state.has("deletedAt") ? "deleted" : state.get("status").asString());
			case "ALERT" -> kind;
			default -> kind + " " + state.get("status").asString();
		};
	}

	private static String problem(JsonNode problem) {
		String inner = problem.has("problem") ? ": " + problem(problem.get("problem")) : "";
		return problem.get("status") + " " + problem.path("type").asString("").replace("urn:stockroom:", "")
				+ NUMBERS.stream()
					.filter(problem::has)
					.map((number) -> " " + number + "=" + problem.get(number))
					.collect(Collectors.joining())
				+ inner;
	}

	private String cell(JsonNode node) {
		return name(node, "productId") + "@" + name(node, "warehouseId");
	}

	private String name(JsonNode node, String property) {
		return this.names.getOrDefault(node.path(property).asString(""), "?");
	}

}
