package app.stockroom.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import app.stockroom.TenantClient;
import app.stockroom.model.Model.Cell;
import app.stockroom.model.Model.Entry;
import app.stockroom.model.Model.Line;
import app.stockroom.model.Model.Refused;
import app.stockroom.model.Model.Stock;
import app.stockroom.model.Requests.Expected;
import app.stockroom.model.Requests.Request;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpMethod;

/**
 * A client of one tenant that moves, counts and sets stock and changes the catalogue, and
 * knows what must come of it.
 */
final class Stockkeeper {

	private static final String MOVEMENTS = "/api/stock-movements";

	private final Model model;

	private final Told told;

	private final Requests requests;

	private final TenantClient client;

	Stockkeeper(TenantClient client, Model model, Told told, Requests requests) {
		this.client = client;
		this.model = model;
		this.told = told;
		this.requests = requests;
	}

	/** Two products and, beside the default one, a warehouse; some stock of the first. */
	void setUp() {
		for (int i = 0; i < 2; i++) {
			this.told.product(i, this.client.product("P" + i));
			this.model.change("PRODUCT P" + i + " live");
			this.model.post(List.of(Line.of("OPENING", new Cell(i, 0), 0, 0)), null);
		}
		this.told.warehouse(0, this.client.stock(this.told.product(0)).get("warehouseId").asString());
		this.told.warehouse(1, this.client.warehouse("W1"));
		this.model.change("WAREHOUSE W1 ACTIVE");
		move(new Step.Move(Step.Type.IN, 0, 0, 12, false, false));
	}

	void move(Step.Move move) {
		this.requests.send(request(move), move.keyed());
	}

	private Request request(Step.Move move) {
		return Request.of("movement", HttpMethod.POST, MOVEMENTS, body(move),
				() -> new Expected(posted(this.model.post(List.of(line(move)), null), "201"), true),
				this.told::movement);
	}

	void batch(Step.Batch batch) {
		this.requests.send(request(batch), batch.keyed() && !batch.dryRun());
	}

	private Request request(Step.Batch batch) {
		String path = MOVEMENTS + "/batch?atomic=" + batch.atomic() + "&dryRun=" + batch.dryRun();
		String what = (batch.atomic() ? "atomic batch" : "batch") + (batch.dryRun() ? " rehearsed" : "");
		String body = batch.moves().stream().map(this::body).collect(Collectors.joining(",", "[", "]"));
		Supplier<String> deed = () -> batch.atomic() ? together(batch) : eachForItself(batch);
		return Request.of(what, HttpMethod.POST, path, body,
				() -> new Expected(batch.dryRun() ? this.model.rehearse(deed) : deed.get(), true), this.told::batch);
	}

	private String together(Step.Batch batch) {
		int end = this.model.ledger.size();
		Refused refused = this.model.post(batch.moves().stream().map(this::line).toList(), null);
		if (refused != null) {
			return "409 batch-refused index=%d: %s".formatted(refused.line(), refused.problem());
		}
		return "200 " + IntStream.range(end, this.model.ledger.size())
			.filter((i) -> !this.model.ledger.get(i).type().equals("OPENING"))
			.mapToObj((i) -> "201 #" + (i + 1) + " " + this.model.ledger.get(i))
			.collect(Collectors.joining("; "));
	}

	private String eachForItself(Step.Batch batch) {
		return "200 " + batch.moves()
			.stream()
			.map((move) -> posted(this.model.post(List.of(line(move)), null), "201"))
			.collect(Collectors.joining("; "));
	}

	void reverse(Step.Reverse step) {
		int sequence = this.model.ledger.size() - step.back() % this.model.ledger.size();
		Entry entry = this.model.ledger.get(sequence - 1);
		boolean reversible = List.of("IN", "OUT", "ADJUSTMENT").contains(entry.type());
		this.requests
			.send(Request
				.of("reversal", HttpMethod.POST, MOVEMENTS + "/" + sequence + "/reversal", "{}",
						() -> new Expected(posted(this.model.post(List
							.of(new Line("REVERSAL", entry.cell(), -entry.delta(), 0, null, null, false, sequence)),
								null), "201"), true),
						this.told::movement)
				.early(() -> reversible ? null : "409 not-reversible"), step.keyed());
	}

	void put(Step.Put put) {
		String body = members("\"quantity\": %s", put.quantity(), "\"minStock\": %s", put.min(), "\"maxStock\": %s",
				put.max());
		this.requests.send(
				Request
					.of("put", HttpMethod.PUT,
							"/api/warehouses/%s/inventory/%s".formatted(this.told.warehouse(put.warehouse()),
									this.told.product(put.product())),
							body, () -> new Expected(changed(put), false), this.told::stock)
					.headers(put.stale() ? List.of("If-Match", "\"999\"") : List.of()),
				false);
	}

	private String changed(Step.Put put) {
		Cell cell = new Cell(put.product(), put.warehouse());
		Stock now = there(cell) ? this.model.stock.get(cell) : null;
		if (now == null) {
			return "404 not-found";
		}
		if (put.stale()) {
			return "412 stale-version version=" + now.version();
		}
		long min = (put.min() != null) ? put.min() : now.min();
		long max = (put.max() != null) ? put.max() : now.max();
		if (min > max) {
			return "400 invalid-request";
		}
		List<Line> lines = new ArrayList<>();
		if (min != now.min() || max != now.max()) {
			lines.add(new Line("SETTINGS", cell, 0, 0, min, max, false, 0));
		}
		if (put.quantity() != null && put.quantity() != now.quantity()) {
			lines.add(Line.of("ADJUSTMENT", cell, put.quantity() - now.quantity(), 0));
		}
		Refused refused = this.model.post(lines, null);
		return (refused != null) ? refused.problem() : "200 " + cell + " " + this.model.stock.get(cell).told();
	}

