package app.stockroom.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import app.stockroom.Invariants;
import app.stockroom.StockroomTest;
import app.stockroom.tenancy.Tenants;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Plain movements that are all accepted are written all at once, everything else line by
 * line, and one call may carry those of several tenants. Here the same calls are made to
 * tenants that differ in how: one names terms, though none, and so has every call done
 * line by line; two others share theirs.
 */
@StockroomTest
class PostEntriesTests {

	private static final int CALLS = 300;

	/**
	 * The same in every build, which shall not fail for a change that is not its own;
	 * {@code -Dstockroom.entries.seed=} for others.
	 */
	private static final long SEED = 20261122L;

	/**
	 * Products with room in both directions, and two that are always short of something.
	 */
	private static final long[] STOCK = { 500, 500, 500, 500, 12, 990 };

	private static final short[] TYPES = { EntryType.IN.code(), EntryType.OUT.code(), EntryType.ADJUSTMENT.code() };

	@Autowired
	Ledger ledger;

	@Autowired
	Tenants tenants;

	@Autowired
	Environment environment;

	@Test
	void whatIsWrittenAtOnceIsWhatWouldBeWrittenLineByLine() throws Exception {
		Store atOnce = store();
		Store inOrder = store();
		long seed = Long.getLong("stockroom.entries.seed", SEED);
		Random random = new Random(seed);
		try (Connection connection = Invariants.owner(this.environment)) {
			int accepted = 0;
			for (int i = 0; i < CALLS; i++) {
				Call call = Call.random(random);
				List<String> rows = post(connection, atOnce, call, null);
				assertThat(rows).as("call %d of seed %d: %s", i, seed, call)
					.isEqualTo(post(connection, inOrder, call, "{}"));
				accepted += (rows.size() == call.lines().size() + 1) ? 1 : 0;
			}
			assertThat(accepted).as("calls that were accepted whole").isBetween(CALLS / 10, CALLS * 9 / 10);
			assertThat(written(connection, atOnce)).as("what seed %d wrote", seed)
				.isEqualTo(written(connection, inOrder));
		}
		Invariants.hold(this.environment, atOnce.shop().tenant());
		Invariants.hold(this.environment, inOrder.shop().tenant());
	}

	@Test
	void whatSharesACallIsWrittenAsIfItHadOneToItself() throws Exception {
		Store alone = store();
		Store aloneToo = store();
		Store shared = store();
		Store sharedToo = store();
		long seed = Long.getLong("stockroom.entries.seed", SEED);
		Random random = new Random(seed);
		try (Connection connection = Invariants.owner(this.environment)) {
			for (int i = 0; i < CALLS; i++) {
				Call call = Call.random(random);
				Call another = Call.random(random);
				List<String> rows = post(connection, alone, call, null);
				List<String> others = post(connection, aloneToo, another, null);
				assertThat(post(connection, null, new Part(shared, call), new Part(sharedToo, another)))
					.as("calls %d of seed %d: %s and %s", i, seed, call, another)
					.containsExactly(rows, others);
			}
			assertThat(written(connection, shared)).as("what seed %d wrote", seed)
				.isEqualTo(written(connection, alone));
			assertThat(written(connection, sharedToo)).as("what seed %d wrote", seed)
				.isEqualTo(written(connection, aloneToo));
		}
		Invariants.hold(this.environment, shared.shop().tenant());
		Invariants.hold(this.environment, sharedToo.shop().tenant());
	}

	/** Products and warehouses at their {@link Call}s' numbers. */
	private Store store() {
		Shop shop = Shop.open(this.ledger, this.tenants);
		List<@Nullable UUID> warehouses = new ArrayList<>();
		warehouses.add(null);
		warehouses.add(shop.accepted(Shop.command(Shop.in(shop.product("first", 0), 1))).getFirst().warehouseId());
		List.of("north", "closed", "gone").forEach((name) -> warehouses.add(shop.warehouse(name)));
		List<UUID> products = new ArrayList<>();
		for (int i = 0; i < STOCK.length; i++) {
			products.add(shop.product("P" + i, STOCK[i]));
			for (UUID warehouse : warehouses.subList(2, 5)) {
				shop.accepted(Shop.command(Shop.in(products.getLast(), 100).taking(warehouse)));
			}
			shop.accepted(Shop.command(Shop.out(products.getLast(), 100).taking(warehouses.getLast())));
		}
		products.add(shop.product("gone", 0));
		shop.change(Entry.SubjectKind.WAREHOUSE, warehouses.get(3), CatalogChange.Action.UPDATE, 1L,
				"{\"name\":\"closed\",\"status\":\"INACTIVE\"}");
		shop.change(Entry.SubjectKind.WAREHOUSE, warehouses.get(4), CatalogChange.Action.DELETE, 1L, null);
		shop.change(Entry.SubjectKind.PRODUCT, products.getLast(), CatalogChange.Action.DELETE, 1L, null);
		return new Store(shop, products, warehouses);
	}

