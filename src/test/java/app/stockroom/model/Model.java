package app.stockroom.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * What the service should be: a map of stock by product and warehouse, and the list of
 * what happened to it. One thing after the other, no locks, no SQL.
 */
final class Model {

	static final long MIN = 3;

	static final long MAX = 20;

	/** What never existed is as good as deleted. */
	private static final int UNKNOWN = 2;

	private static final Set<String> OPENS = Set.of("OPENING", "IN", "TRANSFER_IN");

	private static final Set<String> WHERE_NOTHING_MOVES = Set.of("RELEASE", "SETTINGS");

	private static final Set<String> ALARMING = Set.of("LOW_STOCK", "OUT_OF_STOCK");

	final Map<Cell, Stock> stock = new TreeMap<>();

	final List<Entry> ledger = new ArrayList<>();

	final List<Alert> alerts = new ArrayList<>();

	final Set<Integer> deletedProducts = new HashSet<>(Set.of(UNKNOWN));

	final Set<Integer> deletedWarehouses = new HashSet<>(Set.of(UNKNOWN));

	final Set<Integer> inactiveWarehouses = new HashSet<>();

	/**
	 * All lines and then the subject's change, or nothing.
	 * @return why nothing, or null
	 */
	@Nullable Refused post(List<Line> lines, @Nullable String subject) {
		Map<Cell, Stock> stockBefore = Map.copyOf(this.stock);
		List<Alert> alertsBefore = List.copyOf(this.alerts);
		int end = this.ledger.size();
		for (int i = 0; i < lines.size(); i++) {
			String problem = post(lines.get(i));
			if (problem != null) {
				back(stockBefore, alertsBefore, end);
				return new Refused(i, problem);
			}
		}
		if (subject != null) {
			this.ledger.add(new Entry("CATALOG", null, 0, 0, null, subject, 0));
		}
		return null;
	}

	/** Does something that only tells; then all is as before. */
	String rehearse(Supplier<String> deed) {
		Map<Cell, Stock> stockBefore = Map.copyOf(this.stock);
		List<Alert> alertsBefore = List.copyOf(this.alerts);
		int end = this.ledger.size();
		String told = deed.get();
		back(stockBefore, alertsBefore, end);
		return told;
	}

	private void back(Map<Cell, Stock> stockBefore, List<Alert> alertsBefore, int end) {
		this.stock.clear();
		this.stock.putAll(stockBefore);
		this.alerts.clear();
		this.alerts.addAll(alertsBefore);
		this.ledger.subList(end, this.ledger.size()).clear();
	}

	private @Nullable String post(Line line) {
		Stock now = this.stock.get(line.cell);
		String problem = misplaced(line, now);
		if (problem != null) {
			return problem;
		}
		if (now == null) {
			now = new Stock(0, 0, (line.min != null) ? line.min : MIN, (line.max != null) ? line.max : MAX, 0);
			if (!line.type.equals("OPENING")) {
				now = now.after(0, 0, null, null);
				write(new Entry("OPENING", line.cell, 0, 0, now, null, 0));
			}
		}
		Stock after = now.after(line.delta, line.reservedDelta, line.min, line.max);
		problem = impossible(line, now, after);
		if (problem == null) {
			if (!line.type.equals("OPENING")) {
				alarm(line.cell, now.status(), after, this.ledger.size() + 1);
			}
			write(new Entry(line.type, line.cell, line.delta, line.reservedDelta, after, null, line.reverses));
		}
		return problem;
	}

	private @Nullable String misplaced(Line line, @Nullable Stock now) {
		if (this.deletedProducts.contains(line.cell.product) || this.deletedWarehouses.contains(line.cell.warehouse)) {
			return "404 not-found";
		}
		if (this.inactiveWarehouses.contains(line.cell.warehouse) && !WHERE_NOTHING_MOVES.contains(line.type)) {
			return "409 warehouse-inactive";
		}
		if (now == null && !OPENS.contains(line.type)) {
			return "404 not-found";
		}
		if (now != null && line.type.equals("OPENING")) {
			return "409 record-exists";
		}
		boolean reversed = line.reverses > 0
				&& this.ledger.stream().anyMatch((entry) -> entry.reverses == line.reverses);
		return reversed ? "409 already-reversed" : null;
	}

	private static @Nullable String impossible(Line line, Stock now, Stock after) {
		if (after.quantity < after.reserved || after.reserved < 0) {
			return line.counted ? "409 below-reserved quantity=%d reserved=%d".formatted(now.quantity, now.reserved)
					: "409 insufficient-stock requested=%d available=%d quantity=%d reserved=%d".formatted(
							Math.max(-line.delta, line.reservedDelta), now.quantity - now.reserved, now.quantity,
							now.reserved);
		}
		if (line.delta > 0 && after.quantity > now.max && !line.counted) {
			return "409 capacity-exceeded requested=%d quantity=%d capacity=%d".formatted(line.delta, now.quantity,
					now.max);
		}
		return null;
	}

