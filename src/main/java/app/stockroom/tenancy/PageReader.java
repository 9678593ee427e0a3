package app.stockroom.tenancy;

import java.util.List;
import java.util.function.Function;

import app.stockroom.platform.PageRequest;
import io.r2dbc.spi.Readable;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of one page in their order: of each the item, of the first the total,
 * which is the same in all, and of the last that is shown where the next page begins. The
 * driver looks for a name among all columns: not for each row what is needed once.
 */
final class PageReader<T> implements Function<Readable, T> {

	private final Listing<T> listing;

	private final PageRequest request;

	private final boolean counts;

	private int rows;

	private Totals.@Nullable Known counted;

	private @Nullable List<String> last;

	/**
	 * For the rows of one query.
	 * @param counts whether they have the total
	 */
	PageReader(Listing<T> listing, PageRequest request, boolean counts) {
		this.listing = listing;
		this.request = request;
		this.counts = counts;
	}

	@Override
	public T apply(Readable row) {
		this.rows++;
		if (this.counts && this.rows == 1) {
			this.counted = Totals.Known.read(row, "counted");
		}
		if (this.rows == this.request.limit()) {
			this.last = List.of(this.listing.sort(this.request).read(row, "sort_value"),
					this.listing.key().read(row, "key_value"));
		}
		return this.listing.item().apply(row);
	}

	/** The total, unless there was no row. */
	Totals.@Nullable Known counted() {
		return this.counted;
	}

	/** Without the one that only tells that there is a next page. */
	List<T> shown(List<T> items) {
		return items.subList(0, Math.min(items.size(), this.request.limit()));
	}

	/** The cursor of the next page, or null if this is the last. */
	@Nullable String next(TenantId tenant) {
		return (this.rows > this.request.limit() && this.last != null) ? this.request.next(tenant, this.last) : null;
	}

}
