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
 * @param nextCursor where the next page begins; null on the last
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Page<T>(List<T> items, @Nullable Integer page, int limit, @Nullable Long total,
		@Nullable String nextCursor) {

	/**
	 * A page that was asked for by number.
	 */
	public static <T> Page<T> of(List<T> items, PageRequest request, long total) {
		return new Page<>(items, request.page(), request.limit(), total, null);
	}

}
