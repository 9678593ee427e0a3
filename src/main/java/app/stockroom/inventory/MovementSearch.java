package app.stockroom.inventory;

import java.util.List;
import java.util.function.UnaryOperator;

import app.stockroom.ledger.Entries;
import app.stockroom.platform.Limits;
import app.stockroom.tenancy.Conditions;
import io.r2dbc.spi.Statement;
import org.jspecify.annotations.Nullable;

/**
 * The SQL that finds what a filter lets through, from one index and in its order, so that
 * a page reads as much as it shows and not as much as there is.
 * <p>
 * It does not leave the choice of the index to the planner, who thinks that a page of a
 * value is found quickly by reading the ledger from its end; for a value that only stands
 * at the other end that is the whole ledger. A range from a value to itself says what
 * equality says, but only the value's own index has its order.
 */
final class MovementSearch {

	private final Conditions conditions = new Conditions();

	private final @Nullable String column;

	private final String values;

	/** Whether there is one value at most. */
	private final boolean single;

	private final boolean descending;

	/**
	 * Chooses the index: the one whose values are likely to be rarest.
	 */
	MovementSearch(MovementFilter filter, boolean descending) {
		this.descending = descending;
		if (filter.namesRecords()) {
			this.column = "inventory_id";
			this.values = records(filter);
		}
		else if (filter.reference() != null) {
			this.column = "reference";
			this.values = "select %s::text as value".formatted(this.conditions.placeholder(filter.reference()));
		}
		else if (filter.actor() != null) {
			this.column = "actor";
			this.values = "select %s::text as value".formatted(this.conditions.placeholder(filter.actor()));
		}
		else if (filter.typeCodes() != null) {
			this.column = "type";
			this.values = "select unnest(%s::smallint[]) as value"
				.formatted(this.conditions.placeholder(filter.typeCodes()));
		}
		else if (filter.warehouseId() != null) {
			this.column = "warehouse_id";
			this.values = "select %s::uuid as value".formatted(this.conditions.placeholder(filter.warehouseId()));
		}
		else {
			this.column = null;
			this.values = "select 1";
		}
		this.single = filter.namesRecords() ? filter.inventoryId() != null
				: !"type".equals(this.column) || filter.types().size() == 1;
		rest(filter);
	}

	/** A product's entries are those of its records, which are few. */
	private String records(MovementFilter filter) {
		StringBuilder records = new StringBuilder("select i.id as value from inventory i where i.tenant_id = $1");
		if (filter.inventoryId() != null) {
			records.append(" and i.id = ").append(this.conditions.placeholder(filter.inventoryId()));
		}
		if (filter.productId() != null) {
			records.append(" and i.product_id = ").append(this.conditions.placeholder(filter.productId()));
		}
		if (filter.warehouseId() != null) {
			records.append(" and i.warehouse_id = ").append(this.conditions.placeholder(filter.warehouseId()));
		}
		if (filter.sku() != null) {
			records.append(" and i.product_id = (select p.id from product p where p.tenant_id = $1 and p.sku = ")
				.append(this.conditions.placeholder(filter.sku()))
				.append(" and p.deleted_at is null)");
		}
		return records.toString();
	}

	private void rest(MovementFilter filter) {
		this.conditions.and("m.sequence >= ?", filter.fromSequence())
			.and("m.sequence <= ?", filter.toSequence())
			.and("m.reference = ?", unless("reference", filter.reference()))
			.and("m.actor = ?", unless("actor", filter.actor()))
			.and("m.type = any(?)", unless("type", filter.typeCodes()))
			.and("m.warehouse_id = ?", filter.namesRecords() ? null : unless("warehouse_id", filter.warehouseId()));
	}

	private @Nullable Object unless(String chosen, @Nullable Object value) {
		return chosen.equals(this.column) ? null : value;
	}

	/**
	 * Leaves out everything up to a sequence, itself included, in the search's order.
	 */
	MovementSearch behind(long sequence) {
		this.conditions.and(this.descending ? "m.sequence < ?" : "m.sequence > ?", sequence);
		return this;
	}

	/**
	 * Reads a page: with the bound values, {@code limit} entries from {@code offset} on.
	 */
	String page(int limit, int offset) {
		String first = this.conditions.placeholder((long) limit + offset);
		String found = """
				select found.sequence from (%s) v cross join lateral (%s limit %s) found
				order by found.sequence%s limit %s offset %s
				""".formatted(this.values, found(), first, direction(), this.conditions.placeholder((long) limit),
				this.conditions.placeholder((long) offset));
		return Entries.SELECT + "and m.sequence = any (array(" + found + ")) order by m.sequence" + direction();
	}

	/**
	 * Reads all. One value is read in the order of its index, and no value in that of the
	 * ledger itself; several values are sorted by the database, or picked from the whole
	 * ledger if they are most of it.
	 */
	String all() {
		String values = (this.column == null) ? "" : "and m.%s = %s\n".formatted(this.column,
				this.single ? "(" + this.values + ")" : "any (array(" + this.values + "))");
		return Entries.SELECT + values + this.conditions.sql() + "order by m.sequence" + direction();
	}

	/**
	 * Counts what there is, as far as a page number can lead.
	 */
	String count() {
		int most = Limits.PAGED_ITEMS + 1;
		return """
				select count(*) as total from (
				  select 1 from (%s) v cross join lateral (%s limit %d) found limit %d) counted
				""".formatted(this.values, found(), most, most);
	}

	/** What is bound, from {@code $2} on. */
	List<Object> values() {
		return this.conditions.values();
	}

	UnaryOperator<Statement> binds() {
		return this.conditions::bind;
	}

	private String found() {
		String order = direction();
		String value = (this.column == null) ? ""
				: "and m.%1$s >= v.value and m.%1$s <= v.value\n".formatted(this.column);
		String byColumn = (this.column == null) ? "" : "m." + this.column + order + ", ";
		return "select m.sequence from movement m where m.tenant_id = $1 " + value + this.conditions.sql() + "order by "
				+ byColumn + "m.sequence" + order;
	}

	private String direction() {
		return this.descending ? " desc" : "";
	}

}
