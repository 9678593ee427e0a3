package app.stockroom.replay;

import java.util.List;

import tools.jackson.databind.JsonNode;

/**
 * A page of one of the service's lists.
 */
record Page(List<JsonNode> items, int page, int limit, long total) {

	/** The most items the service pages through, page by page. */
	static final int MAX_ITEMS = 10_000;

	static final int MAX_SIZE = 200;

	boolean isLast() {
		return (long) this.page * this.limit >= this.total;
	}

}
