package app.stockroom.tenancy;

import java.util.Set;
import java.util.function.Consumer;

import app.stockroom.platform.Page;
import app.stockroom.platform.PageJson;
import app.stockroom.platform.PageRequest;
import app.stockroom.platform.Table;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What a list holds for one tenant and one filter.
 *
 * @param <T> the kind of item
 */
public interface Rows<T> {

	/**
	 * The fields that clients may sort by.
	 */
	Set<String> sortable();

	/**
	 * Reads one page, by number with a count of what matches as far as
	 * {@link app.stockroom.platform.Limits#PAGED_ITEMS}, or by cursor without.
	 */
	Mono<Page<T>> page(PageRequest request);

	/**
	 * The same as clients see it, who share what they ask for at once.
	 */
	default Mono<PageJson> shownPage(PageRequest request) {
		return page(request).map(PageJson::new);
	}

	/**
	 * Reads everything that matches, in order, as it is asked for and in constant memory.
	 * @param request says the order
	 * @param position told the position in the tenant's ledger that all of it is true at,
	 * before the first item; never where there is none
	 */
	Flux<T> all(PageRequest request, Consumer<String> position);

	/**
	 * The columns of an item.
	 */
	Table<T> table();

}
