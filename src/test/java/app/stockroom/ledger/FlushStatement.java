package app.stockroom.ledger;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The statement of a flush, called over JDBC: what the database does without HTTP, JSON
 * and R2DBC.
 */
public final class FlushStatement {

	private final Connection connection;

	private final PreparedStatement statement;

	public FlushStatement(Connection connection) throws SQLException {
		this.connection = connection;
		try (Statement session = connection.createStatement()) {
			for (Map.Entry<String, String> setting : Writer.session("force_generic_plan").entrySet()) {
				session.execute("set %s = %s".formatted(setting.getKey(), setting.getValue()));
			}
		}
		this.statement = connection.prepareStatement(PostEntries.SQL.replaceAll("\\$\\d+", "?"));
	}

	/**
	 * Takes one piece each out of some products, and reads the answer.
	 * @return how many movements there were
	 */
	public int out(UUID tenant, int count, Supplier<UUID> products) throws SQLException {
		this.statement.setObject(1, tenant);
		this.statement.setNull(2, Types.ARRAY);
		this.statement.setNull(3, Types.ARRAY);
		this.statement.setNull(4, Types.ARRAY);
		this.statement.setBoolean(5, false);
		array(6, "int4", IntStream.rangeClosed(1, count).boxed().toArray(Integer[]::new));
		this.statement.setNull(7, Types.ARRAY);
		this.statement.setNull(8, Types.ARRAY);
		array(9, "int2", fill(new Short[count], EntryType.OUT.code()));
		array(10, "uuid", IntStream.range(0, count).mapToObj((_) -> products.get()).toArray(UUID[]::new));
		this.statement.setNull(11, Types.ARRAY);
		this.statement.setNull(12, Types.ARRAY);
		array(13, "int8", fill(new Long[count], -1L));
		this.statement.setNull(14, Types.ARRAY);
		array(15, "text", fill(new String[count], "benchmark"));
		this.statement.setNull(16, Types.ARRAY);
		this.statement.setNull(17, Types.ARRAY);
		this.statement.setNull(18, Types.VARCHAR);
		try (ResultSet rows = this.statement.executeQuery()) {
			int accepted = 0;
			while (rows.next()) {
				Array records = rows.getArray("records");
				// A row for each entry where one crosses a threshold.
				accepted += (records != null) ? ((UUID[]) records.getArray()).length
						: (rows.getObject("type") != null) ? 1 : 0;
			}
			if (accepted != count) {
				throw new IllegalStateException("%d of %d movements were accepted".formatted(accepted, count));
			}
		}
		return count;
	}

	private void array(int index, String type, Object[] values) throws SQLException {
		this.statement.setArray(index, this.connection.createArrayOf(type, values));
	}

	private static <T> T[] fill(T[] array, T value) {
		Arrays.fill(array, value);
		return array;
	}

}
