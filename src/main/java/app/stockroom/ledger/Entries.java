package app.stockroom.ledger;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;

import app.stockroom.tenancy.Reads;
import app.stockroom.tenancy.TenantId;
import io.r2dbc.spi.Readable;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.stereotype.Component;

import static app.stockroom.platform.Columns.required;

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
				row -> new Position(required(row, "epoch", String.class), required(row, "sequence", Long.class)));
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
				(statement) -> statement.bind("$2", written), (row) -> required(row, "sequence", Long.class));
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
	public Mono<List<Entry>> at(TenantId tenant, Long[] sequences) {
		return this.reads.list(tenant, AT, statement -> statement.bind("$2", sequences), this::entry);
	}

	/**
	 * Reads a row of {@link #SELECT}, by the places of its columns.
	 */
	public Entry entry(Readable row) {
		return new Entry(required(row, 0, Long.class), EntryType.of(required(row, 1, Short.class)),
				row.get(2, UUID.class), row.get(3, UUID.class), row.get(4, UUID.class), required(row, 5, Long.class),
				required(row, 6, Long.class), row.get(7, Long.class), row.get(8, Long.class), row.get(9, Long.class),
				row.get(10, Long.class), row.get(11, Long.class), row.get(12, String.class), row.get(13, String.class),
				required(row, 14, String.class), row.get(15, Instant.class), required(row, 16, Instant.class),
				row.get(17, Long.class), subject(row));
	}

	private Entry.@Nullable Subject subject(Readable row) {
		Short kind = row.get(18, Short.class);
		if (kind == null) {
			return null;
		}
		String state = row.get(20, String.class);
		return new Entry.Subject(Entry.SubjectKind.of(kind), required(row, 19, UUID.class),
				(state != null) ? this.json.readTree(state) : null);
	}

}
