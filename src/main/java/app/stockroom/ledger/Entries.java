package app.stockroom.ledger;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

import app.stockroom.tenancy.Reads;
import app.stockroom.tenancy.TenantId;
import io.r2dbc.spi.Readable;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.stereotype.Component;

/**
 * The ledger, to read.
 */
@Component
public class Entries {

	/**
	 * Selects what {@link #entry} reads; {@code $1} is the tenant.
	 */
	public static final String SELECT = """
			select m.sequence, m.type, m.inventory_id, m.product_id, m.warehouse_id, m.delta, m.reserved_delta,
			  m.quantity_after, m.reserved_after, m.min_stock, m.max_stock, m.version, m.reason, m.reference, m.actor,
			  m.occurred_at, m.created_at, m.reverses, m.subject_kind, m.subject_id, m.subject_state::text as subject_state
			from movement m
			where m.tenant_id = $1
			""";

	private static final String BETWEEN = SELECT
			+ "and m.sequence > $2 and m.sequence <= $3 order by m.sequence limit $4";

	private static final String AT = SELECT + "and m.sequence = any ($2)";

	private static final String ONE = SELECT + "and m.sequence = $2";

	private static final String POSITION = "select h.epoch, h.sequence from ledger_head h where h.tenant_id = $1";

	private final Reads reads;

	private final JsonMapper json;

	Entries(Reads reads, JsonMapper json) {
		this.reads = reads;
		this.json = json;
	}

	/**
	 * Where the tenant's ledger ends now; empty for an unknown tenant.
	 */
	public Mono<Position> position(TenantId tenant) {
		return this.reads.one(tenant, POSITION, statement -> statement,
				row -> new Position(present(row, "epoch", String.class), present(row, "sequence", Long.class)));
	}

	/**
	 * The sequence of the last entry that was written at a time or before; 0 if there was
	 * none.
	 */
	public Mono<Long> sequenceAt(TenantId tenant, Instant time) {
		// Entries are timed in microseconds; a binding would round, and the last half of
		// one is still to come.
		Instant written = time.truncatedTo(ChronoUnit.MICROS);
		return this.reads.one(tenant, "select sequence_at_1($1, $2) as sequence",
				(statement) -> statement.bind("$2", written), (row) -> present(row, "sequence", Long.class));
	}

	/**
	 * The entries after one sequence up to another, in order.
	 * @param after exclusive
	 * @param until inclusive
	 * @param limit the most entries
	 */
	public Mono<List<Entry>> between(TenantId tenant, long after, long until, int limit) {
		return this.reads.list(tenant, BETWEEN,
				statement -> statement.bind("$2", after).bind("$3", until).bind("$4", limit), this::entry);
	}

	/**
	 * As {@link #between}, streamed in constant memory.
	 */
	public Flux<Entry> stream(TenantId tenant, long after, long until) {
		return this.reads.stream(tenant, BETWEEN,
				statement -> statement.bind("$2", after).bind("$3", until).bind("$4", Integer.MAX_VALUE), this::entry);
	}

	/**
	 * One entry; empty if there is none.
	 */
	public Mono<Entry> find(TenantId tenant, long sequence) {
		return this.reads.one(tenant, ONE, statement -> statement.bind("$2", sequence), this::entry);
	}

	/**
	 * The entries with these sequences, in any order.
	 */
	Mono<List<Entry>> at(TenantId tenant, Long[] sequences) {
		return this.reads.list(tenant, AT, statement -> statement.bind("$2", sequences), this::entry);
	}

	/**
	 * Reads a row of {@link #SELECT}.
	 */
	public Entry entry(Readable row) {
		return new Entry(present(row, "sequence", Long.class), EntryType.of(present(row, "type", Short.class)),
				row.get("inventory_id", UUID.class), row.get("product_id", UUID.class),
				row.get("warehouse_id", UUID.class), present(row, "delta", Long.class),
				present(row, "reserved_delta", Long.class), row.get("quantity_after", Long.class),
				row.get("reserved_after", Long.class), row.get("min_stock", Long.class),
				row.get("max_stock", Long.class), row.get("version", Long.class), row.get("reason", String.class),
				row.get("reference", String.class), present(row, "actor", String.class),
				row.get("occurred_at", Instant.class), present(row, "created_at", Instant.class),
				row.get("reverses", Long.class), subject(row));
	}

	private Entry.@Nullable Subject subject(Readable row) {
		Short kind = row.get("subject_kind", Short.class);
		if (kind == null) {
			return null;
		}
		String state = row.get("subject_state", String.class);
		return new Entry.Subject(Entry.SubjectKind.of(kind), present(row, "subject_id", UUID.class),
				(state != null) ? this.json.readTree(state) : null);
	}

	private static <T> T present(Readable row, String column, Class<T> type) {
		return Objects.requireNonNull(row.get(column, type));
	}

}
