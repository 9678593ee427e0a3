package app.stockroom.platform;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * The body of every list.
 *
 * @param <T> the kind of item
 * @param items this page's items, in order
 * @param page the page's number, counted from 1; null when the page was reached by cursor
 * @param limit the most items a page has
 * @param total how many items match; null when it was not counted
 * @param totalIsLowerBound true when there are more than {@link Limits#PAGED_ITEMS}, or
 * may be more than {@link Limits#SEARCHED_ENTRIES} were looked through: they are counted
 * no further
 * @param nextCursor where the next page begins, also behind one that is short; null on
 * the last
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Page<T>(List<T> items, @Nullable Integer page, int limit, @Nullable Long total,
		@Nullable Boolean totalIsLowerBound, @Nullable String nextCursor) {

	/**
	 * A page that was asked for by number.
	 * @param counted how many items match, counted no further than one beyond
	 * {@link Limits#PAGED_ITEMS}
	 * @param nextCursor where the next page begins, or null on the last
	 */
	public static <T> Page<T> of(List<T> items, PageRequest request, long counted, @Nullable String nextCursor) {
		long total = Math.min(counted, Limits.PAGED_ITEMS);
		return new Page<>(items, request.page(), request.limit(), total, (counted > total) ? true : null, nextCursor);
	}

	/**
	 * A page that was asked for by number, of a search that ended before the list did.
	 * @param counted how many items match as far as was searched
	 * @param nextCursor where the search goes on
	 */
	public static <T> Page<T> atLeast(List<T> items, PageRequest request, long counted, @Nullable String nextCursor) {
		return new Page<>(items, request.page(), request.limit(), Math.min(counted, Limits.PAGED_ITEMS), true,
				nextCursor);
	}

	/**
	 * A page that was asked for by cursor: it has no number, and nothing is counted, so
	 * that the hundredth costs what the first does.
	 * @param nextCursor where the next page begins, or null on the last
	 */
	public static <T> Page<T> behind(List<T> items, PageRequest request, @Nullable String nextCursor) {
		return new Page<>(items, null, request.limit(), null, null, nextCursor);
	}

}
