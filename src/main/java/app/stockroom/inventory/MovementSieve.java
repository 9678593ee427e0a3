package app.stockroom.inventory;

import java.util.List;
import java.util.stream.Collectors;

import app.stockroom.inventory.MovementSource.Span;

/**
 * The SQL of a page whose filter no index has in its order: it reads the entries of the
 * index that says most, and lets through those that fit.
 * <p>
 * How far it reads is bounded by the number of entries and not by what is found, so that
 * a page costs what it may and no more wherever in the ledger the next entry that fits
 * may be: a page that is cut there is short, and its cursor goes on from the cut. Before
 * that another index is asked whether it has so few entries that each can be looked at;
 * then they are all there is.
 *
 * @param source the index that is read
 * @param fits what an entry must meet beside, which the index tells by itself
 * @param others other indexes that together have it all too, or none
 * @param otherFits what an entry of those must meet beside
 */
record MovementSieve(MovementSource source, String fits, List<MovementSource> others, String otherFits) {

	/** What is rare: so many entries are looked at, each on a page of its own. */
	private static final int RARE = 200;

	/**
	 * Selects one row: the {@code sequences} of the page, the {@code total} that was
	 * counted, and where it was {@code cut}: the first entry that was not looked at, or
	 * null if there is none.
	 * @param searched the most entries to read
	 * @param most placeholder of the most to find
	 * @param page the limit clause of the page
	 */
	String select(Span span, int searched, String most, String page) {
		String share = "offset (select greatest(1, %d / greatest(1, count(*))) from (%s) n) limit 1".formatted(searched,
				this.source.values());
		return """
				with cut as materialized (select %s as sequence from (%s) s),
				fitting as materialized (select s.sequence from (%s) s order by 1%s limit %s),
				%s
				found as materialized (
				  select f.sequence from fitting f where not (select r.yes from rare r)
				  union all select o.sequence from others o where o.fits and (select r.yes from rare r))
				select array(select f.sequence from found f order by 1%s %s) as sequences,
				  (select count(*) from found) as total,
				  (select c.sequence from cut c, rare r where not r.yes) as cut
				""".formatted(span.earliest("s.sequence"), this.source.select("m.sequence", span, "", share),
				this.source.select("m.sequence", span.before("(select c.sequence from cut c)"), and(this.fits),
						"limit " + most),
				span.direction(), most, rare(span, most), span.direction(), page);
	}

	private String rare(Span span, String most) {
		if (this.others.isEmpty()) {
			return "others as (select null::bigint as sequence, false as fits), rare as (select false as yes),";
		}
		return """
				others as materialized (select s.sequence, s.fits from (%s) s
				  where (select c.sequence from cut c) is not null and (select count(*) from fitting) < %s limit %d),
				rare as materialized (select (select c.sequence from cut c) is not null
				  and (select count(*) from fitting) < %s and (select count(*) from others) <= %d as yes),
				""".formatted(this.others.stream()
			.map((other) -> other.select("m.sequence, (" + this.otherFits + ") as fits", span, "",
					"limit " + (RARE + 1)))
			.collect(Collectors.joining(" union all ")), most, RARE + 1, most, RARE);
	}

	/** No other index may take this for its own. */
	private static String and(String condition) {
		return " and (" + condition + ") is true";
	}

}
