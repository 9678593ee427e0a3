package app.stockroom.inventory;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

import app.stockroom.inventory.Explanation.Held;
import app.stockroom.inventory.Summary.InWarehouse;
import app.stockroom.inventory.Summary.Totals;
import app.stockroom.ledger.Alerts;
import app.stockroom.ledger.Entries;
import app.stockroom.ledger.Entry;
import app.stockroom.ledger.StockStatus;
import app.stockroom.tenancy.Reads;
import app.stockroom.tenancy.TenantId;
import io.r2dbc.spi.Readable;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Repository;

import static app.stockroom.platform.Columns.required;

/**
 * What people ask about stock beyond the records themselves.
 */
@Repository
class Inquiries {

	private static final String HELD = """
			select d.id, h.quantity, d.reference, d.created_at, d.expires_at, now() as now
			from hold h
			join document d on d.tenant_id = $1 and d.id = h.document_id
			where h.tenant_id = $1 and h.inventory_id = $2
			order by d.created_at, d.id
			limit $3
			""";

	/**
	 * One statement, so that all sums and the sequence are of one moment. Records are
	 * summed before warehouses are named, as there are fewer sums; for the outer join see
	 * {@link Inventory}.
	 */
	private static final String SUMMARY = """
			select h.sequence, s.*
			from ledger_head h
			left join (
			  select w.id as warehouse_id, w.name as warehouse_name, s.status, s.records, s.quantity, s.reserved
			  from (
			    select i.warehouse_id, stock_status(i.quantity, i.min_stock, i.max_stock) as status, count(*) as records,
			      sum(i.quantity) as quantity, sum(i.reserved) as reserved
			    from inventory i
			    join product p on p.tenant_id = $1 and p.id = i.product_id and p.deleted_at is null
			    where i.tenant_id = $1
			    group by i.warehouse_id, 2) s
			  left join warehouse w on w.tenant_id = $1 and w.id = s.warehouse_id
			  where w.deleted_at is null) s on true
			where h.tenant_id = $1
			order by s.warehouse_name, s.warehouse_id
			""";

	private final Inventory inventory;

	private final Entries entries;

	private final Alerts alerts;

	private final Reads reads;

	Inquiries(Inventory inventory, Entries entries, Alerts alerts, Reads reads) {
		this.inventory = inventory;
		this.entries = entries;
		this.alerts = alerts;
		this.reads = reads;
	}

	/**
	 * Explains a record.
	 * @return the explanation, or the error {@code not-found}
	 */
	Mono<Explanation> explain(TenantId tenant, UUID id) {
		return this.inventory.find(tenant, id)
			.flatMap((row) -> Mono.zip(held(tenant, id), movements(tenant, id), this.alerts.open(tenant, id))
				// An entry carries its record's whole state: so the numbers agree with
				// the
				// movements that explain them, whatever moves meanwhile.
				.map((parts) -> new Explanation(row.after(parts.getT2().getFirst()), parts.getT1(), parts.getT2(),
						parts.getT3())));
	}

	private Mono<List<Held>> held(TenantId tenant, UUID id) {
		return this.reads.list(tenant, HELD,
				(statement) -> statement.bind("$2", id).bind("$3", Explanation.RESERVATIONS), Inquiries::held);
	}

	private Mono<List<Entry>> movements(TenantId tenant, UUID id) {
		MovementSearch search = new MovementSearch(MovementFilter.ofRecord(id), true);
		return this.reads.list(tenant, search.page(Explanation.MOVEMENTS, 0), search.binds(), this.entries::entry);
	}

	/**
	 * Sums up the tenant's stock.
	 */
	Mono<Summary> summarize(TenantId tenant) {
		return this.reads.list(tenant, SUMMARY, (statement) -> statement, Inquiries::share).map(Inquiries::summary);
	}

	private static Summary summary(List<Share> shares) {
		List<Share> stocked = shares.stream().filter((share) -> share.warehouse() != null).toList();
		Map<UUID, List<Share>> byWarehouse = stocked.stream()
			.collect(Collectors.groupingBy((share) -> Objects.requireNonNull(share.warehouse()), LinkedHashMap::new,
					Collectors.toList()));
		return new Summary(shares.getFirst().sequence(), total(stocked), statuses(stocked),
				byWarehouse.entrySet()
					.stream()
					.map((warehouse) -> new InWarehouse(warehouse.getKey(), warehouse.getValue().getFirst().name(),
							total(warehouse.getValue()), statuses(warehouse.getValue())))
					.toList());
	}

	private static Totals total(List<Share> shares) {
		return Totals.of(shares.stream().map(Share::totals).toList());
	}

	private static Map<StockStatus, Totals> statuses(List<Share> shares) {
		return shares.stream()
			.collect(Collectors.groupingBy(Share::status, TreeMap::new,
					Collectors.mapping(Share::totals, Collectors.collectingAndThen(Collectors.toList(), Totals::of))));
	}

	private static Held held(Readable row) {
		Instant since = required(row, "created_at", Instant.class);
		return new Held(required(row, "id", UUID.class), required(row, "quantity", Long.class),
				row.get("reference", String.class), since,
				Duration.between(since, required(row, "now", Instant.class)).toSeconds(),
				row.get("expires_at", Instant.class));
	}

	private static Share share(Readable row) {
		long sequence = required(row, "sequence", Long.class);
		UUID warehouse = row.get("warehouse_id", UUID.class);
		if (warehouse == null) {
			return new Share(sequence, null, "", StockStatus.OK, Totals.of(Set.of()));
		}
		return new Share(sequence, warehouse, required(row, "warehouse_name", String.class),
				StockStatus.valueOf(required(row, "status", String.class)),
				new Totals(required(row, "records", Long.class),
						required(row, "quantity", BigDecimal.class).toBigIntegerExact(),
						required(row, "reserved", BigDecimal.class).toBigIntegerExact()));
	}

	/** The records of one status in one warehouse; no warehouse where there are none. */
	private record Share(long sequence, @Nullable UUID warehouse, String name, StockStatus status, Totals totals) {
	}

}
