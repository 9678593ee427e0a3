package app.stockroom.live;

import app.stockroom.ledger.Position;
import app.stockroom.tenancy.Api;
import app.stockroom.tenancy.Caller;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

import static app.stockroom.tenancy.Scope.INVENTORY_READ;

/**
 * The live feeds over HTTP, as Server-Sent Events.
 */
@Configuration(proxyBeanMethods = false)
class FeedRoutes {

	private final Sources sources;

	FeedRoutes(Sources sources) {
		this.sources = sources;
	}

	@Bean
	RouterFunction<ServerResponse> feedRouter(Api api) {
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
		return open(FeedRequest.ledger(caller, request));
	}

	Mono<ServerResponse> alerts(Caller caller, ServerRequest request) {
		return open(FeedRequest.alerts(caller, request));
	}

	/**
	 * Asks where the ledger stands first: while that fails, the answer can still be 503.
	 */
	private Mono<ServerResponse> open(FeedRequest request) {
		this.sources.feeds().admit();
		return this.sources.history()
			.position(request.caller().tenant())
			.timeout(FeedLimits.QUERY)
			.flatMap((head) -> ServerResponse.ok()
				.contentType(MediaType.TEXT_EVENT_STREAM)
				.cacheControl(CacheControl.noStore())
				// Proxies such as nginx would hold events back to fill a buffer.
				.header("X-Accel-Buffering", "no")
				.body((response, _) -> serve(request, head, response)));
	}

	/** Opened and closed come in pairs, whatever ends the stream. */
	private Mono<Void> serve(FeedRequest request, Position head, ServerHttpResponse response) {
		FeedSubscriber subscriber = new FeedSubscriber(request, this.sources.encoder(), this.sources.metrics());
		EventStream stream = new EventStream(new HttpWire(response), subscriber.outbox(), System::currentTimeMillis);
		subscriber.stream(stream);
		Mono<Void> opening = new Opening(subscriber, stream, head, this.sources).play();
		Feeds feeds = this.sources.feeds();
		return Mono.using(() -> feeds.opened(subscriber), (_) -> stream.serve(opening), feeds::closed);
	}

}
