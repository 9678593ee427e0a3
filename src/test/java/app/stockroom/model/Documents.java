package app.stockroom.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import app.stockroom.model.Model.Cell;
import app.stockroom.model.Model.Line;
import app.stockroom.model.Model.Refused;
import app.stockroom.model.Requests.Expected;
import app.stockroom.model.Requests.Request;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpMethod;

/**
 * The client's part that reserves and transfers.
 */
final class Documents {

	final List<Reservation> reservations = new ArrayList<>();

	final List<Transfer> transfers = new ArrayList<>();

	private final Model model;

	private final Told told;

	private final Requests requests;

	Documents(Model model, Told told, Requests requests) {
		this.model = model;
		this.told = told;
		this.requests = requests;
	}

	void reserve(Step.Reserve step) {
		String lines = step.lines()
			.stream()
			.map((part) -> part(part, (part.bySku() && part.warehouse() == 0) ? null : part.warehouse()))
			.collect(Collectors.joining(","));
		this.requests.send(Request
			.of("reserve", HttpMethod.POST, "/api/reservations",
					"{\"lines\": [%s], \"ttlSeconds\": 3600}".formatted(lines), () -> reserved(step),
					this.told::reservation)
			.learn((reply) -> this.reservations.getLast().id = reply.text("id")), step.keyed());
	}

	private Expected reserved(Step.Reserve step) {
		if (step.lines().stream().anyMatch(this::unknownSku)) {
			return new Expected("404 not-found", false);
		}
		Map<Cell, Long> pieces = new LinkedHashMap<>();
		step.lines()
			.forEach((part) -> pieces.merge(new Cell(part.product(), part.warehouse()), part.quantity(), Long::sum));
		List<Line> lines = pieces.entrySet()
			.stream()
			.map((each) -> Line.of("RESERVE", each.getKey(), 0, each.getValue()))
			.toList();
		Refused refused = this.model.post(lines, "RESERVATION HELD");
		if (refused != null) {
			return new Expected(refused.problem(), true);
		}
		Reservation reservation = new Reservation();
		pieces.forEach((cell, quantity) -> reservation.lines.add(new Held(cell, quantity)));
		this.reservations.add(reservation);
		return new Expected("201 " + reservation, true);
	}

	void commit(Step.Commit step) {
		Reservation reservation = reservation(step.reservation());
		if (reservation == null) {
			return;
		}
		Held line = reservation.lines.get(step.line() % reservation.lines.size());
		String body = (step.pieces() == 0) ? "{}"
				: "{\"lines\": [%s]}"
					.formatted(part(new Step.Part(line.cell.product(), line.cell.warehouse(), step.pieces(), false),
							line.cell.warehouse()));
		this.requests.send(Request.of("commit", HttpMethod.POST, reservation.path() + "/commit", body,
				() -> committed(reservation, line, step.pieces()), this.told::reservation), step.keyed());
	}

	private Expected committed(Reservation reservation, Held line, long pieces) {
		if (!reservation.status.equals("HELD")) {
			return new Expected(reservation.closed(), false);
		}
		if (pieces > line.quantity) {
			return new Expected("400 invalid-request", false);
		}
		List<Line> lines = new ArrayList<>();
		List<Long> committed = new ArrayList<>();
		for (Held held : reservation.lines) {
			long sold = (pieces == 0) ? held.quantity : (held == line) ? pieces : 0;
			committed.add(sold);
			if (sold > 0) {
				lines.add(Line.of("COMMIT", held.cell, -sold, -sold));
			}
			if (sold < held.quantity) {
				lines.add(Line.of("RELEASE", held.cell, 0, sold - held.quantity));
			}
		}
		return end(reservation, "COMMITTED", lines, committed);
	}

	void release(Step.Release step) {
		Reservation reservation = reservation(step.reservation());
		if (reservation != null) {
			this.requests.send(Request.of("release", HttpMethod.POST, reservation.path() + "/release", "{}",
					() -> reservation.status.equals("HELD") ? end(reservation, "RELEASED", reservation.releases(), null)
							: new Expected(reservation.closed(), false),
					this.told::reservation), step.keyed());
		}
	}

