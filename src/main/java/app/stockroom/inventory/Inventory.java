package app.stockroom.inventory;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

import app.stockroom.ledger.Command;
import app.stockroom.ledger.Entry;
import app.stockroom.ledger.Ledger;
import app.stockroom.ledger.Outcome;
import app.stockroom.ledger.Position;
import app.stockroom.platform.IfMatch;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import app.stockroom.platform.Table;
import app.stockroom.tenancy.Caller;
import app.stockroom.tenancy.Conditions;
import app.stockroom.tenancy.Listing;
import app.stockroom.tenancy.Lookup;
import app.stockroom.tenancy.Reads;
import app.stockroom.tenancy.Rows;
import app.stockroom.tenancy.Sort;
import app.stockroom.tenancy.TenantId;
import app.stockroom.tenancy.Tenants;
import io.r2dbc.spi.Readable;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Repository;

import static app.stockroom.platform.Columns.required;

/**
 * The inventory records of a tenant: what is where. Records of deleted products and
 * warehouses are left out.
 */
@Repository
public class Inventory {

	/**
	 * Every record there ever was: the past is full of deleted products. No record is
	 * without its warehouse; the join is an outer one because its order is then given.
	 * Before tables are first analyzed the server expects one row of each, and would else
	 * pair every product with every warehouse and look for their record.
	 */
	private static final String EVER = """
			select i.id, i.product_id, i.warehouse_id, p.sku, p.name as product_name, w.name as warehouse_name, i.quantity,
			  i.reserved, i.quantity - i.reserved as available, i.min_stock, i.max_stock, i.version, i.created_at, i.updated_at
			from inventory i
			join product p on p.tenant_id = $1 and p.id = i.product_id
			left join warehouse w on w.tenant_id = $1 and w.id = i.warehouse_id
			where i.tenant_id = $1
			""";

	static final Table<InventoryRecord> TABLE = Table.<InventoryRecord>named("inventory")
		.plain("id", InventoryRecord::id)
		.plain("productId", InventoryRecord::productId)
		.plain("warehouseId", InventoryRecord::warehouseId)
		.text("productSku", (row) -> row.product().sku())
		.text("productName", (row) -> row.product().name())
		.text("warehouseName", (row) -> row.warehouse().name())
		.plain("quantity", InventoryRecord::quantity)
		.plain("reserved", InventoryRecord::reserved)
		.plain("available", InventoryRecord::available)
		.plain("minStock", InventoryRecord::minStock)
		.plain("maxStock", InventoryRecord::maxStock)
		.plain("status", InventoryRecord::status)
		.plain("lowStock", InventoryRecord::lowStock)
		.plain("version", InventoryRecord::version)
		.plain("createdAt", InventoryRecord::createdAt)
		.plain("updatedAt", InventoryRecord::updatedAt);

	static final Listing<InventoryRecord> LISTING = new Listing<>(
			EVER + "and p.deleted_at is null and w.deleted_at is null\n",
			Map.of("sku", Sort.text("sku"), "productName", Sort.text("product_name"), "warehouseName",
					Sort.text("warehouse_name"), "quantity", Sort.whole("quantity"), "reserved", Sort.whole("reserved"),
					"available", Sort.whole("available"), "createdAt", Sort.time("created_at"), "updatedAt",
					Sort.time("updated_at")),
			Sort.id("id"), false, Inventory::row, TABLE);

	/**
	 * What brings records in or takes them out, unless they are filtered by what stock
	 * changes: an opening, a product or a warehouse.
	 */
	private static final String OPENED_OR_RENAMED = "m.type = 1 or m.subject_kind in (1, 2)";

	private static final Lookup<InventoryRecord> BY_ID = new Lookup<>(LISTING.sql() + "and i.id = any($2)",
			Inventory::row, InventoryRecord::id);

	private final Reads reads;

	private final Ledger ledger;

	private final Tenants tenants;

	Inventory(Reads reads, Ledger ledger, Tenants tenants) {
		this.tenants = tenants;
		this.reads = reads;
		this.ledger = ledger;
	}

	/**
	 * Finds a record.
	 * @return the record, or the error {@code not-found}
	 */
	public Mono<InventoryRecord> find(TenantId tenant, UUID id) {
		return this.reads.find(tenant, id, BY_ID).switchIfEmpty(Mono.error(Inventory::notFound));
	}

	/**
	 * Finds the record of a product in a warehouse.
	 * @return the record, or the error {@code not-found}
	 */
	public Mono<InventoryRecord> find(TenantId tenant, UUID warehouseId, UUID productId) {
		return one(tenant, new Conditions().and("i.warehouse_id = ?", warehouseId).and("i.product_id = ?", productId));
	}

