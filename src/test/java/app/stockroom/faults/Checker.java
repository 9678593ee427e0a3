package app.stockroom.faults;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

import app.stockroom.faults.Books.Row;
import app.stockroom.faults.Operation.Kind;
import app.stockroom.faults.Operation.Outcome;
import app.stockroom.ledger.EntryType;
import tools.jackson.databind.JsonNode;

/**
 * Holds what one tenant's clients were told against its ledger (I4 to I7), and recomputes
 * its alerts (I10). What SQL can judge alone is in {@code Invariants}, what feeds told in
 * {@link FeedChecker}.
 */
final class Checker {

	private final Shop shop;

	private final Books books;

	private final Map<String, List<Row>> byReference = new HashMap<>();

	private final Map<String, List<UUID>> documents = new HashMap<>();

	private final Map<UUID, List<Row>> bySubject;

	private final List<String> violations = new ArrayList<>();

	private Checker(Shop shop, Books books) {
		this.shop = shop;
		this.books = books;
		books.entries().forEach((row) -> {
			if (row.reference() != null && row.subject() == null) {
				this.byReference.computeIfAbsent(row.reference(), (_) -> new ArrayList<>()).add(row);
			}
		});
		this.bySubject = books.entries()
			.stream()
			.filter((row) -> row.subject() != null)
			.collect(Collectors.groupingBy(Row::subject));
		books.documents()
			.forEach((id, reference) -> this.documents.computeIfAbsent(reference, (_) -> new ArrayList<>()).add(id));
	}

	/** What is wrong, in words; empty if nothing is. */
	static List<String> violations(Shop shop, Books books) {
		Checker checker = new Checker(shop, books);
		shop.operations().forEach(checker::judge);
		checker.judgeReservations();
		checker.judgeOrder();
		checker.judgeUnexplained();
		checker.judgeAlerts();
		return checker.violations;
	}

	private void wrong(String what, Object about) {
		this.violations.add(what + ": " + about);
	}

	private void judge(Operation operation) {
		if (operation.violation() != null) {
			wrong("I4-I7 told wrongly", operation.violation());
		}
		switch (operation.kind()) {
			case MOVE -> judgeMove(operation, operation.id(), operation.outcome(), operation.answer(), 0);
			case BATCH -> judgeBatch(operation);
			case RESERVE -> judgeDocument(operation, (row) -> row.type() == EntryType.RESERVE);
			case TRANSFER -> judgeDocument(operation,
					(row) -> row.type() == EntryType.TRANSFER_OUT || row.type() == EntryType.TRANSFER_IN);
			case COMMIT, RELEASE -> {
				if (operation.outcome() == Outcome.REFUSED) {
					wrong("I6 a reservation that was held could not be ended", operation);
				}
			}
		}
	}

	private void judgeMove(Operation operation, String reference, Outcome outcome, JsonNode answer, int line) {
		List<Row> rows = this.byReference.getOrDefault(reference, List.of());
		switch (outcome) {
			case OK -> {
				if (rows.size() != 1) {
					wrong("I4 an acknowledged change is in the ledger %d times".formatted(rows.size()), operation);
				}
				else if (!told(rows.getFirst(), answer)
						|| rows.getFirst().delta() != operation.deltas().get(line).longValue()) {
					wrong("I4 the ledger says %s, the client was told".formatted(rows), answer);
				}
			}
			case REFUSED -> {
				if (!rows.isEmpty()) {
					wrong("I5 a refused change is in the ledger", operation);
				}
			}
			case UNKNOWN -> {
				if (rows.size() > 1) {
					wrong("I6 an unknown change is in the ledger %d times".formatted(rows.size()), operation);
				}
			}
		}
	}

	private static boolean told(Row row, JsonNode answer) {
		return answer.path("sequence").asLong() == row.sequence()
				&& answer.path("quantityAfter").asLong() == row.after().quantity()
				&& answer.path("version").asLong() == row.after().version();
	}

	private void judgeBatch(Operation batch) {
		for (int i = 0; i < batch.deltas().size(); i++) {
			JsonNode result = (batch.outcome() == Outcome.OK) ? batch.answer().path(i) : null;
			Outcome outcome = (result == null) ? batch.outcome()
					: (result.path("status").asInt() == 201) ? Outcome.OK : Outcome.REFUSED;
			judgeMove(batch, batch.id() + "/" + i, outcome, (result != null) ? result.path("movement") : null, i);
		}
	}

