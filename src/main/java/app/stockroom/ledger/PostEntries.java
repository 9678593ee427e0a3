package app.stockroom.ledger;

import java.lang.reflect.Array;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

import app.stockroom.tenancy.TenantId;
import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Statement;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The one database call of a flush: how commands become the arrays of the SQL function,
 * and its rows become answers.
 */
final class PostEntries {

	static final String SQL = """
			select tenant_number, command, line, verdict, replayed, type, sequence, last_sequence, inventory_id, product_id,
			  warehouse_id, quantity, reserved, min_stock, max_stock, version, at, epoch, alerts, subject,
			  records, products, places, quantities, reserves, minima, maxima, versions
			from post_entries_6($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18::jsonb)
			""";

	private final JsonMapper json;

	PostEntries(JsonMapper json) {
		this.json = json;
	}

	/** Binds what one tenant wants. */
	Statement bind(Statement statement, TenantId tenant, boolean rehearse, List<Command> commands) {
		statement.bind(0, tenant.value())
			.bindNull(1, UUID[].class)
			.bindNull(2, Integer[].class)
			.bindNull(3, Integer[].class);
		Lines lines = new Lines();
		lines.add(commands);
		return bind(statement, rehearse, commands, lines);
	}

	/** Binds what several tenants want, each for itself. */
	Statement bind(Statement statement, List<Share> shares) {
		UUID[] others = new UUID[shares.size() - 1];
		Integer[] commandsOfEach = new Integer[shares.size()];
		Integer[] linesOfEach = new Integer[shares.size()];
		List<Command> commands = new ArrayList<>();
		Lines lines = new Lines();
		for (int i = 0; i < shares.size(); i++) {
			Share share = shares.get(i);
			if (i > 0) {
				others[i - 1] = share.tenant().value();
			}
			commands.addAll(share.commands());
			commandsOfEach[i] = share.commands().size();
			linesOfEach[i] = lines.add(share.commands());
		}
		statement.bind(0, shares.getFirst().tenant().value())
			.bind(1, others)
			.bind(2, commandsOfEach)
			.bind(3, linesOfEach);
		return bind(statement, false, commands, lines);
	}

	private Statement bind(Statement statement, boolean rehearse, List<Command> commands, Lines lines) {
		statement.bind(4, rehearse).bind(5, lines.lastOfCommands.toArray(Integer[]::new));
		column(statement, 6, String.class, commands, PostEntries::key);
		column(statement, 7, UUID.class, commands, PostEntries::fingerprint);
		column(statement, 8, Short.class, lines.all, line -> line.type().code());
		column(statement, 9, UUID.class, lines.all, line -> line.product().id());
		column(statement, 10, String.class, lines.all, line -> line.product().sku());
		column(statement, 11, UUID.class, lines.all, Command.Line::warehouseId);
		column(statement, 12, Long.class, lines.all, Command.Line::delta);
		column(statement, 13, Long.class, lines.all, line -> (line.reservedDelta() != 0) ? line.reservedDelta() : null);
		column(statement, 14, String.class, lines.actors, actor -> actor);
		column(statement, 15, String.class, lines.all, line -> line.note().reason());
		column(statement, 16, String.class, lines.all, line -> line.note().reference());
		String terms = terms(lines.all);
		return (terms != null) ? statement.bind(17, terms) : statement.bindNull(17, String.class);
	}

	/**
	 * Binds one array, or null where no element has a value: what nobody uses costs
	 * nothing.
	 */
	static <S> void column(Statement statement, int index, Class<?> type, List<S> source, Cell<S> cell) {
		@Nullable Object[] values = (Object[]) Array.newInstance(type, source.size());
		boolean used = false;
		for (int i = 0; i < values.length; i++) {
			values[i] = cell.of(source.get(i));
			used |= values[i] != null;
		}
		if (used) {
			statement.bind(index, values);
		}
		else {
			statement.bindNull(index, type.arrayType());
		}
	}

	private static @Nullable String key(Command command) {
		return (command.key() != null) ? command.key().value() : null;
	}

	private static @Nullable UUID fingerprint(Command command) {
		return (command.key() != null) ? command.key().fingerprint() : null;
	}

	Row read(Readable row) {
		return new Row(present(row, 0, Integer.class), present(row, 1, Integer.class), present(row, 2, Integer.class),
				Verdict.of(present(row, 3, Short.class)), present(row, 4, Boolean.class), row.get(5, Short.class),
				row.get(6, Long.class), row.get(7, Long.class), row.get(8, UUID.class), row.get(9, UUID.class),
				row.get(10, UUID.class), row.get(11, Long.class), row.get(12, Long.class), row.get(13, Long.class),
				row.get(14, Long.class), row.get(15, Long.class), row.get(16, Instant.class), row.get(17, String.class),
				row.get(18, String.class), row.get(19, String.class), written(row));
	}

