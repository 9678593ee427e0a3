package app.stockroom.live;

import app.stockroom.ledger.Position;
import app.stockroom.products.Products;
import app.stockroom.tenancy.Api;
import app.stockroom.tenancy.Caller;
import app.stockroom.tenancy.RouteTable;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

import static app.stockroom.tenancy.Scope.INVENTORY_READ;

/**
 * The live feeds over HTTP, as Server-Sent Events.
 */
@Configuration(proxyBeanMethods = false)
class FeedRoutes {

	private final Sources sources;

	private final Streams streams;

	private final Products products;

	FeedRoutes(Sources sources, Streams streams, Products products) {
		this.sources = sources;
		this.streams = streams;
		this.products = products;
	}

	@Bean
	RouteTable feedTable(Api api) {
		return api.routes()
			.stream("/api/inventory", INVENTORY_READ, FeedRequest.STOCK, this::stock)
			.stream("/api/stock-movements", INVENTORY_READ, FeedRequest.LEDGER, this::ledger)
			.stream("/api/alerts", INVENTORY_READ, FeedRequest.ALERTS, this::alerts)
			.build();
	}

	Mono<ServerResponse> stock(Caller caller, ServerRequest request) {
		return open(FeedRequest.stock(caller, request));
	}

	Mono<ServerResponse> ledger(Caller caller, ServerRequest request) {
		return FeedRequest.ledger(caller, request, (sku) -> this.products.withSku(caller.tenant(), sku))
			.flatMap(this::open);
	}

	Mono<ServerResponse> alerts(Caller caller, ServerRequest request) {
		return FeedRequest.alerts(caller, request, (sku) -> this.products.withSku(caller.tenant(), sku))
			.flatMap(this::open);
	}

	/**
	 * Finds out where the feed stands first: while that fails, the answer can still be
	 * 503.
	 */
	private Mono<ServerResponse> open(FeedRequest request) {
		return this.sources.feeds()
			.position(request.caller().tenant())
			.timeout(FeedLimits.QUERY)
			.flatMap((position) -> ServerResponse.ok()
				.contentType(MediaType.TEXT_EVENT_STREAM)
				.cacheControl(CacheControl.noStore())
				// Proxies such as nginx would hold events back to fill a buffer.
				.header("X-Accel-Buffering", "no")
				.body((response, _) -> serve(request, position, response)));
	}

	/** Opening and closing come in pairs, whatever ends the stream. */
	private Mono<Void> serve(FeedRequest request, Position position, ServerHttpResponse response) {
		return Mono.defer(() -> {
			FeedSubscriber subscriber = new FeedSubscriber(request, this.sources.encoder(), this.sources.metrics());
			EventStream stream = new EventStream(new HttpWire(response), subscriber.outbox(), System::currentTimeMillis,
					subscriber);
			subscriber.stream(stream);
			this.streams.opened(subscriber);
			return stream.serve(new Opening(subscriber, stream, position, this.sources).play(),
					() -> this.streams.closed(subscriber));
		});
	}

}
