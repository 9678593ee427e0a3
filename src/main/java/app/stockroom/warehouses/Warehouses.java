package app.stockroom.warehouses;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

import app.stockroom.ledger.CatalogChange;
import app.stockroom.ledger.CatalogChange.Action;
import app.stockroom.ledger.Entry;
import app.stockroom.ledger.Ledger;
import app.stockroom.platform.Ids;
import app.stockroom.platform.IfMatch;
import app.stockroom.platform.Patch;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Table;
import app.stockroom.tenancy.Caller;
import app.stockroom.tenancy.Conditions;
import app.stockroom.tenancy.Listing;
import app.stockroom.tenancy.Reads;
import app.stockroom.tenancy.Rows;
import app.stockroom.tenancy.Sort;
import app.stockroom.tenancy.TenantId;
import io.r2dbc.spi.Readable;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.stereotype.Repository;

import static app.stockroom.platform.Columns.required;

/**
 * The warehouses of a tenant. Reads leave out what is deleted; changes go through the
 * ledger, so that each has a sequence.
 */
@Repository
public class Warehouses {

	static final String LIVE = "w.deleted_at is null";

	static final Table<Warehouse> TABLE = Table.<Warehouse>named("warehouses")
		.plain("id", Warehouse::id)
		.text("name", Warehouse::name)
		.text("location", Warehouse::location)
		.plain("status", Warehouse::status)
		.plain("isDefault", Warehouse::isDefault)
		.plain("version", Warehouse::version)
		.plain("createdAt", Warehouse::createdAt)
		.plain("updatedAt", Warehouse::updatedAt)
		.plain("deletedAt", Warehouse::deletedAt);

	static final Listing<Warehouse> LISTING = new Listing<>("""
			select w.id, w.name, w.location, w.status, w.is_default, w.version, w.created_at, w.updated_at, w.deleted_at
			from warehouse w
			where w.tenant_id = $1
			""",
			Map.of("name", Sort.text("name"), "location", Sort.text("coalesce(location, '')"), "status",
					Sort.text("status"), "createdAt", Sort.time("created_at"), "updatedAt", Sort.time("updated_at")),
			Sort.id("id"), false, Warehouses::warehouse, TABLE);

	private final Reads reads;

	private final Ledger ledger;

	private final JsonMapper json;

	Warehouses(Reads reads, Ledger ledger, JsonMapper json) {
		this.reads = reads;
		this.ledger = ledger;
		this.json = json;
	}

	/**
	 * Finds a live warehouse.
	 * @return the warehouse, or the error {@code not-found}
	 */
	public Mono<Warehouse> find(TenantId tenant, UUID id) {
		return find(tenant, new Conditions().and("w.id = ?", id).and(LIVE));
	}

	/**
	 * Finds a warehouse, also one that was deleted.
	 */
	Mono<Warehouse> findEver(TenantId tenant, UUID id) {
		return find(tenant, new Conditions().and("w.id = ?", id));
	}

	private Mono<Warehouse> find(TenantId tenant, Conditions conditions) {
		return this.reads.one(tenant, LISTING.sql() + conditions.sql(), conditions::bind, LISTING.item())
			.switchIfEmpty(Mono.error(() -> Problem.NOT_FOUND.because("There is no warehouse with this id.")));
	}

	Rows<Warehouse> rows(TenantId tenant, WarehouseFilter filter) {
		return LISTING.rows(this.reads, tenant, filter.conditions(), "m.subject_kind = 2");
	}

	/**
	 * Creates a warehouse; records in it are opened when stock first comes.
	 */
	Mono<Warehouse> create(Caller caller, Warehouse.Details details) {
		return this.ledger
			.change(caller.tenant(),
					new CatalogChange(Entry.SubjectKind.WAREHOUSE, Ids.next(), Action.CREATE, null,
							this.json.writeValueAsString(details), caller.subject()))
			.map(this::warehouse);
	}

	/**
	 * Changes a warehouse. What changes nothing writes nothing.
	 */
	Mono<Warehouse> update(Caller caller, UUID id, IfMatch seen, Patch<Warehouse.Change> patch) {
		return seen.attempt(find(caller.tenant(), id).doOnNext(seen::check).flatMap((warehouse) -> {
			Warehouse.Details details = Warehouse.Change.on(warehouse, patch);
			return details.equals(warehouse.details()) ? Mono.just(warehouse)
					: write(caller, warehouse, Action.UPDATE, this.json.writeValueAsString(details))
						.map(this::warehouse);
		}));
	}

	/**
	 * Deletes a warehouse that has no stock; its history stays.
	 */
	Mono<Entry> delete(Caller caller, UUID id, IfMatch seen) {
		return seen.attempt(find(caller.tenant(), id).doOnNext(seen::check)
			.flatMap((warehouse) -> write(caller, warehouse, Action.DELETE, null)));
	}

	/**
	 * Brings a deleted warehouse back.
	 */
	Mono<Warehouse> restore(Caller caller, UUID id, IfMatch seen) {
		return seen.attempt(findEver(caller.tenant(), id).doOnNext(seen::check)
			.flatMap((warehouse) -> write(caller, warehouse, Action.RESTORE, null))
			.map(this::warehouse));
	}

	private Mono<Entry> write(Caller caller, Warehouse warehouse, Action action, @Nullable String state) {
		return this.ledger.change(caller.tenant(), new CatalogChange(Entry.SubjectKind.WAREHOUSE, warehouse.id(),
				action, warehouse.version(), state, caller.subject()));
	}

	private Warehouse warehouse(Entry entry) {
		return this.json.treeToValue(Objects.requireNonNull(entry.subject()).state(), Warehouse.class);
	}

	private static Warehouse warehouse(Readable row) {
		return new Warehouse(required(row, "id", UUID.class), required(row, "name", String.class),
				row.get("location", String.class), Warehouse.Status.valueOf(required(row, "status", String.class)),
				required(row, "is_default", Boolean.class), required(row, "version", Long.class),
				required(row, "created_at", Instant.class), required(row, "updated_at", Instant.class),
				row.get("deleted_at", Instant.class));
	}

}
