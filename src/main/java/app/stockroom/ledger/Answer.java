package app.stockroom.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import app.stockroom.ledger.PostEntries.Row;
import app.stockroom.ledger.Verdict.Numbers;
import app.stockroom.tenancy.TenantId;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The answer of one call of post_entries, sorted out: a ruling for each command, and what
 * was committed.
 *
 * @param rulings one per command, in their order
 * @param commit what to announce, or null where nothing was written
 */
record Answer(List<Ruling> rulings, @Nullable Commit commit) {

	static Answer of(TenantId tenant, List<Command> commands, List<Row> rows, JsonMapper json) {
		Row call = rows.getFirst();
		if (call.verdict() == Verdict.TENANT_CLOSED) {
			throw Verdict.tenantClosed();
		}
		Instant at = Objects.requireNonNull(call.at());
		@Nullable Ruling[] rulings = new Ruling[commands.size()];
		List<List<Entry>> written = new ArrayList<>(commands.size());
		commands.forEach(command -> written.add(new ArrayList<>(command.lines().size())));
		List<Entry> entries = new ArrayList<>(commands.size());
		List<Alert> alerts = new ArrayList<>();
		int[] firstLines = firstLines(commands);
		List<Row> others = (call.written() != null)
				? call.written().rows(commands, Objects.requireNonNull(call.sequence())) : rows.subList(1, rows.size());
		for (Row row : others) {
			int index = row.command() - 1;
			Command command = commands.get(index);
			if (row.type() == null) {
				rulings[index] = ruling(row, command);
				continue;
			}
			Entry entry = entry(row, command, command.lines().get(row.line() - 1 - firstLines[index]), at, json);
			entries.add(entry);
			written.get(index).add(entry);
			if (row.alerts() != null) {
				alerts.addAll(List.of(json.readValue(row.alerts(), Alert[].class)));
			}
		}
		List<Ruling> all = new ArrayList<>(rulings.length);
		for (int i = 0; i < rulings.length; i++) {
			Ruling ruling = rulings[i];
			all.add((ruling != null) ? ruling : new Ruling.Decided(new Outcome.Accepted(written.get(i), false)));
		}
		return new Answer(all, entries.isEmpty() ? null : commit(tenant, call, entries, alerts));
	}

	/**
	 * The outcomes, of commands without keys: each was decided in this call.
	 */
	List<Outcome> outcomes() {
		return this.rulings.stream().map((ruling) -> switch (ruling) {
			case Ruling.Decided decided -> decided.outcome();
			case Ruling.Earlier _ -> throw new IllegalStateException("A command without a key has none before it");
		}).toList();
	}

	private static Commit commit(TenantId tenant, Row call, List<Entry> entries, List<Alert> alerts) {
		return new Commit(tenant, Objects.requireNonNull(call.epoch()), Objects.requireNonNull(call.sequence()),
				entries.getFirst().sequence(), entries.getLast().sequence(), entries, alerts);
	}

	private static int[] firstLines(List<Command> commands) {
		int[] first = new int[commands.size()];
		for (int i = 1; i < first.length; i++) {
			first[i] = first[i - 1] + commands.get(i - 1).lines().size();
		}
		return first;
	}

	private static Ruling ruling(Row row, Command command) {
		if (row.verdict() == Verdict.ACCEPTED) {
			return new Ruling.Earlier(Objects.requireNonNull(row.sequence()),
					Objects.requireNonNull(row.lastSequence()));
		}
		Numbers numbers = new Numbers(orZero(row.quantity()), orZero(row.reserved()), orZero(row.maxStock()),
				orZero(row.version()));
		// A repeated command may be shorter than it was when its key was first refused.
		int line = Math.min(row.line(), Math.max(0, command.lines().size() - 1));
		Command.Line refused = command.lines().isEmpty() ? Command.never() : command.lines().get(line);
		return new Ruling.Decided(new Outcome.Refused(row.verdict().refuse(refused, numbers), line, row.replayed()));
	}

	private static Entry entry(Row row, Command command, Command.Line line, Instant at, JsonMapper json) {
		EntryType type = EntryType.of(Objects.requireNonNull(row.type()));
		// An IN to a pair without a record opens it first; the client's words stand on
		// the line's own entry and on that, as they do in the table.
		boolean opened = type != line.type();
		Command.Terms terms = line.terms();
		Entry.Subject subject = (terms != null) ? terms.subject() : null;
		if (subject != null && row.subject() != null) {
			subject = new Entry.Subject(subject.kind(), subject.id(), json.readTree(row.subject()));
		}
		return new Entry(Objects.requireNonNull(row.sequence()), type, row.inventoryId(), row.productId(),
				row.warehouseId(), opened ? 0 : line.delta(), opened ? 0 : line.reservedDelta(), row.quantity(),
				row.reserved(), row.minStock(), row.maxStock(), row.version(), line.note().reason(),
				line.note().reference(), command.actor(), line.note().occurredAt(), at,
				(terms != null) ? terms.reverses() : null, subject);
	}

	private static long orZero(@Nullable Long number) {
		return (number != null) ? number : 0;
	}

}