	void extend(Step.Extend step) {
		Reservation reservation = reservation(step.reservation());
		if (reservation != null) {
			this.requests.send(
					Request
						.of("extend", HttpMethod.POST, reservation.path() + "/extension", "{\"ttlSeconds\": 7200}",
								() -> reservation.status.equals("HELD") ? end(reservation, "HELD", List.of(), null)
										: new Expected(reservation.closed(), false),
								this.told::reservation),
					step.keyed());
		}
	}

	/** The model's part of an expiry. */
	void expired(Reservation reservation) {
		end(reservation, "EXPIRED", reservation.releases(), null);
	}

	/** A commit that comes too late, while the reservation still stands as held. */
	void commitOverdue(Reservation reservation) {
		this.requests.send(Request.of("commit overdue", HttpMethod.POST, reservation.path() + "/commit", "{}",
				() -> new Expected("409 reservation-expired", false), this.told::reservation), false);
	}

	private Expected end(Reservation reservation, String status, List<Line> lines, @Nullable List<Long> committed) {
		Refused refused = this.model.post(lines, "RESERVATION " + status);
		if (refused != null) {
			return new Expected(refused.problem(), true);
		}
		reservation.status = status;
		reservation.version++;
		for (int i = 0; committed != null && i < committed.size(); i++) {
			reservation.lines.get(i).committed = committed.get(i);
		}
		return new Expected("200 " + reservation, true);
	}

	void ship(Step.Ship step) {
		String body = "{\"fromWarehouseId\": \"%s\", \"toWarehouseId\": \"%s\", \"mode\": \"%s\", \"lines\": [%s]}"
			.formatted(this.told.warehouse(step.from()), this.told.warehouse(step.to()),
					step.inTransit() ? "IN_TRANSIT" : "IMMEDIATE",
					step.lines().stream().map((part) -> part(part, null)).collect(Collectors.joining(",")));
		this.requests.send(Request
			.of(step.inTransit() ? "ship" : "transfer", HttpMethod.POST, "/api/transfers", body, () -> shipped(step),
					this.told::transfer)
			.early(() -> (step.from() == step.to()) ? "400 invalid-request" : null)
			.learn((reply) -> this.transfers.getLast().id = reply.text("id")), step.keyed());
	}

	private Expected shipped(Step.Ship step) {
		if (step.lines().stream().anyMatch(this::unknownSku)) {
			return new Expected("404 not-found", false);
		}
		if (this.model.deletedWarehouses.contains(step.to())) {
			return new Expected("404 not-found", true);
		}
		if (this.model.inactiveWarehouses.contains(step.to())) {
			return new Expected("409 warehouse-inactive", true);
		}
		Map<Integer, Long> pieces = new LinkedHashMap<>();
		step.lines().forEach((part) -> pieces.merge(part.product(), part.quantity(), Long::sum));
		List<Line> lines = new ArrayList<>();
		pieces.forEach((product, quantity) -> lines
			.add(Line.of("TRANSFER_OUT", new Cell(product, step.from()), -quantity, 0)));
		if (!step.inTransit()) {
			pieces.forEach((product, quantity) -> lines
				.add(Line.of("TRANSFER_IN", new Cell(product, step.to()), quantity, 0)));
		}
		Transfer transfer = new Transfer(step.from(), step.to(), step.inTransit() ? "IN_TRANSIT" : "COMPLETED");
		Refused refused = this.model.post(lines, "TRANSFER " + transfer.status);
		if (refused != null) {
			return new Expected(refused.problem(), true);
		}
		pieces.forEach((product, quantity) -> transfer.lines
			.add(new Moved(product, quantity, step.inTransit() ? 0 : quantity, 0)));
		this.transfers.add(transfer);
		return new Expected("201 " + transfer, true);
	}

	void receive(Step.Receive step) {
		if (this.transfers.isEmpty()) {
			return;
		}
		Transfer transfer = this.transfers.get(step.transfer() % this.transfers.size());
		int line = step.line() % transfer.lines.size();
		String lines = (step.pieces() == 0) ? ""
				: part(new Step.Part(transfer.lines.get(line).product, 0, step.pieces(), false), null);
		this.requests.send(Request
			.of(step.closing() ? "closing receipt" : "receipt", HttpMethod.POST,
					"/api/transfers/" + transfer.id + "/receipt",
					"{\"lines\": [%s], \"closing\": %s}".formatted(lines, step.closing()),
					() -> received(transfer, line, step), this.told::transfer)
			.early(() -> (step.pieces() == 0 && !step.closing()) ? "400 invalid-request" : null), step.keyed());
	}

