package app.stockroom.tenancy;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.CacheControl;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * Tells the dashboard how people may sign in; public, and no part of the API.
 */
@Configuration(proxyBeanMethods = false)
class SignInRoutes {

	static final String PATH = "/dashboard/config.json";

	@Bean
	RouterFunction<ServerResponse> signInRouter(SignIn signIn, DevTokenRoutes devTokens) {
		Ways ways = new Ways((signIn.issuer() != null) ? signIn : null, devTokens.issues());
		return RouterFunctions.route()
			.GET(PATH, (_) -> ServerResponse.ok().cacheControl(CacheControl.noStore()).bodyValue(ways))
			.build();
	}

	/**
	 * The ways in beside a token from elsewhere, which is always one.
	 *
	 * @param signIn where to sign in, if anywhere
	 * @param demo whether a token may be had for the asking
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	record Ways(@Nullable SignIn signIn, boolean demo) {
	}

}
