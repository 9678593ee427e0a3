package app.stockroom.inventory;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import app.stockroom.ledger.Entries;
import app.stockroom.ledger.Entry;
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

	Movements(Entries entries, Reads reads) {
		this.entries = entries;
		this.reads = reads;
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
			return entries(request, search(request).behind(Long.parseLong(after.getFirst())))
				.map((found) -> Page.behind(shown(request, found), request, next(request, found)));
		}

		private Mono<List<Entry>> entries(PageRequest request, MovementSearch search) {
			String page = search.page(request.limit() + 1, request.offset());
			return Movements.this.reads.list(this.tenant, page, search.binds(), Movements.this.entries::entry);
		}

		private MovementSearch search(PageRequest request) {
			return new MovementSearch(this.filter, request.descending(request.sortBy() == null));
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

}
