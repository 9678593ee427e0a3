package app.stockroom.inventory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import app.stockroom.inventory.MovementSource.Span;
import app.stockroom.ledger.Entries;
import app.stockroom.ledger.EntryType;
import app.stockroom.platform.Limits;
import app.stockroom.tenancy.Conditions;
import io.r2dbc.spi.Statement;
import org.jspecify.annotations.Nullable;

/**
 * The SQL that finds what a filter lets through, from an index and in its order, so that
 * a page reads as much as it shows and not as much as there is. Where no index has it all
 * in order, a {@linkplain MovementSieve sieve} reads one that has most of it, up to a
 * limit.
 */
final class MovementSearch {

	/** More types than these are hardly rare, and too many ranges in every warehouse. */
	private static final int FEW_TYPES = 4;

	private final Conditions bound = new Conditions();

	private final MovementFilter filter;

	private final boolean descending;

	/** The indexes that have it all, unless there is a sieve. */
	private final List<MovementSource> sources = new ArrayList<>();

	private final @Nullable MovementSieve sieve;

	private final @Nullable String types;

	private final @Nullable String warehouse;

	private final @Nullable String records;

	private final @Nullable String reference;

	private long first;

	private long last;

	/**
	 * Chooses the index.
	 */
	MovementSearch(MovementFilter filter, boolean descending) {
		this.filter = filter;
		this.descending = descending;
		this.first = (filter.fromSequence() != null) ? filter.fromSequence() : 0;
		this.last = (filter.toSequence() != null) ? filter.toSequence() : Long.MAX_VALUE;
		Short[] codes = filter.typeCodes();
		this.types = (codes != null) ? placeholder(codes) + "::smallint[]" : null;
		this.warehouse = (filter.warehouseId() != null) ? placeholder(filter.warehouseId()) + "::uuid" : null;
		this.records = filter.namesRecords() ? records() : null;
		this.reference = (filter.reference() != null) ? placeholder(filter.reference()) + "::text" : null;
		this.sieve = sieve();
		if (this.sieve == null) {
			chooseSources();
		}
	}

	/** A product's entries are those of its records, which are few. */
	private String records() {
		StringBuilder ids = new StringBuilder("select i.id as v1 from inventory i where i.tenant_id = $1");
		if (this.filter.inventoryId() != null) {
			ids.append(" and i.id = ").append(placeholder(this.filter.inventoryId()));
		}
		if (this.filter.productId() != null) {
			ids.append(" and i.product_id = ").append(placeholder(this.filter.productId()));
		}
		if (this.warehouse != null) {
			ids.append(" and i.warehouse_id = ").append(this.warehouse);
		}
		if (this.filter.sku() != null) {
			ids.append(" and i.product_id = (select p.id from product p where p.tenant_id = $1 and p.sku = ")
				.append(placeholder(this.filter.sku()))
				.append(" and p.deleted_at is null)");
		}
		return ids.toString();
	}

	private @Nullable MovementSieve sieve() {
		boolean fewTypes = this.filter.types().size() <= FEW_TYPES;
		if (this.reference != null) {
			String fits = fitting(placed(), typed());
			List<MovementSource> others = (this.records != null) ? List.of(ofRecords())
					: fewTypes ? ofPlaces() : List.of();
			return fits.equals("true") ? null : new MovementSieve(ofReference(), fits, others,
					fitting("m.reference = " + this.reference, (this.records != null) ? typed() : "true"));
		}
		if (this.types != null && this.records != null) {
			return new MovementSieve(ofRecords(), typed(), fewTypes ? ofPlaces() : List.of(), placed());
		}
		if (fewTypes || this.warehouse != null || this.records != null) {
			return null;
		}
		// What only the entry itself tells keeps the ledger's own order: an index that
		// tells the type has another.
		return new MovementSieve(new MovementSource("select 1"), fitting(typed(), "m.created_at >= '-infinity'"),
				List.of(), "true");
	}

	private void chooseSources() {
		if (this.reference != null) {
			this.sources.add(ofReference());
		}
		else if (this.records != null) {
			this.sources.add(ofRecords());
		}
		else if (this.warehouse == null && this.types == null) {
			this.sources.add(new MovementSource("select 1"));
		}
		else {
			this.sources.addAll(ofPlaces());
		}
	}

	private MovementSource ofReference() {
		return new MovementSource("select %s as v1".formatted(this.reference), List.of("reference"),
				" and m.reference is not null");
	}

	private MovementSource ofRecords() {
		return new MovementSource(String.valueOf(this.records), "inventory_id");
	}

