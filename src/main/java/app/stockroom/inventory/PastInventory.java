package app.stockroom.inventory;

import java.util.UUID;

import app.stockroom.ledger.Entries;
import app.stockroom.platform.Moment;
import app.stockroom.platform.Problem;
import app.stockroom.tenancy.Conditions;
import app.stockroom.tenancy.Listing;
import app.stockroom.tenancy.Reads;
import app.stockroom.tenancy.Rows;
import app.stockroom.tenancy.TenantId;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Repository;

/**
 * The inventory records of a tenant as they once stood: with the stock, the thresholds
 * and the names of then, and with products and warehouses that were deleted only later.
 */
@Repository
class PastInventory {

	/**
	 * {@code $2} is the last sequence that counts. The newest entry up to it carries the
	 * record's whole state. The ranges from a value to itself are explained in
	 * {@link MovementSearch}, the outer join in {@link Inventory}. A default warehouse
	 * has no entry before its first change.
	 */
	private static final String THEN = """
			select i.*
			from (
			  select i.id, i.product_id, i.warehouse_id, coalesce(product_then.state ->> 'sku', p.sku) as sku,
			    coalesce(product_then.state ->> 'name', p.name) as product_name,
			    coalesce(warehouse_then.state ->> 'name', w.name) as warehouse_name, m.quantity_after as quantity,
			    m.reserved_after as reserved, m.quantity_after - m.reserved_after as available, m.min_stock, m.max_stock,
			    m.version, i.created_at, m.created_at as updated_at
			  from inventory i
			  join product p on p.tenant_id = $1 and p.id = i.product_id
			  left join warehouse w on w.tenant_id = $1 and w.id = i.warehouse_id
			  cross join lateral (
			    select e.* from movement e
			    where e.tenant_id = $1 and e.inventory_id >= i.id and e.inventory_id <= i.id and e.sequence <= $2
			    order by e.inventory_id desc, e.sequence desc limit 1) m
			  left join lateral (
			    select e.subject_state as state from movement e
			    where e.tenant_id = $1 and e.subject_id >= p.id and e.subject_id <= p.id and e.subject_kind = 1
			      and e.sequence <= $2
			    order by e.subject_id desc, e.sequence desc limit 1) product_then on true
			  left join lateral (
			    select e.subject_state as state from movement e
			    where e.tenant_id = $1 and e.subject_id >= w.id and e.subject_id <= w.id and e.subject_kind = 2
			      and e.sequence <= $2
			    order by e.subject_id desc, e.sequence desc limit 1) warehouse_then on true
			  where i.tenant_id = $1 and product_then.state ->> 'deletedAt' is null
			    and warehouse_then.state ->> 'deletedAt' is null) i
			cross join lateral (select i.sku, i.product_name as name) p
			where true
			""";

	static final Listing<InventoryRecord> LISTING = new Listing<>(THEN, Inventory.LISTING.sorts(),
			Inventory.LISTING.key(), false, Inventory.LISTING.item(), Inventory.TABLE);

	private final Reads reads;

	private final Entries entries;

	PastInventory(Reads reads, Entries entries) {
		this.reads = reads;
		this.entries = entries;
	}

	/**
	 * Finds a record as it stood.
	 * @return the record, or the error {@code not-found} where there was none yet
	 */
	Mono<InventoryRecord> find(TenantId tenant, UUID id, Moment moment) {
		return sequence(tenant, moment).flatMap((sequence) -> {
			Conditions conditions = upTo(sequence).and("i.id = ?", id);
			return this.reads.one(tenant, THEN + conditions.sql(), conditions::bind, LISTING.item());
		}).switchIfEmpty(Mono.error(() -> Problem.NOT_FOUND.because("There was no such inventory record then.")));
	}

	/**
	 * The records that a filter lets through, which it judges as they stood.
	 */
	Mono<Rows<InventoryRecord>> rows(TenantId tenant, InventoryFilter filter, Moment moment) {
		return sequence(tenant, moment)
			.map((sequence) -> LISTING.rows(this.reads, tenant, filter.conditions(upTo(sequence))));
	}

	private Mono<Long> sequence(TenantId tenant, Moment moment) {
		return (moment.sequence() != null) ? Mono.just(moment.sequence())
				: Mono.justOrEmpty(moment.time()).flatMap((time) -> this.entries.sequenceAt(tenant, time));
	}

	private static Conditions upTo(long sequence) {
		Conditions conditions = new Conditions();
		conditions.placeholder(sequence);
		return conditions;
	}

}
