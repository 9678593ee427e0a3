package app.stockroom.tenancy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

import app.stockroom.platform.Limits;
import app.stockroom.platform.Page;
import app.stockroom.platform.PageJson;
import app.stockroom.platform.PageRequest;
import app.stockroom.platform.Table;
import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Statement;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A list that clients filter, sort and page. Its SQL is fixed text; a request only
 * chooses among whole fragments of it, and its values are bound.
 *
 * @param <T> the kind of item
 * @param sql a select of every item of the tenant {@code $1}, ending in its where clause
 * @param sorts the fields that clients may sort by
 * @param key what no two items have in common: the order when the client names none, and
 * what decides between items that are equal otherwise
 * @param newestFirst whether the list's own order is descending
 * @param item reads one row
 * @param table its columns
 */
public record Listing<T>(String sql, Map<String, Sort> sorts, Sort key, boolean newestFirst, Function<Readable, T> item,
		Table<T> table) {

	/**
	 * The list as one tenant sees it through a filter.
	 */
	public Rows<T> rows(Reads reads, TenantId tenant, Conditions conditions) {
		return new Filtered<>(this, reads, tenant, conditions, null);
	}

	/**
	 * The list as one tenant sees it through a filter, of which is known what can change
	 * how many items it has: while nothing does, its total is not counted again.
	 * @param changedBy SQL, the condition on {@code type} and {@code subject_kind} of the
	 * ledger's entries m without which nothing enters the list and nothing leaves it
	 */
	public Rows<T> rows(Reads reads, TenantId tenant, Conditions conditions, String changedBy) {
		return new Filtered<>(this, reads, tenant, conditions, changedBy);
	}

	Sort sort(PageRequest request) {
		return (request.sortBy() != null) ? this.sorts.getOrDefault(request.sortBy(), this.key) : this.key;
	}

	private boolean descending(PageRequest request) {
		return request.descending(request.sortBy() == null && this.newestFirst);
	}

	/** Both in the same direction, so that an index serves the order from either end. */
	private String order(PageRequest request) {
		String direction = descending(request) ? " desc" : "";
		return sort(request).expression() + direction + ", " + this.key.expression() + direction;
	}

	private record Filtered<T>(Listing<T> listing, Reads reads, TenantId tenant, Conditions conditions,
			@Nullable String changedBy) implements Rows<T> {

		@Override
		public Set<String> sortable() {
			return this.listing.sorts.keySet();
		}

		@Override
		public Mono<Page<T>> page(PageRequest request) {
			List<String> after = request.after(this.tenant);
			return (after != null) ? behind(request, after) : numbered(request);
		}

		@Override
		public Mono<PageJson> shownPage(PageRequest request) {
			return this.reads.shared(this.tenant, List.of(list(), request), () -> page(request).map(PageJson::new));
		}

		/**
		 * Sorted by the database where no index has the order: in its memory or on its
		 * disk.
		 */
		@Override
		public Flux<T> all(PageRequest request, Consumer<String> position) {
			String all = "select listed.* from (%s) listed order by %s".formatted(matching(),
					this.listing.order(request));
			return this.reads.stream(this.tenant, all, this::bind, this.listing.item, position);
		}

		@Override
		public Table<T> table() {
			return this.listing.table;
		}

		private Mono<Page<T>> numbered(PageRequest request) {
			Totals.Filtered list = list();
			List<Object> known = this.reads.totals().of(list).values();
			int next = this.conditions.next() + known.size();
			// Page and total are one statement, so that they are true at the same moment.
			// One item more than wanted tells whether there is a next page.
			String page = """
					select listed.*, %s as sort_value, %s as key_value, (%s) as counted
					from (%s) listed
					order by %s
					limit $%d offset $%d
					""".formatted(this.listing.sort(request).expression(), this.listing.key.expression(),
					Totals.select(matching(), this.changedBy, this.conditions.next()), matching(),
					this.listing.order(request), next, next + 1);
			PageReader<T> reader = new PageReader<>(this.listing, request, true);
			return this.reads.list(this.tenant, page, (statement) -> {
				bind(statement);
				for (int i = 0; i < known.size(); i++) {
					statement.bind("$" + (this.conditions.next() + i), known.get(i));
				}
				return statement.bind("$" + next, request.limit() + 1).bind("$" + (next + 1), request.offset());
			}, reader).flatMap((rows) -> {
				Totals.Known counted = reader.counted();
				if (counted == null) {
					return beyond(request);
				}
				this.reads.totals().keep(list, counted);
				return Mono.just(Page.of(reader.shown(rows), request, counted.total(), reader.next(this.tenant)));
			});
		}

		private Mono<Page<T>> behind(PageRequest request, List<String> after) {
			Sort sort = this.listing.sort(request);
			if (after.size() != 2) {
				throw PageRequest.foreignCursor();
			}
			Object sortValue = sort.parse(after.getFirst());
			Object keyValue = this.listing.key.parse(after.getLast());
			int next = this.conditions.next();
			String page = """
					select listed.*, %s as sort_value, %s as key_value
					from (%s) listed
					where (%s, %s) %s ($%d, $%d)
					order by %s
					limit $%d
					""".formatted(sort.expression(), this.listing.key.expression(), matching(), sort.expression(),
					this.listing.key.expression(), this.listing.descending(request) ? "<" : ">", next, next + 1,
					this.listing.order(request), next + 2);
			PageReader<T> reader = new PageReader<>(this.listing, request, false);
			return this.reads
				.list(this.tenant, page,
						(statement) -> bind(statement).bind("$" + next, sortValue)
							.bind("$" + (next + 1), keyValue)
							.bind("$" + (next + 2), request.limit() + 1),
						reader)
				.map((rows) -> Page.behind(reader.shown(rows), request, reader.next(this.tenant)));
		}

		/** A page without items has no row that could carry the count. */
		private Mono<Page<T>> beyond(PageRequest request) {
			if (request.page() == 1) {
				return Mono.just(Page.of(List.of(), request, 0, null));
			}
			String count = "select count(*) as total from (%s limit %d) counted".formatted(matching(),
					Limits.PAGED_ITEMS + 1);
			return this.reads.one(this.tenant, count, this::bind, Filtered::total)
				.map((total) -> Page.of(List.of(), request, total, null));
		}

		private Statement bind(Statement statement) {
			return this.conditions.bind(statement);
		}

		private String matching() {
			return this.listing.sql + this.conditions.sql();
		}

		private Totals.Filtered list() {
			return new Totals.Filtered(this.tenant, this.listing.sql, this.conditions.sql(), this.conditions.key());
		}

		private static long total(Readable row) {
			Long total = row.get("total", Long.class);
			return (total != null) ? total : 0;
		}

	}

}
