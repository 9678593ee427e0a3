package app.stockroom.tenancy;

import java.util.Set;

import app.stockroom.platform.Page;
import app.stockroom.platform.PageRequest;
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

}