	/** Makes a call of one tenant. */
	private static List<String> post(Connection connection, Store store, Call call, @Nullable String terms)
			throws SQLException {
		return post(connection, terms, new Part(store, call)).getFirst();
	}

	/**
	 * Makes a call.
	 * @return the rows of each tenant
	 */
	private static List<List<String>> post(Connection connection, @Nullable String terms, Part... all)
			throws SQLException {
		List<Part> parts = List.of(all);
		List<Call> calls = parts.stream().map(Part::call).toList();
		try (PreparedStatement statement = connection.prepareStatement(PostEntries.SQL.replaceAll("\\$\\d+", "?"))) {
			List<UUID> tenants = parts.stream().map((part) -> part.store().shop().tenant().value()).toList();
			statement.setObject(1, tenants.getFirst());
			statement.setArray(2, null);
			statement.setArray(3, null);
			statement.setArray(4, null);
			if (parts.size() > 1) {
				array(statement, 2, "uuid", tenants.stream().skip(1));
				array(statement, 3, "int4", calls.stream().map((call) -> call.lastLines().size()));
				array(statement, 4, "int4", calls.stream().map((call) -> call.lines().size()));
			}
			statement.setBoolean(5, false);
			array(statement, 6, "int4", calls.stream().flatMap((call) -> call.lastLines().stream()));
			array(statement, 7, "text", calls.stream().flatMap((call) -> call.keys().stream()));
			array(statement, 8, "uuid", calls.stream().flatMap(Call::fingerprints));
			array(statement, 9, "int2", lines(parts, (_, line) -> line.type()));
			array(statement, 10, "uuid", lines(parts, (store, line) -> line.named() ? null : store.product(line)));
			array(statement, 11, "text", lines(parts, (_, line) -> line.named() ? "P" + line.product() : null));
			array(statement, 12, "uuid", lines(parts, Store::warehouse));
			array(statement, 13, "int8", lines(parts, (_, line) -> line.delta()));
			statement.setArray(14, null);
			array(statement, 15, "text", calls.stream().flatMap((call) -> call.words("actor")));
			array(statement, 16, "text", calls.stream().flatMap((call) -> call.words("reason")));
			array(statement, 17, "text", calls.stream().flatMap((call) -> call.words("reference")));
			statement.setString(18, terms);
			return answers(statement.executeQuery(), parts);
		}
	}

	private static List<List<String>> answers(ResultSet answer, List<Part> parts) throws SQLException {
		List<List<String>> rows = new ArrayList<>();
		parts.forEach((_) -> rows.add(new ArrayList<>()));
		while (answer.next()) {
			int part = answer.getInt("tenant_number") - 1;
			rows.get(part)
				.add(row(answer, List.of("command", "line", "verdict", "replayed", "type", "sequence", "last_sequence",
						"quantity", "reserved", "min_stock", "max_stock", "version")));
			if (answer.getArray("records") != null) {
				rows.get(part).addAll(parts.get(part).call().accepted(answer));
			}
		}
		return rows;
	}

	private static void array(PreparedStatement statement, int index, String type, Stream<?> values)
			throws SQLException {
		statement.setArray(index, statement.getConnection().createArrayOf(type, values.toArray()));
	}

	private static Stream<@Nullable Object> lines(List<Part> parts, BiFunction<Store, Line, @Nullable Object> column) {
		return parts.stream()
			.flatMap((part) -> part.call().lines().stream().map((line) -> column.apply(part.store(), line)));
	}

	/** What the two tenants must have alike: all but ids and times. */
	private static List<String> written(Connection connection, Store store) throws SQLException {
		List<String> all = new ArrayList<>();
		for (String query : List.of(
				"""
						select m.sequence, p.sku, m.delta, m.reserved_delta, m.quantity_after, m.reserved_after, m.min_stock, m.max_stock, m.version,
						  m.type, m.actor, m.reason, m.reference, m.occurred_at, m.reverses, m.subject_kind
						from movement m left join product p on p.tenant_id = m.tenant_id and p.id = m.product_id
						where m.tenant_id = ? order by m.sequence
						""",
				"""
						select p.sku, h.name, i.quantity, i.reserved, i.min_stock, i.max_stock, i.version
						from inventory i join product p on p.tenant_id = i.tenant_id and p.id = i.product_id
						join warehouse h on h.tenant_id = i.tenant_id and h.id = i.warehouse_id
						where i.tenant_id = ? order by p.sku, h.name
						""",
				"""
						select key, fingerprint, verdict, line, first_sequence, last_sequence, quantity, reserved, max_stock, version
						from idempotency_key where tenant_id = ? order by key
						""",
				"""
						select kind, quantity, min_stock, opened_sequence, resolved_sequence
						from alert where tenant_id = ? order by opened_sequence
						""", "select sequence, closed from ledger_head where tenant_id = ?")) {
			try (PreparedStatement statement = connection.prepareStatement(query)) {
				statement.setObject(1, store.shop().tenant().value());
				ResultSet rows = statement.executeQuery();
				List<String> columns = IntStream.rangeClosed(1, rows.getMetaData().getColumnCount())
					.mapToObj((column) -> label(rows, column))
					.toList();
				all.addAll(rows(rows, columns));
			}
		}
		return all;
	}

