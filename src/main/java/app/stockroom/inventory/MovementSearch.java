package app.stockroom.inventory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import app.stockroom.ledger.Entries;
import app.stockroom.ledger.EntryType;
import app.stockroom.platform.Limits;
import app.stockroom.tenancy.Conditions;
import io.r2dbc.spi.Statement;
import org.jspecify.annotations.Nullable;

/**
 * The SQL that finds what a filter lets through, from an index and in its order, so that
 * a page reads as much as it shows and not as much as there is.
 * <p>
 * It does not leave the choice of the index to the planner, who thinks that a page of a
 * value is found quickly by reading the ledger from its end; for a value that only stands
 * at the other end that is the whole ledger. A range of rows from a value to itself says
 * what equality says, but only the value's own index has its order.
 * <p>
 * A reference together with something else has no index of its own. Then both are tried
 * for a few entries, and if one is rare it decides. Only where neither is, the entries of
 * the reference are read until there are enough that fit.
 */
final class MovementSearch {

	/** What is rare: so many entries are read to see whether each of them fits. */
	private static final int CANDIDATES = 200;

	private final Conditions bound = new Conditions();

	private final List<Source> sources = new ArrayList<>();

	/** The index that is asked too when a reference was not rare. */
	private @Nullable Source other;

	private final boolean descending;

	/** The filter as it is, for who reads everything that it lets through. */
	private final StringBuilder whole = new StringBuilder();

	private long first;

	private long last;

	/**
	 * Chooses the index.
	 */
	MovementSearch(MovementFilter filter, boolean descending) {
		this.descending = descending;
		this.first = (filter.fromSequence() != null) ? filter.fromSequence() : 0;
		this.last = (filter.toSequence() != null) ? filter.toSequence() : Long.MAX_VALUE;
		String types = (filter.typeCodes() != null) ? placeholder(filter.typeCodes()) + "::smallint[]" : null;
		boolean placed = filter.warehouseId() != null || types != null;
		Source narrow = filter.namesRecords() ? records(filter, types) : placed ? places(filter, types) : null;
		if (filter.reference() != null) {
			String reference = placeholder(filter.reference()) + "::text";
			this.whole.append(" and m.reference = ").append(reference);
			String fits = (narrow != null) ? narrow.condition() : "true";
			this.sources.add(new Source("select %s as v1".formatted(reference), " and m.reference is not null",
					List.of("reference"), fits));
			this.other = (narrow != null) ? narrow.fitting("m.reference = " + reference) : null;
		}
		else if (narrow == null) {
			this.sources.add(new Source("select 1", "", List.of(), "true"));
		}
		else {
			this.sources.add(narrow);
			if (!filter.namesRecords() && filter.warehouseId() == null) {
				// What is about no record is in no warehouse, and has an index of its
				// own.
				this.sources.add(new Source("select unnest(%s) as v1".formatted(types), " and m.warehouse_id is null",
						List.of("type"), "true"));
			}
		}
	}

	/** A product's entries are those of its records, which are few. */
	private Source records(MovementFilter filter, @Nullable String types) {
		Conditions records = this.bound;
		StringBuilder values = new StringBuilder("select i.id as v1 from inventory i where i.tenant_id = $1");
		if (filter.inventoryId() != null) {
			values.append(" and i.id = ").append(records.placeholder(filter.inventoryId()));
		}
		if (filter.productId() != null) {
			values.append(" and i.product_id = ").append(records.placeholder(filter.productId()));
		}
		if (filter.warehouseId() != null) {
			values.append(" and i.warehouse_id = ").append(records.placeholder(filter.warehouseId()));
		}
		if (filter.sku() != null) {
			values.append(" and i.product_id = (select p.id from product p where p.tenant_id = $1 and p.sku = ")
				.append(records.placeholder(filter.sku()))
				.append(" and p.deleted_at is null)");
		}
		this.whole.append(" and m.inventory_id = ")
			.append((filter.inventoryId() != null) ? "(%s)".formatted(values) : "any (array(%s))".formatted(values))
			.append((types != null) ? " and m.type = any(" + types + ")" : "");
		// The index has the type beside its key; the sum keeps other indexes out.
		return new Source(values.toString(), (types != null) ? " and m.type + 0::smallint = any(" + types + ")" : "",
				List.of("inventory_id"), "true");
	}

	private Source places(MovementFilter filter, @Nullable String types) {
		String warehouses = "select a.id from warehouse a where a.tenant_id = $1";
		if (filter.warehouseId() != null) {
			String warehouse = placeholder(filter.warehouseId()) + "::uuid";
			this.whole.append(" and m.warehouse_id = ").append(warehouse);
			warehouses = "select " + warehouse + " as id";
		}
		if (types != null) {
			this.whole.append(" and m.type = any(").append(types).append(")");
		}
		return new Source("select w.id as v1, t.code as v2 from (%s) w cross join unnest(%s) t(code)"
			.formatted(warehouses, (types != null) ? types : everyType()), "", List.of("warehouse_id", "type"), "true");
	}

	private static String everyType() {
		return Arrays.stream(EntryType.values())
			.map((type) -> Short.toString(type.code()))
			.collect(Collectors.joining(",", "'{", "}'::smallint[]"));
	}

