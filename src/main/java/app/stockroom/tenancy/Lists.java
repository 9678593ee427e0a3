package app.stockroom.tenancy;

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
	 */
	public <T> Mono<ServerResponse> answer(ServerRequest request, Rows<T> rows) {
		return rows.page(PageRequest.of(request, rows.sortable())).flatMap((page) -> Replies.page(request, page));
	}

}