	/**
	 * The records that a filter lets through.
	 */
	public Rows<InventoryRecord> rows(TenantId tenant, InventoryFilter filter) {
		return filter.statuses().isEmpty() ? LISTING.rows(this.reads, tenant, filter.conditions(), OPENED_OR_RENAMED)
				: LISTING.rows(this.reads, tenant, filter.conditions());
	}

	/**
	 * Reads the next records that a filter lets through, ordered by id, and the position
	 * they are true at, in one statement and so from one state of the database.
	 * @param after the last id that is not wanted, or null to begin
	 * @param limit the most records
	 */
	public Mono<Snapshot> snapshot(TenantId tenant, InventoryFilter filter, @Nullable UUID after, int limit) {
		Conditions conditions = filter.conditions().and("i.id > ?", after);
		String sql = """
				select h.epoch, h.sequence, listed.*
				from ledger_head h left join (%s order by i.id limit %d) listed on true
				where h.tenant_id = $1
				order by listed.id
				""".formatted(LISTING.sql() + conditions.sql(), limit);
		return this.reads.list(tenant, sql, conditions::bind, Inventory::positioned)
			.map((rows) -> new Snapshot(rows.getFirst().position(),
					rows.stream().map(Positioned::row).filter(Objects::nonNull).toList()));
	}

	/**
	 * Reads records by their ids, those of deleted products and warehouses included.
	 */
	public Mono<List<InventoryRecord>> records(TenantId tenant, Collection<UUID> ids) {
		return this.reads.list(tenant, EVER + "and i.id = any($2)",
				(statement) -> statement.bind("$2", ids.toArray(UUID[]::new)), Inventory::row);
	}

	/**
	 * Changes a record's thresholds and quantity. What changes nothing writes nothing.
	 */
	Mono<InventoryRecord> update(Caller caller, Mono<InventoryRecord> record, IfMatch seen, RecordChange change) {
		return seen.attempt(record.doOnNext(seen::check).flatMap((row) -> {
			List<Command.Line> lines = change.on(row);
			return lines.isEmpty() ? Mono.just(row)
					: this.ledger.post(caller.tenant(), new Command(caller.subject(), lines, null))
						.map((outcome) -> row.after(last(outcome)));
		}));
	}

	/**
	 * Opens the record of a product in a warehouse with the tenant's thresholds, or the
	 * client's.
	 */
	Mono<Outcome> open(Caller caller, @Nullable UUID warehouseId, Opening opening, Command.@Nullable Key key) {
		return this.tenants.find(caller.tenant())
			.map((tenant) -> new Thresholds(tenant.defaultMinStock(), tenant.defaultMaxStock()))
			.map((defaults) -> List.of(opening.line(warehouseId, defaults)))
			.flatMap((lines) -> this.ledger.post(caller.tenant(), new Command(caller.subject(), lines, key)));
	}

	/**
	 * The record that an entry opened, as it was then.
	 */
	Mono<InventoryRecord> opened(TenantId tenant, Entry entry) {
		// Also where a replayed key's product has been deleted since.
		return records(tenant, List.of(Objects.requireNonNull(entry.inventoryId())))
			.map((rows) -> rows.getFirst().after(entry));
	}

	private Mono<InventoryRecord> one(TenantId tenant, Conditions conditions) {
		return this.reads.one(tenant, LISTING.sql() + conditions.sql(), conditions::bind, LISTING.item())
			.switchIfEmpty(Mono.error(Inventory::notFound));
	}

	private static Refusal notFound() {
		return Problem.NOT_FOUND.because("There is no such inventory record.");
	}

	private static Entry last(Outcome outcome) {
		return switch (outcome) {
			case Outcome.Accepted accepted -> accepted.entries().getLast();
			case Outcome.Refused refused -> throw refused.refusal();
		};
	}

	private static Positioned positioned(Readable row) {
		return new Positioned(new Position(required(row, 0, String.class), required(row, 1, Long.class)),
				(row.get(2) != null) ? row(row, 2) : null);
	}

	/** Reads a row of {@link #EVER}, by the places of its columns. */
	private static InventoryRecord row(Readable row) {
		return row(row, 0);
	}

	private static InventoryRecord row(Readable row, int first) {
		UUID productId = required(row, first + 1, UUID.class);
		UUID warehouseId = required(row, first + 2, UUID.class);
		return new InventoryRecord(required(row, first, UUID.class), productId, warehouseId,
				new InventoryRecord.ProductName(productId, required(row, first + 3, String.class),
						required(row, first + 4, String.class)),
				new InventoryRecord.WarehouseName(warehouseId, required(row, first + 5, String.class)),
				required(row, first + 6, Long.class), required(row, first + 7, Long.class),
				required(row, first + 9, Long.class), required(row, first + 10, Long.class),
				required(row, first + 11, Long.class), required(row, first + 12, Instant.class),
				required(row, first + 13, Instant.class));
	}

	private record Positioned(Position position, @Nullable InventoryRecord row) {
	}

}