	void open(Step.Open open) {
		Cell cell = new Cell(open.product(), open.warehouse());
		String body = members("\"productId\": \"%s\"", this.told.product(open.product()), "\"warehouseId\": \"%s\"",
				this.told.warehouse(open.warehouse()), "\"quantity\": %s", open.quantity(), "\"maxStock\": %s",
				open.max());
		Line line = new Line("OPENING", cell, open.quantity(), 0, null, open.max(), false, 0);
		this.requests.send(Request.of("open", HttpMethod.POST, "/api/inventory", body, () -> {
			Refused refused = this.model.post(List.of(line), null);
			return new Expected(
					(refused != null) ? refused.problem() : "201 " + cell + " " + this.model.stock.get(cell).told(),
					true);
		}, this.told::stock).early(() -> (open.max() != null && open.max() < Model.MIN) ? "400 invalid-request" : null),
				open.keyed());
	}

	void count(Step.Count count) {
		int end = this.model.ledger.size();
		String lines = count.lines()
			.stream()
			.map((line) -> members("\"productId\": \"%s\"", this.told.product(line.product()), "\"counted\": %s",
					line.counted(), "\"atSequence\": %s", (line.back() > 0) ? Math.max(0, end - line.back()) : null))
			.collect(Collectors.joining(","));
		String body = "{\"warehouseId\": \"%s\", \"lines\": [%s]}".formatted(this.told.warehouse(count.warehouse()),
				lines);
		this.requests.send(Request.of("count", HttpMethod.POST, "/api/stock-counts", body, () -> counted(count, end),
				this.told::count), count.keyed());
	}

	private Expected counted(Step.Count count, int head) {
		List<Line> lines = new ArrayList<>();
		for (Step.Counted counted : count.lines()) {
			Cell cell = new Cell(counted.product(), count.warehouse());
			Stock now = this.model.stock.get(cell);
			if (!there(cell) || (now == null && counted.counted() > 0)) {
				return new Expected("404 not-found", false);
			}
			long then = (counted.back() > 0) ? quantityAt(cell, Math.max(0, head - counted.back()))
					: (now != null) ? now.quantity() : 0;
			if (counted.counted() != then) {
				lines.add(new Line("ADJUSTMENT", cell, counted.counted() - then, 0, null, null, true, 0));
			}
		}
		int end = this.model.ledger.size();
		Refused refused = this.model.post(lines, null);
		return new Expected((refused != null) ? refused.problem()
				: "200 unchanged=%d %s".formatted(count.lines().size() - lines.size(),
						IntStream.range(end, this.model.ledger.size())
							.mapToObj((i) -> "#" + (i + 1) + " " + this.model.ledger.get(i))
							.toList()),
				true);
	}

	private long quantityAt(Cell cell, int sequence) {
		return this.model.ledger.subList(0, sequence)
			.reversed()
			.stream()
			.filter((entry) -> cell.equals(entry.cell()))
			.findFirst()
			.map((entry) -> entry.after().quantity())
			.orElse(0L);
	}

	/** Another request than a given one, for its key. */
	Request another(Request request) {
		Step.Move one = new Step.Move(Step.Type.IN, 0, 0, 1, false, true);
		return request.what().equals("movement") ? request(new Step.Batch(List.of(one), false, false, true))
				: request(one);
	}

	private String posted(@Nullable Refused refused, String status) {
		return (refused != null) ? refused.problem()
				: status + " #" + this.model.ledger.size() + " " + this.model.ledger.getLast();
	}

	private boolean there(Cell cell) {
		return !this.model.deletedProducts.contains(cell.product())
				&& !this.model.deletedWarehouses.contains(cell.warehouse());
	}

	private Line line(Step.Move move) {
		return Line.of(move.type().name(), new Cell(move.product(), move.warehouse()),
				(move.type() == Step.Type.OUT) ? -move.quantity() : move.quantity(), 0);
	}

	private String body(Step.Move move) {
		boolean byDefault = move.bySku() && move.warehouse() == 0;
		return members("\"sku\": \"P%s\"", move.bySku() ? move.product() : null, "\"productId\": \"%s\"",
				move.bySku() ? null : this.told.product(move.product()), "\"warehouseId\": \"%s\"",
				byDefault ? null : this.told.warehouse(move.warehouse()), "\"type\": \"%s\"", move.type(),
				"\"quantity\": %s", move.quantity());
	}

	/** A JSON object of the members that have a value. */
	static String members(@Nullable Object... templatesAndValues) {
		return IntStream.range(0, templatesAndValues.length / 2)
			.filter((i) -> templatesAndValues[2 * i + 1] != null)
			.mapToObj((i) -> String.valueOf(templatesAndValues[2 * i]).formatted(templatesAndValues[2 * i + 1]))
			.collect(Collectors.joining(", ", "{", "}"));
	}

}
