package app.stockroom.tenancy;

import java.util.List;

import app.stockroom.platform.Caches;
import app.stockroom.platform.Limits;
import com.github.benmanes.caffeine.cache.Cache;
import io.r2dbc.spi.Readable;
import org.jspecify.annotations.Nullable;

import static app.stockroom.platform.Columns.required;

/**
 * How many items lists had when they were last counted, and where the tenant's ledger
 * stood then. What is kept here is never believed: the statement that reads a page asks
 * the ledger, in the same snapshot, whether an entry since then can have changed the
 * list, and counts if one can. So a total is always the one of its page, and is counted
 * only when it may be another.
 */
final class Totals {

	/** Most lists that are remembered, each of about a kilobyte. */
	static final int LISTS = 4096;

	/** More entries than these are dearer to look through than most lists to count. */
	static final int ENTRIES_LOOKED_THROUGH = 1000;

	private static final Known NOTHING = new Known("", 0, 0);

	private final Cache<Filtered, Known> known = Caches.builder().maximumSize(LISTS).build();

	/**
	 * What is known about a list, which may be nothing.
	 */
	Known of(Filtered list) {
		Known last = this.known.getIfPresent(list);
		return (last != null) ? last : NOTHING;
	}

	void keep(Filtered list, Known counted) {
		this.known.put(list, counted);
	}

	/** How many lists are remembered. */
	long size() {
		this.known.cleanUp();
		return this.known.estimatedSize();
	}

	/**
	 * Selects the ledger's position and the total that is true there, as one text for
	 * {@link Known#read}.
	 * @param matching selects the items to count
	 * @param changedBy the condition on entries m that can change what the list holds, or
	 * null if any can
	 * @param first the first of three placeholders, for {@link Known#values}
	 */
	static String select(String matching, @Nullable String changedBy, int first) {
		String same = "h.epoch = $%d::text and h.sequence = $%d::bigint".formatted(first, first + 1);
		String since = (changedBy == null) ? ""
				: """
						when h.epoch = $%1$d::text and h.sequence - $%2$d::bigint <= %3$d and (
						    select bool_and((%4$s) is not true) from (
						      select m.type, m.subject_kind from movement m where m.tenant_id = $1 and m.sequence > $%2$d::bigint
						      order by m.sequence limit %3$d) m) then $%5$d::bigint
						"""
					.formatted(first, first + 1, ENTRIES_LOOKED_THROUGH, changedBy, first + 2);
		return """
				select h.epoch || ' ' || h.sequence || ' ' || case
				  when %s then $%d::bigint
				  %s else (select count(*) from (%s limit %d) counted) end
				from ledger_head h where h.tenant_id = $1
				""".formatted(same, first + 2, since, matching, Limits.PAGED_ITEMS + 1);
	}

	/**
	 * A list as its items depend on it.
	 *
	 * @param list the select of its items without conditions
	 * @param conditions the SQL of its conditions
	 * @param values what is bound in them
	 */
	record Filtered(TenantId tenant, String list, String conditions, List<Object> values) {
	}

	/**
	 * A total that was true.
	 *
	 * @param epoch the ledger's epoch then
	 * @param sequence the ledger's last entry then
	 * @param total how many items there were, counted no further than one beyond
	 * {@link Limits#PAGED_ITEMS}
	 */
	record Known(String epoch, long sequence, long total) {

		static Known read(Readable row, String column) {
			String[] parts = required(row, column, String.class).split(" ");
			return new Known(parts[0], Long.parseLong(parts[1]), Long.parseLong(parts[2]));
		}

		List<Object> values() {
			return List.of(this.epoch, this.sequence, this.total);
		}

	}

}