	private void judgeDocument(Operation operation, java.util.function.Predicate<Row> opening) {
		List<UUID> found = this.documents.getOrDefault(operation.id(), List.of());
		long expected = switch (operation.outcome()) {
			case OK -> 1;
			case REFUSED -> 0;
			case UNKNOWN -> Math.min(1, found.size());
		};
		if (found.size() != expected) {
			wrong("I4-I6 there are %d documents".formatted(found.size()), operation);
		}
		for (UUID document : found) {
			long lines = this.bySubject.getOrDefault(document, List.of()).stream().filter(opening).count();
			if (lines != operation.deltas().size()) {
				wrong("I4 a document with %d entries in place of %d".formatted(lines, operation.deltas().size()),
						operation);
			}
		}
	}

	/** What is reserved is committed or released once, by whoever was told so. */
	private void judgeReservations() {
		Map<UUID, Long> ended = this.books.entries()
			.stream()
			.filter((row) -> row.subject() != null
					&& (row.type() == EntryType.COMMIT || row.type() == EntryType.RELEASE))
			.collect(Collectors.groupingBy(Row::subject, Collectors.counting()));
		Map<UUID, Operation> endings = new HashMap<>();
		this.shop.operations()
			.stream()
			.filter((operation) -> operation.kind() == Kind.COMMIT || operation.kind() == Kind.RELEASE)
			.forEach((operation) -> endings.put(UUID.fromString(operation.path().split("/")[3]), operation));
		endings.forEach((document, operation) -> {
			long lines = ended.getOrDefault(document, 0L);
			boolean complete = lines == operation.deltas().size();
			if (operation.outcome() == Outcome.OK ? !complete : (lines != 0 && !complete)) {
				wrong("I12 a reservation ended with %d entries".formatted(lines), operation);
			}
		});
		ended.keySet()
			.stream()
			.filter((document) -> !endings.containsKey(document))
			.forEach((document) -> wrong("I12 a reservation that nobody ended has ended", document));
	}

	/** What was answered before something else was asked for stands before it. */
	private void judgeOrder() {
		List<Operation> moves = this.shop.operations()
			.stream()
			.filter((operation) -> operation.kind() == Kind.MOVE && operation.outcome() == Outcome.OK)
			.toList();
		List<Operation> byAnswer = moves.stream().sorted(Comparator.comparingLong(Operation::answered)).toList();
		int answered = 0;
		long latest = 0;
		for (Operation operation : moves.stream().sorted(Comparator.comparingLong(Operation::invoked)).toList()) {
			for (; answered < byAnswer.size() && byAnswer.get(answered).answered() < operation.invoked(); answered++) {
				latest = Math.max(latest, byAnswer.get(answered).answer().path("sequence").asLong());
			}
			if (operation.answer().path("sequence").asLong() <= latest) {
				wrong("I3 it stands before %d, which had been answered before it was asked for".formatted(latest),
						operation);
			}
		}
	}

	/** Whatever is in the ledger, somebody wanted. */
	private void judgeUnexplained() {
		Set<String> wanted = new HashSet<>();
		this.shop.operations().forEach((operation) -> {
			wanted.add(operation.id());
			for (int i = 0; i < operation.deltas().size(); i++) {
				wanted.add(operation.id() + "/" + i);
			}
		});
		List<Row> unexplained = this.books.entries()
			.stream()
			.filter((row) -> row.sequence() > this.shop.beginSequence())
			.filter((row) -> !wanted
				.contains((row.subject() != null) ? this.books.documents().get(row.subject()) : row.reference()))
			.toList();
		if (unexplained.size() != this.shop.foreign().get()) {
			wrong("I4 entries that nobody asked for", unexplained);
		}
	}

	/** Each crossing opens one alert, and nothing else does. */
	private void judgeAlerts() {
		Map<UUID, String> status = new HashMap<>();
		Set<String> expected = new HashSet<>();
		for (Row row : this.books.entries()) {
			if (row.after() == null) {
				continue;
			}
			long quantity = row.after().quantity();
			String now = (quantity == 0) ? "OUT_OF_STOCK" : (quantity < row.minStock()) ? "LOW_STOCK" : "OK";
			String before = status.put(row.record(), now);
			if (before != null && !before.equals(now) && !now.equals("OK")) {
				expected.add("%s %s at %d".formatted(row.record(), now, row.sequence()));
			}
		}
		Set<String> opened = this.books.alerts()
			.stream()
			.filter((step) -> step.state().equals("OPEN"))
			.map((step) -> "%s %s at %d".formatted(step.record(), step.kind(), step.sequence()))
			.collect(Collectors.toSet());
		expected.stream().filter((crossing) -> !opened.contains(crossing)).forEach((c) -> wrong("I10 no alert for", c));
		opened.stream().filter((alert) -> !expected.contains(alert)).forEach((a) -> wrong("I10 no crossing for", a));
	}

}
