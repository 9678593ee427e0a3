package app.stockroom.inventory;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import app.stockroom.ledger.Entries;
import app.stockroom.ledger.Entry;
import app.stockroom.platform.Limits;
import app.stockroom.platform.Page;
import app.stockroom.platform.PageRequest;
import app.stockroom.platform.Table;
import app.stockroom.tenancy.Reads;
import app.stockroom.tenancy.Rows;
import app.stockroom.tenancy.TenantId;
import io.r2dbc.spi.Readable;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Repository;

import static app.stockroom.platform.Columns.required;

/**
 * The entries of a tenant's ledger as a list, the newest first.
 */
@Repository
class Movements {

	private static final Table<Entry> TABLE = Table.<Entry>named("stock-movements")
		.plain("sequence", Entry::sequence)
		.plain("type", Entry::type)
		.plain("inventoryId", Entry::inventoryId)
		.plain("productId", Entry::productId)
		.plain("warehouseId", Entry::warehouseId)
		.plain("delta", Entry::delta)
		.plain("reservedDelta", Entry::reservedDelta)
		.plain("quantityAfter", Entry::quantityAfter)
		.plain("reservedAfter", Entry::reservedAfter)
		.plain("minStock", Entry::minStock)
		.plain("maxStock", Entry::maxStock)
		.plain("version", Entry::version)
		.text("reason", Entry::reason)
		.text("reference", Entry::reference)
		.text("actor", Entry::actor)
		.plain("occurredAt", Entry::occurredAt)
		.plain("createdAt", Entry::createdAt)
		.plain("reverses", Entry::reverses)
		.plain("subjectKind", (entry) -> (entry.subject() != null) ? entry.subject().kind() : null)
		.plain("subjectId", (entry) -> (entry.subject() != null) ? entry.subject().id() : null)
		.json("subjectState", (entry) -> (entry.subject() != null) ? entry.subject().state() : null);

	private final Entries entries;

	private final Reads reads;

	private final int searched;

	@Autowired
	Movements(Entries entries, Reads reads) {
		this(entries, reads, Limits.SEARCHED_ENTRIES);
	}

	/**
	 * Prepares to search.
	 * @param searched the most entries that one page looks at where no index has what it
	 * asks for in order
	 */
	Movements(Entries entries, Reads reads, int searched) {
		this.entries = entries;
		this.reads = reads;
		this.searched = searched;
	}

	/**
	 * The entries that a filter lets through.
	 */
	Mono<Rows<Entry>> rows(TenantId tenant, MovementFilter filter) {
		// Time never runs backwards along the sequence: a range of one is a range of the
		// other.
		Mono<MovementFilter> first = (filter.from() == null) ? Mono.just(filter)
				: this.entries.sequenceAt(tenant, filter.from().minusNanos(1))
					.map((before) -> filter.between(before + 1, null));
		return first
			.flatMap((from) -> (filter.to() == null) ? Mono.just(from)
					: this.entries.sequenceAt(tenant, filter.to()).map((last) -> from.between(null, last)))
			.map((sequences) -> new Found(tenant, sequences));
	}

	private final class Found implements Rows<Entry> {

		private final TenantId tenant;

		private final MovementFilter filter;

		Found(TenantId tenant, MovementFilter filter) {
			this.tenant = tenant;
			this.filter = filter;
		}

		@Override
		public Set<String> sortable() {
			return Set.of("sequence");
		}

		@Override
		public Table<Entry> table() {
			return TABLE;
		}

		@Override
		public Flux<Entry> all(PageRequest request, Consumer<String> position) {
			MovementSearch search = search(request);
			return Movements.this.reads.stream(this.tenant, search.all(), search.binds(), Movements.this.entries::entry,
					position);
		}

		@Override
		public Mono<Page<Entry>> page(PageRequest request) {
			List<String> after = request.after(this.tenant);
			return (after != null) ? behind(request, after) : numbered(request);
		}

