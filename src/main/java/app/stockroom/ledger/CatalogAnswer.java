package app.stockroom.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

import app.stockroom.platform.Refusal;
import io.r2dbc.spi.Readable;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The answer of change_catalog and acknowledge_alert; what its columns mean is told
 * beside the functions.
 */
record CatalogAnswer(Verdict verdict, @Nullable Long number, @Nullable Long previous, @Nullable Instant at,
		@Nullable String epoch, @Nullable String state, @Nullable UUID inventoryId, @Nullable UUID warehouseId,
		@Nullable Long minStock, @Nullable Long maxStock, @Nullable String alerts, @Nullable String told) {

	static final String CHANGE = """
			select verdict, number, previous, at, epoch, state, inventory_id, warehouse_id, min_stock, max_stock, alerts, told
			from change_catalog_2($1, $2, $3, $4, $5, $6::jsonb, $7)
			""";

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

	/**
	 * The entry of the change, and for a new product the opening of its record. An
	 * acknowledgement that changed nothing answers with the sequence 0.
	 */
	List<Entry> entries(Work.Single single, JsonMapper json) {
		Instant time = Objects.requireNonNull(this.at);
		long first = (this.previous != null) ? this.previous + 1 : 0;
		List<Entry> entries = new ArrayList<>(2);
		entries.add(new Entry(first, single.type(), null, null, null, 0, 0, null, null, null, null, null, null, null,
				single.actor(), null, time, null,
				new Entry.Subject(single.subject(), single.id(), json.readTree(Objects.requireNonNull(this.state)))));
		if (this.inventoryId != null) {
			entries.add(new Entry(first + 1, EntryType.OPENING, this.inventoryId, single.id(), this.warehouseId, 0, 0,
					0L, 0L, this.minStock, this.maxStock, 1L, null, null, single.actor(), null, time, null, null));
		}
		return entries;
	}

	List<Alert> alerts(JsonMapper json) {
		return (this.alerts != null) ? List.of(json.readValue(this.alerts, Alert[].class)) : List.of();
	}

}