	private static String label(ResultSet rows, int column) {
		try {
			return rows.getMetaData().getColumnLabel(column);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static List<String> rows(ResultSet rows, List<String> columns) throws SQLException {
		List<String> all = new ArrayList<>();
		while (rows.next()) {
			all.add(row(rows, columns));
		}
		return all;
	}

	private static String row(ResultSet rows, List<String> columns) throws SQLException {
		StringBuilder row = new StringBuilder();
		for (String column : columns) {
			row.append(rows.getString(column)).append(' ');
		}
		return row.toString();
	}

	/**
	 * A tenant, its products, of which the last is deleted, and its warehouses: none
	 * named, the default one, another, one that is inactive with stock, and one that is
	 * deleted.
	 */
	private record Store(Shop shop, List<UUID> products, List<@Nullable UUID> warehouses) {

		UUID product(Line line) {
			return (line.product() < this.products.size()) ? this.products.get(line.product()) : new UUID(0, 1);
		}

		@Nullable UUID warehouse(Line line) {
			return this.warehouses.get(line.warehouse());
		}

	}

	/** What one tenant posts in a call. */
	private record Part(Store store, Call call) {
	}

	/**
	 * One line.
	 *
	 * @param named whether the product is told by its SKU, as the one that is deleted
	 * cannot be
	 */
	private record Line(int product, boolean named, int warehouse, short type, long delta) {
	}

	/**
	 * One call: commands of one or two lines.
	 */
	private record Call(List<Line> lines, List<Integer> lastLines, List<String> keys, int body) {

		static Call random(Random random) {
			List<Line> lines = new ArrayList<>();
			List<Integer> lastLines = new ArrayList<>();
			List<String> keys = new ArrayList<>();
			// A call in three asks for more than there may be, and one in five for what
			// or
			// where there is not.
			int products = (random.nextInt(3) == 0) ? STOCK.length : 4;
			boolean strange = random.nextInt(3) == 0;
			for (int command = random.nextInt(1, strange ? 3 : 9); command > 0; command--) {
				for (int line = random.nextInt(1, 3); line > 0; line--) {
					long quantity = random.nextLong(0, 6);
					short type = TYPES[random.nextInt(TYPES.length)];
					boolean in = type == EntryType.IN.code() || random.nextBoolean() && type != EntryType.OUT.code();
					lines.add(new Line(random.nextInt(strange ? STOCK.length + 2 : products), random.nextBoolean(),
							random.nextInt(strange ? 5 : 3), type, in ? quantity : -quantity));
				}
				lastLines.add(lines.size());
				keys.add((random.nextInt(4) == 0) ? "key " + random.nextInt(300) : null);
			}
			return new Call(lines, lastLines, keys, random.nextInt(2));
		}

		Stream<@Nullable UUID> fingerprints() {
			return this.keys.stream().map((key) -> (key != null) ? new UUID(0, this.body) : null);
		}

		/** The arrays of the call's row as the rows that they stand for. */
		List<String> accepted(ResultSet call) throws SQLException {
			List<String> rows = new ArrayList<>();
			int command = 1;
			for (int line = 1; line <= this.lines.size(); line++) {
				command += (line > this.lastLines.get(command - 1)) ? 1 : 0;
				StringBuilder row = new StringBuilder();
				row.append("%d %d 0 f %d %d null ".formatted(command, line, this.lines.get(line - 1).type(),
						call.getLong("sequence") + line));
				for (String column : List.of("quantities", "reserves", "minima", "maxima", "versions")) {
					row.append(((Long[]) call.getArray(column).getArray())[line - 1]).append(' ');
				}
				rows.add(row.toString());
			}
			return rows;
		}

		Stream<String> words(String kind) {
			return IntStream.range(0, this.lines.size()).mapToObj((line) -> kind + " " + line);
		}

	}

}