		private Mono<Page<Entry>> numbered(PageRequest request) {
			if (search(request).isSifted()) {
				return sifted(request, search(request), Limits.PAGED_ITEMS + 1, request.offset(),
						(items, found, next) -> (found.cut != null) ? Page.atLeast(items, request, found.total, next)
								: Page.of(items, request, found.total, next));
			}
			MovementSearch count = search(request);
			// The ledger only grows, so a count that is a moment older than its page is
			// true of a ledger that has been.
			return Movements.this.reads.one(this.tenant, count.count(), count.binds(), Movements::total)
				.flatMap((total) -> entries(request, search(request))
					.map((found) -> Page.of(shown(request, found), request, total, next(request, found))));
		}

		private Mono<Page<Entry>> behind(PageRequest request, List<String> after) {
			if (after.size() != 1 || !after.getFirst().matches("[0-9]{1,18}")) {
				throw PageRequest.foreignCursor();
			}
			MovementSearch search = search(request).behind(Long.parseLong(after.getFirst()));
			return search.isSifted()
					? sifted(request, search, request.limit() + 1, 0,
							(items, _, next) -> Page.behind(items, request, next))
					: entries(request, search)
						.map((found) -> Page.behind(shown(request, found), request, next(request, found)));
		}

		private Mono<List<Entry>> entries(PageRequest request, MovementSearch search) {
			String page = search.page(request.limit() + 1, request.offset());
			return Movements.this.reads.list(this.tenant, page, search.binds(), Movements.this.entries::entry);
		}

		private Mono<Page<Entry>> sifted(PageRequest request, MovementSearch search, int most, int offset,
				Assembly assembly) {
			String sift = search.sift(Movements.this.searched, most, request.limit() + 1, offset);
			return Movements.this.reads.one(this.tenant, sift, search.binds(), Sifted::read).flatMap((found) -> {
				Long last = found.last(request.limit(), descending(request));
				String next = (last != null) ? request.next(this.tenant, List.of(Long.toString(last))) : null;
				return Movements.this.entries.at(this.tenant, found.shown(request.limit()))
					.map((entries) -> assembly.page(inOrder(entries, descending(request)), found, next));
			});
		}

		private List<Entry> inOrder(List<Entry> entries, boolean descending) {
			Comparator<Entry> order = Comparator.comparingLong(Entry::sequence);
			return entries.stream().sorted(descending ? order.reversed() : order).toList();
		}

		private boolean descending(PageRequest request) {
			return request.descending(request.sortBy() == null);
		}

		private MovementSearch search(PageRequest request) {
			return new MovementSearch(this.filter, descending(request));
		}

		private List<Entry> shown(PageRequest request, List<Entry> found) {
			return found.stream().limit(request.limit()).toList();
		}

		private @Nullable String next(PageRequest request, List<Entry> found) {
			return (found.size() > request.limit())
					? request.next(this.tenant, List.of(Long.toString(found.get(request.limit() - 1).sequence())))
					: null;
		}

	}

	private static long total(Readable row) {
		return required(row, "total", Long.class);
	}

	/** Makes a page of its items and where the next one begins. */
	private interface Assembly {

		Page<Entry> page(List<Entry> items, Sifted found, @Nullable String next);

	}

	/**
	 * What a sieve has let through.
	 *
	 * @param sequences of the page, and one more if there is one
	 * @param total how many were counted
	 * @param cut the first entry that was not looked at, or null if all were
	 */
	private record Sifted(Long[] sequences, long total, @Nullable Long cut) {

		static Sifted read(Readable row) {
			return new Sifted(required(row, "sequences", Long[].class), Movements.total(row),
					row.get("cut", Long.class));
		}

		Long[] shown(int limit) {
			return Arrays.copyOf(this.sequences, Math.min(limit, this.sequences.length));
		}

		/** The last entry that needs no second look; null if all were looked at. */
		@Nullable Long last(int limit, boolean descending) {
			if (this.sequences.length > limit) {
				return this.sequences[limit - 1];
			}
			return (this.cut == null) ? null : Long.valueOf(descending ? this.cut + 1 : this.cut - 1);
		}

	}

}