	private static @Nullable Written written(Readable row) {
		UUID[] records = row.get(20, UUID[].class);
		return (records == null) ? null
				: new Written(records, present(row, 21, UUID[].class), present(row, 22, UUID[].class),
						present(row, 23, Long[].class), present(row, 24, Long[].class), present(row, 25, Long[].class),
						present(row, 26, Long[].class), present(row, 27, Long[].class));
	}

	static <T> T present(Readable row, int index, Class<T> type) {
		return Objects.requireNonNull(row.get(index, type));
	}

	private @Nullable String terms(List<Command.Line> lines) {
		ObjectNode all = null;
		for (int i = 0; i < lines.size(); i++) {
			Command.Line line = lines.get(i);
			Command.Terms terms = line.terms();
			Instant occurredAt = line.note().occurredAt();
			if (terms == null && occurredAt == null) {
				continue;
			}
			all = (all != null) ? all : this.json.createObjectNode();
			ObjectNode one = all.putObject(Integer.toString(i + 1));
			if (occurredAt != null) {
				one.put("occurredAt", occurredAt.toString());
			}
			if (terms != null) {
				put(one, "reverses", terms.reverses());
				put(one, "expected", terms.expectedVersion());
				put(one, "min", terms.minStock());
				put(one, "max", terms.maxStock());
				if (terms.counted()) {
					one.put("counted", true);
				}
				document(one, terms);
			}
		}
		return (all != null) ? all.toString() : null;
	}

	private static void document(ObjectNode line, Command.Terms terms) {
		Entry.Subject subject = terms.subject();
		if (subject != null) {
			line.putObject("subject").put("kind", subject.kind().code()).put("id", subject.id().toString());
		}
		Command.DocumentChange change = terms.document();
		if (change != null) {
			ObjectNode document = line.putObject("document");
			put(document, "expected", change.expectedVersion());
			document.put("status", change.status()).set("body", change.body());
			if (change.reference() != null) {
				document.put("reference", change.reference());
			}
			if (change.ttlSeconds() != null) {
				document.put("ttlSeconds", change.ttlSeconds());
			}
			if (change.unexpired()) {
				document.put("unexpired", true);
			}
		}
	}

	private static void put(ObjectNode node, String name, @Nullable Long value) {
		if (value != null) {
			node.put(name, value);
		}
	}

	/**
	 * Takes one element of an array from a command or a line.
	 */
	interface Cell<S> {

		@Nullable Object of(S source);

	}

	/** The lines of commands, of one tenant after the other. */
	private static final class Lines {

		private final List<Command.Line> all = new ArrayList<>();

		private final List<String> actors = new ArrayList<>();

		/** The number of each command's last line, counted from 1 in its tenant. */
		private final List<Integer> lastOfCommands = new ArrayList<>();

		/**
		 * Adds the commands of a tenant.
		 * @return how many lines they have
		 */
		int add(List<Command> commands) {
			int before = this.all.size();
			for (Command command : commands) {
				for (Command.Line line : command.lines()) {
					this.all.add(line);
					this.actors.add(command.actor());
				}
				this.lastOfCommands.add(this.all.size() - before);
			}
			return this.all.size() - before;
		}

	}

	/**
	 * One row of the function's answer; what its columns mean is told beside the
	 * function.
	 */
	record Row(int tenantNumber, int command, int line, Verdict verdict, boolean replayed, @Nullable Short type,
			@Nullable Long sequence, @Nullable Long lastSequence, @Nullable UUID inventoryId, @Nullable UUID productId,
			@Nullable UUID warehouseId, @Nullable Long quantity, @Nullable Long reserved, @Nullable Long minStock,
			@Nullable Long maxStock, @Nullable Long version, @Nullable Instant at, @Nullable String epoch,
			@Nullable String alerts, @Nullable String subject, @Nullable Written written) {
	}

	/**
	 * What a call wrote of which every line was accepted as it came: an element of each
	 * array for a line.
	 */
	record Written(UUID[] records, UUID[] products, UUID[] places, Long[] quantities, Long[] reserves, Long[] minima,
			Long[] maxima, Long[] versions) {

		/**
		 * The same as a row for each line.
		 * @param previous the last sequence before the call
		 */
		List<Row> rows(List<Command> commands, long previous) {
			List<Row> rows = new ArrayList<>(this.records.length);
			for (int command = 0; command < commands.size(); command++) {
				for (Command.Line line : commands.get(command).lines()) {
					int i = rows.size();
					rows.add(new Row(1, command + 1, i + 1, Verdict.ACCEPTED, false, line.type().code(),
							previous + i + 1, null, this.records[i], this.products[i], this.places[i],
							this.quantities[i], this.reserves[i], this.minima[i], this.maxima[i], this.versions[i],
							null, null, null, null, null));
				}
			}
			return rows;
		}

	}

}
