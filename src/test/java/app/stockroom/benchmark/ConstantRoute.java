package app.stockroom.benchmark;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

import reactor.netty.http.server.HttpServer;

import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * The ceiling of HTTP: a WebFlux route that answers a constant of an inventory record's
 * size, without security and without a database.
 */
final class ConstantRoute {

	private static final byte[] BODY = """
			{"id":"a0000000-0000-7000-8000-000000000000","productId":"b0000000-0000-7000-8000-000000000000",\
			"warehouseId":"d0000000-0000-7000-8000-000000000000","product":{"id":"b0000000-0000-7000-8000-000000000000",\
			"sku":"SKU-0","name":"Product 0"},"warehouse":{"id":"d0000000-0000-7000-8000-000000000000","name":"Main"},\
			"quantity":1000000000,"reserved":0,"available":1000000000,"minStock":10,"maxStock":9007199254740991,\
			"status":"OK","lowStock":false,"version":1,"createdAt":"2026-11-21T00:00:00.000000Z",\
			"updatedAt":"2026-11-21T00:00:00.000000Z"}"""
		.getBytes(StandardCharsets.UTF_8);

	private ConstantRoute() {
	}

	public static void main(String[] arguments) {
		var routes = RouterFunctions.route()
			.GET("/api/inventory/{id}",
					(_) -> ServerResponse.ok().contentType(MediaType.APPLICATION_JSON).bodyValue(BODY))
			.GET("/readyz", (_) -> ServerResponse.ok().build())
			.build();
		HttpServer.create()
			.host("127.0.0.1")
			.port(Integer.parseInt(arguments[0]))
			.handle(new ReactorHttpHandlerAdapter(RouterFunctions.toHttpHandler(routes)))
			.bindUntilJavaShutdown(Duration.ofSeconds(1), null);
	}

}