	private Expected received(Transfer transfer, int line, Step.Receive step) {
		Moved moved = transfer.lines.get(line);
		if (!transfer.status.equals("IN_TRANSIT")) {
			return new Expected("409 transfer-closed", false);
		}
		if (step.pieces() > moved.quantity - moved.received) {
			return new Expected("409 exceeds-transit requested=%d inTransit=%d".formatted(step.pieces(),
					moved.quantity - moved.received), false);
		}
		List<Moved> after = new ArrayList<>();
		for (Moved each : transfer.lines) {
			long received = each.received + ((each == moved) ? step.pieces() : 0);
			after.add(new Moved(each.product, each.quantity, received, step.closing() ? each.quantity - received : 0));
		}
		String status = after.stream().allMatch((each) -> each.received == each.quantity) ? "COMPLETED"
				: step.closing() ? "CLOSED" : "IN_TRANSIT";
		Refused refused = this.model.post(
				(step.pieces() == 0) ? List.of()
						: List.of(Line.of("TRANSFER_IN", new Cell(moved.product, transfer.to), step.pieces(), 0)),
				"TRANSFER " + status);
		if (refused != null) {
			return new Expected(refused.problem(), true);
		}
		transfer.status = status;
		transfer.version++;
		transfer.lines.clear();
		transfer.lines.addAll(after);
		return new Expected("200 " + transfer, true);
	}

	/** Whether a transfer under way is about a product or a warehouse. */
	boolean inTransit(int product, int warehouse) {
		return this.transfers.stream()
			.filter((transfer) -> transfer.status.equals("IN_TRANSIT"))
			.anyMatch((transfer) -> transfer.from == warehouse || transfer.to == warehouse || transfer.lines.stream()
				.anyMatch((line) -> line.product == product && line.quantity > line.received + line.lost));
	}

	@Nullable Reservation reservation(int number) {
		return this.reservations.isEmpty() ? null : this.reservations.get(number % this.reservations.size());
	}

	private boolean unknownSku(Step.Part part) {
		return part.bySku() && this.model.deletedProducts.contains(part.product());
	}

	private String part(Step.Part part, @Nullable Integer warehouse) {
		return Stockkeeper.members("\"sku\": \"P%s\"", part.bySku() ? part.product() : null, "\"productId\": \"%s\"",
				part.bySku() ? null : this.told.product(part.product()), "\"warehouseId\": \"%s\"",
				(warehouse != null) ? this.told.warehouse(warehouse) : null, "\"quantity\": %s", part.quantity());
	}

	static final class Reservation {

		final List<Held> lines = new ArrayList<>();

		String id = "";

		String status = "HELD";

		int version = 1;

		String path() {
			return "/api/reservations/" + this.id;
		}

		String closed() {
			return this.status.equals("EXPIRED") ? "409 reservation-expired" : "409 reservation-closed";
		}

		List<Line> releases() {
			return this.lines.stream().map((held) -> Line.of("RELEASE", held.cell, 0, -held.quantity)).toList();
		}

		@Override
		public String toString() {
			return this.status + " v" + this.version + " " + this.lines;
		}

	}

	static final class Held {

		final Cell cell;

		final long quantity;

		@Nullable Long committed;

		Held(Cell cell, long quantity) {
			this.cell = cell;
			this.quantity = quantity;
		}

		@Override
		public String toString() {
			return this.cell + " " + this.quantity + ((this.committed != null) ? " committed " + this.committed : "");
		}

	}

	static final class Transfer {

		final int from;

		final int to;

		final List<Moved> lines = new ArrayList<>();

		String id = "";

		String status;

		int version = 1;

		Transfer(int from, int to, String status) {
			this.from = from;
			this.to = to;
			this.status = status;
		}

		@Override
		public String toString() {
			return "%s v%d W%d>W%d %s".formatted(this.status, this.version, this.from, this.to, this.lines);
		}

	}

	record Moved(int product, long quantity, long received, long lost) {

		@Override
		public String toString() {
			return "P%d %d received %d lost %d".formatted(this.product, this.quantity, this.received, this.lost);
		}
	}

}
