package app.stockroom.inventory;

import java.util.List;
import java.util.UUID;

import app.stockroom.tenancy.Reads;
import app.stockroom.tenancy.TenantId;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.r2dbc.spi.Readable;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Repository;

import static app.stockroom.platform.Columns.required;

/**
 * Recomputes a tenant's invariants from its ledger.
 */
@Repository
class Verification {

	/** The most deviations that are named. */
	static final int DEVIATIONS = 1000;

	/**
	 * One statement, so that ledger and records are of one moment. It looks for one
	 * deviation more than is named.
	 */
	private static final String VERIFY = """
			select 'head' as invariant, null::uuid as inventory_id, h.sequence, null as expected, null as actual
			from ledger_head h where h.tenant_id = $1
			union all (
			select 'I1', i.id, null, '0 <= reserved <= quantity', format('quantity %s, reserved %s', i.quantity, i.reserved)
			from inventory i where i.tenant_id = $1 and not (i.reserved between 0 and i.quantity)
			union all
			select 'I2', i.id, m.sequence, coalesce(m.state, 'an entry'),
			  format('quantity %s, reserved %s, version %s', i.quantity, i.reserved, i.version)
			from inventory i
			left join lateral (
			  select e.sequence, format('quantity %s, reserved %s, version %s', e.quantity_after, e.reserved_after, e.version) as state
			  from movement e
			  where e.tenant_id = $1 and e.inventory_id >= i.id and e.inventory_id <= i.id
			  order by e.inventory_id desc, e.sequence desc limit 1) m on true
			where i.tenant_id = $1
			  and m.state is distinct from format('quantity %s, reserved %s, version %s', i.quantity, i.reserved, i.version)
			union all
			select case when e.chain then 'I2' else 'I3' end, e.inventory_id, e.sequence,
			  case when e.chain then format('quantity %s, reserved %s, version %s', e.quantity_was + e.delta, e.reserved_was + e.reserved_delta, e.version_was + 1)
			    else format('sequence %s, not before %s', e.before + 1, e.before_at) end,
			  case when e.chain then format('quantity %s, reserved %s, version %s', e.quantity_after, e.reserved_after, e.version)
			    else format('sequence %s at %s', e.sequence, e.created_at) end
			from (
			  select m.*, lag(m.quantity_after, 1, 0::bigint) over record as quantity_was,
			    lag(m.reserved_after, 1, 0::bigint) over record as reserved_was, lag(m.version, 1, 0::bigint) over record as version_was,
			    lag(m.sequence, 1, 0::bigint) over ledger as before, lag(m.created_at) over ledger as before_at,
			    m.inventory_id is not null and (m.quantity_after, m.reserved_after, m.version) is distinct from (
			      lag(m.quantity_after, 1, 0::bigint) over record + m.delta,
			      lag(m.reserved_after, 1, 0::bigint) over record + m.reserved_delta,
			      lag(m.version, 1, 0::bigint) over record + 1) as chain
			  from movement m where m.tenant_id = $1
			  window record as (partition by m.inventory_id order by m.sequence), ledger as (order by m.sequence)) e
			where e.chain or e.sequence <> e.before + 1 or e.created_at < e.before_at
			union all
			select 'I3', null, h.sequence, format('the ledger ends at %s', h.sequence), format('it ends at %s', coalesce(m.sequence, 0))
			from ledger_head h left join lateral (select max(e.sequence) as sequence from movement e where e.tenant_id = $1) m on true
			where h.tenant_id = $1 and h.sequence <> coalesce(m.sequence, 0)
			limit 1001)
			""";

	private final Reads reads;

	Verification(Reads reads) {
		this.reads = reads;
	}

	/**
	 * Verifies the whole ledger, which may take minutes.
	 */
	Mono<Report> verify(TenantId tenant) {
		return this.reads.stream(tenant, VERIFY, (statement) -> statement, Verification::deviation)
			.collectList()
			.map(Verification::report);
	}

	private static Report report(List<Deviation> rows) {
		List<Deviation> deviations = rows.stream().filter((row) -> !row.invariant().equals("head")).toList();
		Long sequence = rows.stream()
			.filter((row) -> row.invariant().equals("head"))
			.findFirst()
			.map(Deviation::sequence)
			.orElse(0L);
		return new Report(sequence, deviations.isEmpty(), deviations.stream().limit(DEVIATIONS).toList(),
				(deviations.size() > DEVIATIONS) ? true : null);
	}

	private static Deviation deviation(Readable row) {
		return new Deviation(required(row, "invariant", String.class), row.get("inventory_id", UUID.class),
				row.get("sequence", Long.class), row.get("expected", String.class), row.get("actual", String.class));
	}

	/**
	 * What came of it.
	 *
	 * @param sequence the place in the ledger that it is true at
	 * @param holds whether all invariants hold
	 * @param deviations where they do not
	 * @param more true when there are more deviations than are named
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	record Report(long sequence, boolean holds, List<Deviation> deviations, @Nullable Boolean more) {
	}

	/**
	 * A record or an entry that deviates.
	 *
	 * @param invariant the invariant's name in docs/guarantees.md
	 * @param inventoryId the record
	 * @param sequence the entry
	 * @param expected what follows from the ledger
	 * @param actual what is stored
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	record Deviation(String invariant, @Nullable UUID inventoryId, @Nullable Long sequence, @Nullable String expected,
			@Nullable String actual) {
	}

}
