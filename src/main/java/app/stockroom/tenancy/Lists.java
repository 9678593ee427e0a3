package app.stockroom.tenancy;

import java.util.Set;

import app.stockroom.platform.PageRequest;
import app.stockroom.platform.Replies;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * Answers requests for lists.
 */
@Component
public class Lists {

	/**
	 * Answers with what the request wants of a list.
	 * @param filters the query parameters that the rows were filtered by
	 */
	public <T> Mono<ServerResponse> answer(ServerRequest request, Set<String> filters, Rows<T> rows) {
		return rows.page(PageRequest.of(request, filters, rows.sortable()))
			.flatMap((page) -> Replies.page(request, page));
	}

}
