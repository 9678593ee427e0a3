package app.stockroom.platform;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import app.stockroom.platform.Refusal.FieldError;
import org.jspecify.annotations.Nullable;

import org.springframework.util.MultiValueMap;
import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * Which page of a list a client wants.
 *
 * @param page the page's number, counted from 1
 * @param limit the most items it has
 * @param sortBy the field to sort by, one of the list's own, or null for the list's order
 * @param descending whether the largest comes first, or null where the client does not
 * say
 * @param cursor where the page begins, in place of its number, or null
 * @param question the path with its filters and order, which a cursor must agree with
 */
public record PageRequest(int page, int limit, @Nullable String sortBy, @Nullable Boolean descending,
		@Nullable String cursor, String question) {

	private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

	private static final String DESCENDING = "desc";

	private static final Set<String> ORDERS = Set.of("asc", DESCENDING);

	/**
	 * Reads page, limit, cursor and order from the query.
	 * @param sortable the fields that the list can be sorted by
	 */
	public static PageRequest of(ServerRequest request, Set<String> sortable) {
		return of(request, sortable, Problem.INVALID_REQUEST.because("The query is not valid."));
	}

	/**
	 * Reads the order alone, of a request for the whole list in one answer; what names a
	 * page is refused.
	 */
	public static PageRequest whole(ServerRequest request, Set<String> sortable) {
		Refusal refusal = Problem.INVALID_REQUEST.because("The query is not valid.");
		Query.NONE.paged()
			.single()
			.stream()
			.filter(request.queryParams()::containsKey)
			.sorted()
			.forEach((name) -> refusal.with(new FieldError(name, "conflicting",
					"%s is the whole list; pages are application/json".formatted(Representation.of(request).type()))));
		return of(request, sortable, refusal);
	}

	/**
	 * Names a page and a limit that there cannot be, of a query that is refused anyway:
	 * then its client hears of all at once.
	 */
	static void judge(MultiValueMap<String, String> query, Refusal refusal) {
		Set<String> named = refusal.errors().stream().map(FieldError::field).collect(Collectors.toSet());
		if (!named.contains("page")) {
			number(query, "page", 1, Limits.PAGED_ITEMS, refusal);
		}
		if (!named.contains("limit")) {
			number(query, "limit", Limits.PAGE_ITEMS_DEFAULT, Limits.PAGE_ITEMS, refusal);
		}
	}

	private static PageRequest of(ServerRequest request, Set<String> sortable, Refusal refusal) {
		MultiValueMap<String, String> query = request.queryParams();
		int page = number(query, "page", 1, Limits.PAGED_ITEMS, refusal);
		String sortBy = word(query, "sortBy", sortable, refusal);
		String order = word(query, "order", ORDERS, refusal);
		int limit = number(query, "limit", Limits.PAGE_ITEMS_DEFAULT, Limits.PAGE_ITEMS, refusal);
		if (refusal.errors().isEmpty() && (long) page * limit > Limits.PAGED_ITEMS) {
			refusal.with(new FieldError("page", "out-of-range",
					"page x limit is at most %d; use cursor beyond that".formatted(Limits.PAGED_ITEMS)));
		}
		String cursor = query.getFirst("cursor");
		if (cursor != null && query.containsKey("page")) {
			refusal.with(new FieldError("cursor", "conflicting", "take page or cursor, not both"));
		}
		if (!refusal.errors().isEmpty()) {
			throw refusal;
		}
		return new PageRequest(page, limit, sortBy, (order != null) ? DESCENDING.equals(order) : null, cursor,
				question(request.path(), query));
	}

	/**
	 * Whether the largest comes first.
	 * @param unasked the answer where the client does not say
	 */
	public boolean descending(boolean unasked) {
		return (this.descending != null) ? this.descending : unasked;
	}

	/**
	 * Where the page begins: behind the item with these values.
	 * @param owner who asks, so that nobody begins where another left off
	 * @return the values of the cursor, or null where the page is named by its number
	 * @throws Refusal 400 where the cursor is not one of this list, filter and order
	 */
	public @Nullable List<String> after(Object owner) {
		return (this.cursor != null) ? Cursor.parse(this.cursor, owner + this.question).after() : null;
	}

	/**
	 * The cursor of the page behind this one.
	 * @param last the values of this page's last item in the list's order
	 */
	public String next(Object owner, List<String> last) {
		return Cursor.of(owner + this.question, last).encode();
	}

	/**
	 * Refuses a cursor whose values are not of this list's kinds.
	 */
	public static Refusal foreignCursor() {
		return Cursor.refuse("is no cursor of this list");
	}

	/**
	 * How many items stand before this page.
	 */
	public int offset() {
		return (this.page - 1) * this.limit;
	}

	private static String question(String path, MultiValueMap<String, String> query) {
		Map<String, List<String>> asked = new TreeMap<>(query);
		asked.keySet().removeAll(Query.NONE.paged().single());
		return path + asked;
	}

	private static @Nullable String word(MultiValueMap<String, String> query, String name, Set<String> words,
			Refusal refusal) {
		String value = query.getFirst(name);
		if (value != null && !words.contains(value)) {
			refusal.with(new FieldError(name, "malformed", "must be one of " + new TreeSet<>(words)));
		}
		return value;
	}

	private static int number(MultiValueMap<String, String> query, String name, int absent, int most, Refusal refusal) {
		String value = query.getFirst(name);
		if (value == null) {
			return absent;
		}
		if (!NUMBER.matcher(value).matches()) {
			refusal.with(new FieldError(name, "malformed", "must be one whole number"));
			return absent;
		}
		int number = Integer.parseInt(value);
		if (number < 1 || number > most) {
			refusal.with(new FieldError(name, "out-of-range", "must be from 1 to %d".formatted(most)));
			return absent;
		}
		return number;
	}

}
