package app.stockroom.ledger;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

import app.stockroom.platform.Refusal;
import app.stockroom.tenancy.TenantId;
import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Statement;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The answer to a change of the catalogue or an acknowledgement; what its columns mean is
 * told beside the functions.
 */
record CatalogAnswer(Verdict verdict, @Nullable Long number, @Nullable Long previous, @Nullable Instant at,
		@Nullable String epoch, @Nullable String state, @Nullable UUID inventoryId, @Nullable UUID warehouseId,
		@Nullable Long minStock, @Nullable Long maxStock, @Nullable String alerts, @Nullable String told) {

	static final String CHANGE = """
			select verdict, number, previous, at, epoch, state, inventory_id, warehouse_id, min_stock, max_stock, alerts, told
			from change_catalogs_1($1, $2, $3, $4, $5, $6, $7)
			""";

	static final String REHEARSE = CHANGE.replace("change_catalogs_1", "rehearse_catalogs_1");

	static final String ACKNOWLEDGE = """
			select verdict, number, previous, at, epoch, state, inventory_id, warehouse_id, min_stock, max_stock, alerts,
			  null as told
			from acknowledge_alert_1($1, $2, $3)
			""";

	static CatalogAnswer read(Readable row) {
		return new CatalogAnswer(Verdict.of(PostEntries.present(row, 0, Short.class)), row.get(1, Long.class),
				row.get(2, Long.class), row.get(3, Instant.class), row.get(4, String.class), row.get(5, String.class),
				row.get(6, UUID.class), row.get(7, UUID.class), row.get(8, Long.class), row.get(9, Long.class),
				row.get(10, String.class), row.get(11, String.class));
	}

	/**
	 * The refusal that this answer is, with all that the client is told.
	 */
	Refusal refusal(JsonMapper json) {
		Refusal refusal = this.verdict.refuse(this.number);
		if (this.told != null) {
			json.readTree(this.told).forEachEntry(refusal::with);
		}
		return refusal;
	}

	static Statement bind(Statement statement, TenantId tenant, List<CatalogChange> changes) {
		statement.bind(0, tenant.value());
		PostEntries.column(statement, 1, Short.class, changes, change -> change.subject().code());
		PostEntries.column(statement, 2, UUID.class, changes, CatalogChange::id);
		PostEntries.column(statement, 3, String.class, changes, change -> change.action().name());
		PostEntries.column(statement, 4, Long.class, changes, CatalogChange::expectedVersion);
		PostEntries.column(statement, 5, String.class, changes, CatalogChange::state);
		PostEntries.column(statement, 6, String.class, changes, CatalogChange::actor);
		return statement;
	}

	/**
	 * The entry of the change, and for a new product the opening of its record.
	 */
	List<Entry> entries(CatalogChange change, JsonMapper json) {
		Entry entry = entry(EntryType.CATALOG, change.subject(), change.id(), change.actor(), json);
		return (this.inventoryId == null) ? List.of(entry)
				: List.of(entry,
						new Entry(entry.sequence() + 1, EntryType.OPENING, this.inventoryId, change.id(),
								this.warehouseId, 0, 0, 0L, 0L, this.minStock, this.maxStock, 1L, null, null,
								change.actor(), null, entry.createdAt(), null, null));
	}

	/**
	 * The entry of an acknowledgement. One that changed nothing has the sequence 0.
	 */
	Entry entry(Work.Acknowledging work, JsonMapper json) {
		return entry(EntryType.ACKNOWLEDGEMENT, Entry.SubjectKind.ALERT, work.alert(), work.actor(), json);
	}

	private Entry entry(EntryType type, Entry.SubjectKind kind, UUID id, String actor, JsonMapper json) {
		return new Entry((this.previous != null) ? this.previous + 1 : 0, type, null, null, null, 0, 0, null, null,
				null, null, null, null, null, actor, null, Objects.requireNonNull(this.at), null,
				new Entry.Subject(kind, id, json.readTree(Objects.requireNonNull(this.state))));
	}

	List<Alert> alerts(JsonMapper json) {
		return (this.alerts != null) ? List.of(json.readValue(this.alerts, Alert[].class)) : List.of();
	}

}