	/**
	 * Leaves out everything up to a sequence, itself included, in the search's order.
	 */
	MovementSearch behind(long sequence) {
		if (this.descending) {
			this.last = Math.min(this.last, sequence - 1);
		}
		else {
			this.first = Math.max(this.first, sequence + 1);
		}
		return this;
	}

	/**
	 * Reads a page: with the bound values, {@code limit} entries from {@code offset} on.
	 */
	String page(int limit, int offset) {
		String found = "%s order by 1%s limit %s offset %s".formatted(found(placeholder((long) limit + offset)),
				direction(), placeholder((long) limit), placeholder((long) offset));
		return Entries.SELECT + "and m.sequence = any (array(" + found + ")) order by m.sequence" + direction();
	}

	/**
	 * Reads all. A record, a reference and the ledger itself are read in the order of an
	 * index; a warehouse or a type is picked from the ledger or sorted by the database.
	 */
	String all() {
		Range range = range();
		return Entries.SELECT + this.whole + " and m.sequence >= " + range.first + " and m.sequence <= " + range.last
				+ " order by m.sequence" + direction();
	}

	/**
	 * Counts what there is, as far as a page number can lead.
	 */
	String count() {
		int most = Limits.PAGED_ITEMS + 1;
		return "select count(*) as total from (select 1 from (%s) found limit %d) counted"
			.formatted(found(Integer.toString(most)), most);
	}

	/** What is bound, from {@code $2} on. */
	List<Object> values() {
		return this.bound.values();
	}

	UnaryOperator<Statement> binds() {
		return this.bound::bind;
	}

	/** Selects the sequences of what is found, in any order: enough for so many. */
	private String found(String most) {
		Range range = range();
		if (this.other == null) {
			return this.sources.stream()
				.map((source) -> source.select("m.sequence", range, source.rest, direction(), most))
				.collect(Collectors.joining(" union all "));
		}
		Source reference = this.sources.getFirst();
		return """
				select f.sequence from (%s
				select a.sequence from a, several s where a.fits and not s.common_a
				union all
				select b.sequence from b, several s where b.fits and s.common_a and not s.common
				union all
				select c.sequence from (select 1 from several s where s.common) s cross join lateral (%s) c) f
				""".formatted(candidates(range),
				reference.select("m.sequence", range, reference.rest + " and " + reference.fits, direction(), most));
	}

	/** The first entries of both indexes; and whether one has no others. */
	private String candidates(Range range) {
		String few = Integer.toString(CANDIDATES + 1);
		Source one = this.sources.getFirst();
		Source two = Objects.requireNonNull(this.other);
		return """
				with a as materialized (select * from (%1$s) a limit %3$s),
				b as materialized (select * from (%2$s) b where (select count(*) from a) = %3$s limit %3$s),
				several as materialized (select (select count(*) from a) = %3$s as common_a,
				  (select count(*) from b) = %3$s as common)
				""".formatted(one.select("m.sequence, " + one.fits + " as fits", range, one.rest, direction(), few),
				two.select("m.sequence, " + two.fits + " as fits", range, two.rest, direction(), few), few);
	}

	/** Bound on both sides, so that an index can begin and stop there. */
	private Range range() {
		return new Range(placeholder(this.first) + "::bigint", placeholder(this.last) + "::bigint");
	}

	private String placeholder(Object value) {
		return this.bound.placeholder(value);
	}

	private String direction() {
		return this.descending ? " desc" : "";
	}

	/**
	 * Ranges of one index.
	 *
	 * @param values selects what its columns are to be, as v1 and v2
	 * @param rest what else the index can tell of an entry
	 * @param columns the index's columns between tenant and sequence
	 * @param fits what only the entry itself can tell
	 */
	private record Source(String values, String rest, List<String> columns, String fits) {

		Source fitting(String condition) {
			return new Source(this.values, this.rest, this.columns, condition);
		}

		/** The same as a condition on an entry. */
		String condition() {
			String names = this.columns.stream().map((column) -> "m." + column).collect(Collectors.joining(", "));
			return "((" + names + ") in (" + this.values + ")" + this.rest + ")";
		}

		/** Of each range so many entries, in the index's order. */
		String select(String what, Range range, String conditions, String direction, String most) {
			int lastColumn = this.columns.size() - 1;
			String equal = IntStream.range(0, Math.max(0, lastColumn))
				.mapToObj((i) -> " and m." + this.columns.get(i) + " = v.v" + (i + 1))
				.collect(Collectors.joining());
			String column = (lastColumn < 0) ? "" : "m." + this.columns.get(lastColumn) + ", ";
			String value = (lastColumn < 0) ? "" : "v.v" + (lastColumn + 1) + ", ";
			String order = (lastColumn < 0) ? "" : "m." + this.columns.get(lastColumn) + direction + ", ";
			return """
					select e.* from (%s) v cross join lateral (
					  select %s from movement m where m.tenant_id = $1%s
					    and (%sm.sequence) >= (%s%s) and (%sm.sequence) <= (%s%s)%s
					  order by %sm.sequence%s limit %s) e
					""".formatted(this.values, what, equal, column, value, range.first, column, value, range.last,
					conditions, order, direction, most);
		}

	}

	/** Placeholders of the first and the last sequence. */
	private record Range(String first, String last) {
	}

}
