package app.stockroom.counts;

import java.util.List;

import app.stockroom.ledger.Entry;
import app.stockroom.ledger.Idempotency;
import app.stockroom.platform.Bodies;
import app.stockroom.platform.Replies;
import app.stockroom.tenancy.Api;
import app.stockroom.tenancy.Caller;
import app.stockroom.tenancy.RouteTable;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

import static app.stockroom.tenancy.Scope.INVENTORY_WRITE;

@Configuration(proxyBeanMethods = false)
class StockCountRoutes {

	private static final String PATH = "/api/stock-counts";

	private static final String ROUTE = "POST " + PATH;

	private final StockCounts counts;

	private final Bodies bodies;

	private final Idempotency idempotency;

	StockCountRoutes(StockCounts counts, Bodies bodies, Idempotency idempotency) {
		this.counts = counts;
		this.bodies = bodies;
		this.idempotency = idempotency;
	}

	@Bean
	RouteTable stockCountTable(Api api) {
		return api.routes().post(PATH, INVENTORY_WRITE, this::post).build();
	}

	Mono<ServerResponse> post(Caller caller, ServerRequest request) {
		return this.bodies.read(request, StockCount.class)
			.flatMap((count) -> this.counts.post(caller, count, this.idempotency.of(request, ROUTE, count))
				.flatMap((outcome) -> Idempotency.settle(request, outcome))
				.map((movements) -> new Result(movements, count.lines().size() - movements.size())))
			.flatMap((result) -> Replies.changed(request, result));
	}

	/**
	 * What a count has changed.
	 *
	 * @param movements the adjustments, in the order of the lines
	 * @param unchanged how many lines found what the ledger says
	 */
	record Result(List<Entry> movements, int unchanged) {
	}

}
