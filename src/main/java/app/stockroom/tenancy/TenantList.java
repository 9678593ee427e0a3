package app.stockroom.tenancy;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

import app.stockroom.platform.Ids;
import app.stockroom.platform.Limits;
import app.stockroom.platform.Page;
import app.stockroom.platform.PageRequest;
import app.stockroom.platform.Table;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * All live tenants as a list, by id. What crosses tenants answers ids only, so each is
 * read by itself.
 */
record TenantList(Tenants tenants) implements Rows<Tenant> {

	private static final String PLATFORM = "platform";

	private static final int CONCURRENT_READS = 8;

	private static final int IDS_AT_ONCE = 1000;

	private static final Table<Tenant> TABLE = Table.<Tenant>named("tenants")
		.plain("id", Tenant::id)
		.text("name", Tenant::name)
		.plain("defaultMinStock", Tenant::defaultMinStock)
		.plain("defaultMaxStock", Tenant::defaultMaxStock)
		.plain("rateLimit", Tenant::rateLimit)
		.plain("version", Tenant::version)
		.plain("createdAt", Tenant::createdAt)
		.plain("updatedAt", Tenant::updatedAt);

	@Override
	public Set<String> sortable() {
		return Set.of();
	}

	@Override
	public Table<Tenant> table() {
		return TABLE;
	}

	@Override
	public Mono<Page<Tenant>> page(PageRequest page) {
		List<String> after = page.after(PLATFORM);
		return (after != null) ? behind(page, after) : numbered(page);
	}

	/** Every tenant has a ledger of its own, so there is no one position. */
	@Override
	public Flux<Tenant> all(PageRequest request, Consumer<String> position) {
		return this.tenants.ids(null, IDS_AT_ONCE)
			.expand((ids) -> (ids.size() < IDS_AT_ONCE) ? Mono.empty()
					: this.tenants.ids(ids.getLast().value(), IDS_AT_ONCE))
			.concatMapIterable((ids) -> ids, 1)
			.flatMapSequential(this.tenants::find, CONCURRENT_READS);
	}

	private Mono<Page<Tenant>> numbered(PageRequest page) {
		return this.tenants.ids(null, Limits.PAGED_ITEMS + 1).flatMap((ids) -> {
			List<TenantId> rest = ids.stream().skip(page.offset()).toList();
			return items(page, rest).map((items) -> Page.of(items, page, ids.size(), next(page, rest)));
		});
	}

	private Mono<Page<Tenant>> behind(PageRequest page, List<String> after) {
		UUID last = (after.size() == 1) ? Ids.parse(after.getFirst()) : null;
		if (last == null) {
			throw PageRequest.foreignCursor();
		}
		return this.tenants.ids(last, page.limit() + 1)
			.flatMap((rest) -> items(page, rest).map((items) -> Page.behind(items, page, next(page, rest))));
	}

	private Mono<List<Tenant>> items(PageRequest page, List<TenantId> ids) {
		return Flux.fromStream(ids.stream().limit(page.limit()))
			.flatMapSequential(this.tenants::find, CONCURRENT_READS)
			.collectList();
	}

	private static @Nullable String next(PageRequest page, List<TenantId> ids) {
		return (ids.size() > page.limit()) ? page.next(PLATFORM, List.of(ids.get(page.limit() - 1).toString())) : null;
	}

}