	private void write(Entry entry) {
		this.stock.put(entry.cell, entry.after);
		this.ledger.add(entry);
	}

	private void alarm(Cell cell, String was, Stock after, int sequence) {
		if (was.equals(after.status())) {
			return;
		}
		resolve(cell, sequence);
		if (ALARMING.contains(after.status())) {
			this.alerts.add(new Alert(after.status(), cell, sequence, 0, 0));
		}
	}

	private void resolve(Cell cell, int sequence) {
		this.alerts.replaceAll((alert) -> (alert.cell.equals(cell) && alert.resolved == 0)
				? new Alert(alert.kind, cell, alert.opened, alert.acknowledged, sequence) : alert);
	}

	/** Writes that a product or a warehouse is now as its subject says. */
	void change(String subject) {
		this.ledger.add(new Entry("CATALOG", null, 0, 0, null, subject, 0));
		if (subject.endsWith("deleted")) {
			this.stock.keySet()
				.stream()
				.filter((cell) -> subject.contains(" P" + cell.product + " ")
						|| subject.contains(" W" + cell.warehouse + " "))
				.toList()
				.forEach((cell) -> resolve(cell, this.ledger.size()));
		}
	}

	void acknowledge(int alert) {
		Alert old = this.alerts.get(alert);
		this.ledger.add(new Entry("ACKNOWLEDGEMENT", null, 0, 0, null, "ALERT", 0));
		this.alerts.set(alert, new Alert(old.kind, old.cell, old.opened, this.ledger.size(), 0));
	}

	long pieces(int product, int warehouse) {
		return this.stock.entrySet()
			.stream()
			.filter((each) -> each.getKey().product == product || each.getKey().warehouse == warehouse)
			.mapToLong((each) -> each.getValue().quantity)
			.sum();
	}

	/** The records as they stood when the ledger ended at a sequence. */
	List<String> at(int sequence) {
		Map<Cell, Stock> then = new TreeMap<>();
		Map<String, Boolean> deleted = new HashMap<>();
		this.ledger.subList(0, Math.min(sequence, this.ledger.size())).forEach((entry) -> {
			if (entry.after != null) {
				then.put(entry.cell, entry.after);
			}
			else if (entry.subject != null) {
				String[] words = entry.subject.split(" ");
				deleted.put(words[Math.min(1, words.length - 1)], entry.subject.endsWith("deleted"));
			}
		});
		then.keySet()
			.removeIf((cell) -> deleted.getOrDefault("P" + cell.product, false)
					|| deleted.getOrDefault("W" + cell.warehouse, false));
		return then.entrySet().stream().map((each) -> each.getKey() + " " + each.getValue().told()).toList();
	}

	/** A product in a warehouse. */
	record Cell(int product, int warehouse) implements Comparable<Cell> {

		@Override
		public int compareTo(Cell other) {
			return (this.product != other.product) ? this.product - other.product : this.warehouse - other.warehouse;
		}

		@Override
		public String toString() {
			return "P" + this.product + "@W" + this.warehouse;
		}
	}

	record Stock(long quantity, long reserved, long min, long max, long version) {

		Stock after(long delta, long reservedDelta, @Nullable Long minimum, @Nullable Long maximum) {
			return new Stock(this.quantity + delta, this.reserved + reservedDelta,
					(minimum != null) ? minimum : this.min, (maximum != null) ? maximum : this.max, this.version + 1);
		}

		String status() {
			return (this.quantity == 0) ? "OUT_OF_STOCK"
					: (this.quantity < this.min) ? "LOW_STOCK" : (this.quantity > this.max) ? "OVERSTOCK" : "OK";
		}

		String told() {
			return this + " " + status();
		}

		@Override
		public String toString() {
			return "%d/%d %d..%d v%d".formatted(this.quantity, this.reserved, this.min, this.max, this.version);
		}
	}

	/** What a command asks of one record; {@code reverses} is 0 for nothing. */
	record Line(String type, Cell cell, long delta, long reservedDelta, @Nullable Long min, @Nullable Long max,
			boolean counted, int reverses) {

		static Line of(String type, Cell cell, long delta, long reservedDelta) {
			return new Line(type, cell, delta, reservedDelta, null, null, false, 0);
		}
	}

	record Entry(String type, @Nullable Cell cell, long delta, long reservedDelta, @Nullable Stock after,
			@Nullable String subject, int reverses) {

		@Override
		public String toString() {
			return this.type + " "
					+ ((this.cell != null)
							? "%s %+d %+d -> %s".formatted(this.cell, this.delta, this.reservedDelta, this.after)
									+ ((this.reverses > 0) ? " reverses " + this.reverses : "")
							: this.subject);
		}
	}

	/** The sequences of its three steps; 0 is not yet. */
	record Alert(String kind, Cell cell, int opened, int acknowledged, int resolved) {

		@Override
		public String toString() {
			return "%s %s %d %d %d".formatted(this.kind, this.cell, this.opened, this.acknowledged, this.resolved);
		}
	}

	record Refused(int line, String problem) {
	}

}
