package app.stockroom.tenancy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import app.stockroom.platform.Limits;
import app.stockroom.platform.Page;
import app.stockroom.platform.PageRequest;
import io.r2dbc.spi.Readable;
import reactor.core.publisher.Mono;

/**
 * A list that clients filter, sort and page. Its SQL is fixed text; a request only
 * chooses among whole fragments of it, and its values are bound.
 *
 * @param <T> the kind of item
 * @param sql a select of every item of the tenant {@code $1}, ending in its where clause
 * @param sorts the fields that clients may sort by, with the selected column of each
 * @param order the order when the client names none; its columns also break ties
 * @param item reads one row
 */
public record Listing<T>(String sql, Map<String, String> sorts, String order, Function<Readable, T> item) {

	/**
	 * The fields that clients may sort by.
	 */
	public Set<String> sortable() {
		return this.sorts.keySet();
	}

	/**
	 * Reads one page and counts what matches, as far as {@link Limits#PAGED_ITEMS}.
	 */
	public Mono<Page<T>> page(Reads reads, TenantId tenant, Conditions conditions, PageRequest request) {
		String matching = this.sql + conditions.sql();
		// Page and count are one statement, so that they are true at the same moment.
		String page = """
				select listed.*, (select count(*) from (%s limit %d) counted) as total
				from (%s) listed
				order by %s
				limit $%d offset $%d
				""".formatted(matching, Limits.PAGED_ITEMS + 1, matching, order(request), conditions.next(),
				conditions.next() + 1);
		return reads
			.list(tenant, page,
					(statement) -> conditions.bind(statement)
						.bind("$" + conditions.next(), request.limit())
						.bind("$" + (conditions.next() + 1), request.offset()),
					(row) -> new Counted<>(this.item.apply(row), total(row)))
			.flatMap((rows) -> rows.isEmpty() ? beyond(reads, tenant, conditions, request)
					: Mono.just(Page.of(rows.stream().map(Counted::item).toList(), request, rows.getFirst().total())));
	}

	/** A page without items has no row that could carry the count. */
	private Mono<Page<T>> beyond(Reads reads, TenantId tenant, Conditions conditions, PageRequest request) {
		if (request.page() == 1) {
			return Mono.just(Page.of(List.of(), request, 0));
		}
		String count = "select count(*) as total from (%s limit %d) counted".formatted(this.sql + conditions.sql(),
				Limits.PAGED_ITEMS + 1);
		return reads.one(tenant, count, conditions::bind, Listing::total)
			.map((total) -> Page.of(List.of(), request, total));
	}

	private String order(PageRequest request) {
		String column = (request.sortBy() != null) ? this.sorts.get(request.sortBy()) : null;
		return (column != null) ? column + (request.descending() ? " desc, " : ", ") + this.order : this.order;
	}

	private static long total(Readable row) {
		Long total = row.get("total", Long.class);
		return (total != null) ? total : 0;
	}

	private record Counted<T>(T item, long total) {
	}

}
