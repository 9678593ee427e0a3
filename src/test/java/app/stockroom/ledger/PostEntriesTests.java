package app.stockroom.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;

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
 * line. Here the same calls are made to two tenants, one of which names terms, though
 * none, and so has every call done line by line.
 */
@StockroomTest
class PostEntriesTests {

	private static final int CALLS = 150;

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
		Shop atOnce = shop();
		Shop inOrder = shop();
		long seed = Long.getLong("stockroom.entries.seed", SEED);
		Random random = new Random(seed);
		try (Connection connection = Invariants.owner(this.environment)) {
			int accepted = 0;
			for (int i = 0; i < CALLS; i++) {
				Call call = Call.random(random);
				List<String> rows = post(connection, atOnce, call, null);
				assertThat(rows).as("call %d of seed %d: %s", i, seed, call)
					.isEqualTo(post(connection, inOrder, call, "{}"));
				accepted += (rows.size() == call.skus().size() + 1) ? 1 : 0;
			}
			assertThat(accepted).as("calls that were accepted whole").isBetween(CALLS / 10, CALLS * 9 / 10);
			assertThat(written(connection, atOnce)).as("what seed %d wrote", seed)
				.isEqualTo(written(connection, inOrder));
		}
		Invariants.hold(this.environment, atOnce.tenant());
		Invariants.hold(this.environment, inOrder.tenant());
	}

	private Shop shop() {
		Shop shop = Shop.open(this.ledger, this.tenants);
		for (int i = 0; i < STOCK.length; i++) {
			shop.product("P" + i, STOCK[i]);
		}
		return shop;
	}

	private static List<String> post(Connection connection, Shop shop, Call call, @Nullable String terms)
			throws SQLException {
		int lines = call.skus().size();
		try (PreparedStatement statement = connection.prepareStatement(PostEntries.SQL.replaceAll("\\$\\d+", "?"))) {
			statement.setObject(1, shop.tenant().value());
			statement.setBoolean(2, false);
			statement.setArray(3, connection.createArrayOf("int4", call.lastLines().toArray()));
			statement.setArray(4, connection.createArrayOf("text", call.keys().toArray()));
			statement.setArray(5, connection.createArrayOf("uuid", call.fingerprints()));
			statement.setArray(6, connection.createArrayOf("int2", call.types().toArray()));
			statement.setArray(7, connection.createArrayOf("uuid", new UUID[lines]));
			statement.setArray(8, connection.createArrayOf("text", call.skus().toArray()));
			statement.setArray(9, null);
			statement.setArray(10, connection.createArrayOf("int8", call.deltas().toArray()));
			statement.setArray(11, null);
			statement.setArray(12, connection.createArrayOf("text", call.words("actor")));
			statement.setArray(13, connection.createArrayOf("text", call.words("reason")));
			statement.setArray(14, connection.createArrayOf("text", call.words("reference")));
			statement.setString(15, terms);
			ResultSet answer = statement.executeQuery();
			List<String> rows = new ArrayList<>();
			while (answer.next()) {
				rows.add(row(answer, List.of("command", "line", "verdict", "replayed", "type", "sequence",
						"last_sequence", "quantity", "reserved", "min_stock", "max_stock", "version")));
				if (answer.getArray("records") != null) {
					rows.addAll(call.accepted(answer));
				}
			}
			return rows;
		}
	}

	/** What the two tenants must have alike: all but ids and times. */
	private static List<String> written(Connection connection, Shop shop) throws SQLException {
		List<String> all = new ArrayList<>();
		for (String query : List.of(
				"""
						select m.sequence, p.sku, m.delta, m.reserved_delta, m.quantity_after, m.reserved_after, m.min_stock, m.max_stock, m.version,
						  m.type, m.actor, m.reason, m.reference, m.occurred_at, m.reverses, m.subject_kind
						from movement m left join product p on p.tenant_id = m.tenant_id and p.id = m.product_id
						where m.tenant_id = ? order by m.sequence
						""",
				"""
						select p.sku, i.quantity, i.reserved, i.min_stock, i.max_stock, i.version
						from inventory i join product p on p.tenant_id = i.tenant_id and p.id = i.product_id
						where i.tenant_id = ? order by p.sku
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
				statement.setObject(1, shop.tenant().value());
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
	 * One call: commands of one or two lines.
	 */
	private record Call(List<String> skus, List<Long> deltas, List<Short> types, List<Integer> lastLines,
			List<String> keys, int body) {

		static Call random(Random random) {
			List<String> skus = new ArrayList<>();
			List<Long> deltas = new ArrayList<>();
			List<Short> types = new ArrayList<>();
			List<Integer> lastLines = new ArrayList<>();
			List<String> keys = new ArrayList<>();
			// A call in three asks for more than there may be, and one in ten for what
			// there is not.
			int products = (random.nextInt(3) == 0) ? STOCK.length : 4;
			boolean strange = random.nextInt(10) == 0;
			for (int command = random.nextInt(1, 9); command > 0; command--) {
				for (int line = random.nextInt(1, 3); line > 0; line--) {
					long quantity = random.nextLong(1, 6);
					short type = TYPES[random.nextInt(TYPES.length)];
					skus.add("P" + random.nextInt(strange ? STOCK.length + 2 : products));
					types.add(type);
					deltas.add((type == EntryType.IN.code() || random.nextBoolean() && type != EntryType.OUT.code())
							? quantity : -quantity);
				}
				lastLines.add(skus.size());
				keys.add((random.nextInt(4) == 0) ? "key " + random.nextInt(300) : null);
			}
			return new Call(skus, deltas, types, lastLines, keys, random.nextInt(2));
		}

		@Nullable UUID[] fingerprints() {
			return this.keys.stream().map((key) -> (key != null) ? new UUID(0, this.body) : null).toArray(UUID[]::new);
		}

		/** The arrays of the call's row as the rows that they stand for. */
		List<String> accepted(ResultSet call) throws SQLException {
			List<String> rows = new ArrayList<>();
			int command = 1;
			for (int line = 1; line <= this.skus.size(); line++) {
				command += (line > this.lastLines.get(command - 1)) ? 1 : 0;
				StringBuilder row = new StringBuilder();
				row.append("%d %d 0 f %d %d null ".formatted(command, line, this.types.get(line - 1),
						call.getLong("sequence") + line));
				for (String column : List.of("quantities", "reserves", "minima", "maxima", "versions")) {
					row.append(((Long[]) call.getArray(column).getArray())[line - 1]).append(' ');
				}
				rows.add(row.toString());
			}
			return rows;
		}

		Object[] words(String kind) {
			return IntStream.range(0, this.skus.size()).mapToObj((line) -> kind + " " + line).toArray();
		}

	}

}
