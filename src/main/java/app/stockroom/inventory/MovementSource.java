package app.stockroom.inventory;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Ranges of one index of the ledger, each in the order of the sequence.
 * <p>
 * The choice of the index is not left to the planner, who thinks that a page of a value
 * is found quickly by reading the ledger from its end; for a value that only stands at
 * the other end that is the whole ledger. A range of rows from a value to itself says
 * what equality says, but only the value's own index has its order. The values are found
 * first, because a planner who expects much of the entries cares little how.
 *
 * @param values selects what the index's columns are to be, as v1 and v2
 * @param columns the index's columns between tenant and sequence
 * @param predicate what its entries have in common, or empty
 */
record MovementSource(String values, List<String> columns, String predicate) {

	MovementSource(String values, String... columns) {
		this(values, List.of(columns), "");
	}

	/**
	 * Of each range so many entries, in the index's order.
	 * @param what the expressions to select of an entry m
	 * @param conditions more that an entry must meet, or empty
	 * @param limit the limit clause of each range
	 */
	String select(String what, Span span, String conditions, String limit) {
		int last = this.columns.size() - 1;
		String equal = IntStream.range(0, Math.max(0, last))
			.mapToObj((i) -> " and m." + this.columns.get(i) + " = v.v" + (i + 1))
			.collect(Collectors.joining());
		String column = (last < 0) ? "" : "m." + this.columns.get(last) + ", ";
		String value = (last < 0) ? "" : "v.v" + (last + 1) + ", ";
		String order = (last < 0) ? "" : "m." + this.columns.get(last) + span.direction() + ", ";
		return """
				select e.* from (with v as materialized (%s) select * from v) v cross join lateral (
				  select %s from movement m where m.tenant_id = $1%s
				    and (%sm.sequence) >= (%s%s) and (%sm.sequence) <= (%s%s)%s%s
				  order by %sm.sequence%s %s) e
				""".formatted(this.values, what, equal, column, value, span.first(), column, value, span.last(),
				this.predicate, conditions, order, span.direction(), limit);
	}

	/**
	 * A part of the ledger, in an order.
	 *
	 * @param first SQL of the first sequence
	 * @param last SQL of the last sequence
	 * @param descending whether the last comes first
	 */
	record Span(String first, String last, boolean descending) {

		String direction() {
			return this.descending ? " desc" : "";
		}

		/** Selects of sequences the one that comes first in this order. */
		String earliest(String sequence) {
			return (this.descending ? "max(" : "min(") + sequence + ")";
		}

		/** The part that comes before a sequence; all of it where that is null. */
		Span before(String sequence) {
			return this.descending ? new Span("greatest(%s, %s + 1)".formatted(this.first, sequence), this.last, true)
					: new Span(this.first, "least(%s, %s - 1)".formatted(this.last, sequence), false);
		}

	}

}
