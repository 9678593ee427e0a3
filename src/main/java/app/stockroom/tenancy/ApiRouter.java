package app.stockroom.tenancy;

import java.util.List;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * The one router of the API, asked before all others. Spring would ask one after the
 * other if each table had its own, in operators nested as deep as there are tables.
 */
@Configuration(proxyBeanMethods = false)
class ApiRouter {

	/**
	 * Routes to whatever the tables hold.
	 * @param tables asked for so that every one of them has been made
	 */
	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	RouterFunction<ServerResponse> router(Api api, List<RouteTable> tables) {
		return api.router();
	}

}