	/** Types in warehouses: all of both, unless the filter says which. */
	private List<MovementSource> ofPlaces() {
		String places = (this.records != null)
				? "select distinct r.warehouse_id as id from inventory r where r.tenant_id = $1 and r.id = any (array(%s))"
					.formatted(this.records)
				: (this.warehouse != null) ? "select " + this.warehouse + " as id"
						: "select a.id from warehouse a where a.tenant_id = $1";
		MovementSource source = new MovementSource(
				"select w.id as v1, t.code as v2 from (%s) w cross join unnest(%s) t(code)".formatted(places,
						(this.types != null) ? this.types : everyType()),
				"warehouse_id", "type");
		if (this.records != null || this.warehouse != null) {
			return List.of(source);
		}
		// What is about no record is in no warehouse, and has an index of its own.
		return List.of(source, new MovementSource("select unnest(%s) as v1".formatted(this.types), List.of("type"),
				" and m.warehouse_id is null"));
	}

	private static String everyType() {
		return Arrays.stream(EntryType.values())
			.map((type) -> Short.toString(type.code()))
			.collect(Collectors.joining(",", "'{", "}'::smallint[]"));
	}

	/** The condition on an entry that it is of a record or in a warehouse. */
	private String placed() {
		return (this.records != null) ? "m.inventory_id = any (array(" + this.records + "))"
				: (this.warehouse != null) ? "m.warehouse_id = " + this.warehouse : "true";
	}

	private String typed() {
		return (this.types != null) ? "m.type = any (" + this.types + ")" : "true";
	}

	private static String fitting(String... conditions) {
		String all = Arrays.stream(conditions)
			.filter((condition) -> !condition.equals("true"))
			.collect(Collectors.joining(" and "));
		return all.isEmpty() ? "true" : all;
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
	 * Whether a page may end before it is full, though there is more behind it.
	 */
	boolean isSifted() {
		return this.sieve != null;
	}

	/**
	 * Reads a page: with the bound values, {@code limit} entries from {@code offset} on.
	 */
	String page(int limit, int offset) {
		Span span = span();
		String found = "%s order by 1%s %s".formatted(found(span, placeholder((long) limit + offset)), span.direction(),
				part(limit, offset));
		return Entries.SELECT + "and m.sequence = any (array(" + found + ")) order by m.sequence" + span.direction();
	}

	/**
	 * Counts what there is, as far as a page number can lead.
	 */
	String count() {
		int most = Limits.PAGED_ITEMS + 1;
		return "select count(*) as total from (select 1 from (%s) found limit %d) counted"
			.formatted(found(span(), Integer.toString(most)), most);
	}

	/**
	 * Finds a page and counts, as {@link MovementSieve#select} says.
	 * @param searched the most entries to read
	 * @param most the most to find and count
	 */
	String sift(int searched, int most, int limit, int offset) {
		if (this.sieve == null) {
			throw new IllegalStateException("An index has all of this in order");
		}
		return this.sieve.select(span(), searched, placeholder((long) most), part(limit, offset));
	}

	/**
	 * Reads all. A record, a reference and the ledger itself are read in the order of an
	 * index; a warehouse or a type is picked from the ledger or sorted by the database.
	 */
	String all() {
		Span span = span();
		String one = (this.filter.inventoryId() != null) ? "m.inventory_id = (%s)".formatted(this.records) : placed();
		String whole = fitting((this.reference != null) ? "m.reference = " + this.reference : "true", one, typed());
		return Entries.SELECT + "and " + whole + " and m.sequence >= " + span.first() + " and m.sequence <= "
				+ span.last() + " order by m.sequence" + span.direction();
	}

	/** What is bound, from {@code $2} on. */
	List<Object> values() {
		return this.bound.values();
	}

	UnaryOperator<Statement> binds() {
		return this.bound::bind;
	}

	/** Selects the sequences of what is found, in any order: enough for so many. */
	private String found(Span span, String most) {
		return this.sources.stream()
			.map((source) -> source.select("m.sequence", span, "", "limit " + most))
			.collect(Collectors.joining(" union all "));
	}

	private String part(int limit, int offset) {
		return "limit %s offset %s".formatted(placeholder((long) limit), placeholder((long) offset));
	}

	/** Bound on both sides, so that an index can begin and stop there. */
	private Span span() {
		return new Span(placeholder(this.first) + "::bigint", placeholder(this.last) + "::bigint", this.descending);
	}

	private String placeholder(Object value) {
		return this.bound.placeholder(value);
	}

}
