package app.stockroom.faults;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import app.stockroom.ledger.EntryType;
import org.jspecify.annotations.Nullable;

/**
 * What the database says about one tenant, read past the service.
 *
 * @param entries its ledger, in order
 * @param records its stock, by record
 * @param alerts every step of every alert, as {@code id state sequence}
 * @param documents references of its reservations and transfers by their ids
 */
record Books(List<Row> entries, Map<UUID, State> records, Set<Step> alerts, Map<UUID, String> documents) {

	private static final String LEDGER = """
			select sequence, type, inventory_id, delta, reserved_delta, quantity_after, reserved_after, version, min_stock,
			  max_stock, reference, subject_id, created_at from movement where tenant_id = ? order by sequence
			""";

	private static final String STOCK = "select id, version, quantity, reserved from inventory where tenant_id = ?";

	private static final String ALERTS = """
			select id, inventory_id, kind, 'OPEN' as state, opened_sequence as sequence from alert where tenant_id = ?1
			union all select id, inventory_id, kind, 'ACKNOWLEDGED', acknowledged_sequence from alert
			  where tenant_id = ?1 and acknowledged_sequence is not null
			union all select id, inventory_id, kind, 'RESOLVED', resolved_sequence from alert
			  where tenant_id = ?1 and resolved_sequence is not null
			""";

	private static final String DOCUMENTS = "select id, reference from document where tenant_id = ?";

	static Books of(Connection connection, UUID tenant) throws SQLException {
		List<Row> entries = new ArrayList<>();
		query(connection, LEDGER, tenant,
				(row) -> entries.add(new Row(row.getLong(1), EntryType.of(row.getShort(2)),
						row.getObject(3, UUID.class), row.getLong(4), row.getLong(5),
						(row.getObject(3) == null) ? null
								: new State(row.getObject(3, UUID.class), row.getLong(8), row.getLong(6),
										row.getLong(7)),
						row.getLong(9), row.getLong(10), row.getString(11), row.getObject(12, UUID.class),
						row.getTimestamp(13).toInstant())));
		Map<UUID, State> records = new HashMap<>();
		query(connection, STOCK, tenant, (row) -> records.put(row.getObject(1, UUID.class),
				new State(row.getObject(1, UUID.class), row.getLong(2), row.getLong(3), row.getLong(4))));
		Set<Step> alerts = new HashSet<>();
		query(connection, ALERTS.replace("?1", "'" + tenant + "'"), null,
				(row) -> alerts.add(new Step(row.getObject(1, UUID.class), row.getObject(2, UUID.class),
						row.getString(3), row.getString(4), row.getLong(5))));
		Map<UUID, String> documents = new HashMap<>();
		query(connection, DOCUMENTS, tenant,
				(row) -> documents.put(row.getObject(1, UUID.class), String.valueOf(row.getString(2))));
		return new Books(entries, records, alerts, documents);
	}

	private static void query(Connection connection, String sql, @Nullable UUID tenant, Reading reading)
			throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			if (tenant != null) {
				statement.setObject(1, tenant);
			}
			try (ResultSet rows = statement.executeQuery()) {
				while (rows.next()) {
					reading.read(rows);
				}
			}
		}
	}

	long head() {
		return this.entries.getLast().sequence();
	}

	@FunctionalInterface
	private interface Reading {

		void read(ResultSet row) throws SQLException;

	}

	/** A record as it stood at a version. */
	record State(UUID record, long version, long quantity, long reserved) {
	}

	/** A step of an alert. */
	record Step(UUID id, UUID record, String kind, String state, long sequence) {
	}

	/** An entry of the ledger. */
	record Row(long sequence, EntryType type, @Nullable UUID record, long delta, long reservedDelta,
			@Nullable State after, long minStock, long maxStock, @Nullable String reference, @Nullable UUID subject,
			Instant createdAt) {
	}

}
