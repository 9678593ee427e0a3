package app.stockroom.tenancy;

import java.util.Set;

import app.stockroom.platform.Exports;
import app.stockroom.platform.PageRequest;
import app.stockroom.platform.Replies;
import app.stockroom.platform.Representation;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * Answers requests for lists.
 */
@Component
public class Lists {

	static final Set<Representation> REPRESENTATIONS = Set.of(Representation.JSON, Representation.NDJSON,
			Representation.CSV);

	private final Exports exports;

	private final JsonMapper json;

	Lists(Exports exports, JsonMapper json) {
		this.exports = exports;
		this.json = json;
	}

	/**
	 * Answers with what the request wants of a list: a page, or in one of the other
	 * representations the whole.
	 */
	public <T> Mono<ServerResponse> answer(ServerRequest request, Rows<T> rows) {
		if (Representation.of(request) == Representation.JSON) {
			return rows.shownPage(PageRequest.of(request, rows.sortable()))
				.flatMap((page) -> Replies.page(request, page, this.json));
		}
		PageRequest whole = PageRequest.whole(request, rows.sortable());
		return this.exports.answer(request, rows.table(), (position) -> rows.all(whole, position));
	}

}
