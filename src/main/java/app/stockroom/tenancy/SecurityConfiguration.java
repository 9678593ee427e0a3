package app.stockroom.tenancy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import app.stockroom.platform.Problem;
import app.stockroom.platform.Problems;
import app.stockroom.platform.Refusal;
import app.stockroom.platform.StartRefusedException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.http.codec.CodecCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.PathContainer;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity.CsrfSpec;
import org.springframework.security.config.web.server.ServerHttpSecurity.HeaderSpec.CacheSpec;
import org.springframework.security.config.web.server.ServerHttpSecurity.HeaderSpec.ContentTypeOptionsSpec;
import org.springframework.security.config.web.server.ServerHttpSecurity.HeaderSpec.FrameOptionsSpec;
import org.springframework.security.config.web.server.ServerHttpSecurity.HeaderSpec.HstsSpec;
import org.springframework.security.config.web.server.ServerHttpSecurity.HeaderSpec.XssProtectionSpec;
import org.springframework.security.config.web.server.ServerHttpSecurity.LogoutSpec;
import org.springframework.security.config.web.server.ServerHttpSecurity.RequestCacheSpec;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.context.NoOpServerSecurityContextRepository;
import org.springframework.security.web.server.firewall.ServerExchangeRejectedHandler;
import org.springframework.security.web.server.firewall.ServerWebExchangeFirewall;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher.MatchResult;
import org.springframework.web.reactive.function.server.HandlerStrategies;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;

/**
 * Who gets in: everybody to the dashboard, its documents and the probes; holders of a
 * valid token to the API; nobody to anything else. Scopes and tenants are the
 * {@linkplain Api route table's} matter.
 */
@Configuration(proxyBeanMethods = false)
@EnableWebFluxSecurity
class SecurityConfiguration {

	private static final String[] PUBLIC = { "/", "/index.html", "/favicon.ico", "/favicon.svg", "/assets/**",
			SignInRoutes.PATH, "/docs", "/docs/**", "/openapi.yaml", "/actuator/health/liveness",
			"/actuator/health/readiness", "/livez", "/readyz" };

	/** The dashboard asks the issuer for tokens, if there is one; nobody else. */
	private static final String CONTENT_POLICY = "default-src 'self'; connect-src 'self'%s; img-src 'self' data:; "
			+ "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

	@Bean
	TokenKeys tokenKeys(SecuritySettings settings, @Value("${stockroom.embedded.active:false}") boolean embedded,
			@Value("${stockroom.embedded.data-directory:./data}") Path dataDirectory) {
		List<String> sources = new ArrayList<>();
		if (settings.jwksUrl() != null) {
			sources.add("jwks-url");
		}
		if (settings.publicKey() != null) {
			sources.add("public-key");
		}
		if (settings.secret() != null) {
			sources.add("secret");
		}
		if (sources.size() > 1) {
			throw new StartRefusedException("stockroom.security has more than one source of keys: " + sources,
					"Leave exactly one of them.");
		}
		TokenKeys keys = keys(settings, embedded ? dataDirectory : null);
		if (settings.devToken().enabled() && keys.signing() == null) {
			throw new StartRefusedException(
					"stockroom.security.dev-token.enabled is on, but with %s alone no token can be signed."
						.formatted(sources.getFirst()),
					"Get tokens from your issuer and switch it off, or use stockroom.security.secret for a first try.");
		}
		return keys;
	}

	private static TokenKeys keys(SecuritySettings settings, @Nullable Path ownKeys) {
		if (settings.jwksUrl() != null) {
			return TokenKeys.jwks(settings.jwksUrl());
		}
		if (settings.publicKey() != null) {
			return TokenKeys.publicKey(settings.publicKey());
		}
		if (settings.secret() != null) {
			return TokenKeys.secret(settings.secret());
		}
		if (ownKeys == null) {
			throw new StartRefusedException("No keys are configured, so that no token could be verified.",
					"Set one of stockroom.security.jwks-url, stockroom.security.public-key and stockroom.security.secret.");
		}
		return TokenKeys.own(OwnKeyPair.in(ownKeys));
	}

	@Bean
	VerifiedTokens tokenDecoder(TokenKeys keys, SecuritySettings settings) {
		return Tokens.decoder(keys, settings);
	}

	/**
	 * Leads to the same routes as Spring's dispatcher, which finds no others below /api.
	 */
	@Bean
	KnownTokens knownTokens(VerifiedTokens tokens, ResponseHeaders headers,
			@Qualifier("router") RouterFunction<ServerResponse> router, List<CodecCustomizer> codecs) {
		WebHandler routes = RouterFunctions.toWebHandler(router,
				HandlerStrategies.builder()
					.codecs((all) -> codecs.forEach((customizer) -> customizer.customize(all)))
					.build());
		return new KnownTokens(tokens, headers, (exchange) -> isApi(exchange) && !isDevToken(exchange), routes);
	}

	@Bean
	ResponseHeaders responseHeaders(SignIn signIn) {
		return new ResponseHeaders(SecurityConfiguration::isApi,
				CONTENT_POLICY.formatted((signIn.issuer() != null) ? " " + signIn.origin() : ""));
	}

	@Bean
	SignIn signIn(SecuritySettings settings, SignInSettings dashboard) {
		return SignIn.of(settings.issuer(), dashboard);
	}

	@Bean
	SecurityWebFilterChain securityFilters(ServerHttpSecurity http, ReactiveJwtDecoder decoder,
			ResponseHeaders headers) {
		return http.csrf(CsrfSpec::disable) // no cookies, so nothing to forge
			.requestCache(RequestCacheSpec::disable)
			.logout(LogoutSpec::disable) // no sessions either
			.securityContextRepository(NoOpServerSecurityContextRepository.getInstance())
			.headers((written) -> written.cache(CacheSpec::disable)
				.contentTypeOptions(ContentTypeOptionsSpec::disable)
				.frameOptions(FrameOptionsSpec::disable)
				.hsts(HstsSpec::disable)
				.xssProtection(XssProtectionSpec::disable)
				.writer(headers))
			// The API first and without patterns, each of which costs 2 KB a request.
			.authorizeExchange((exchanges) -> exchanges.matchers(SecurityConfiguration::matchDevToken)
				.permitAll()
				.matchers(SecurityConfiguration::matchApi)
				.authenticated()
				.pathMatchers(PUBLIC)
				.permitAll()
				.anyExchange()
				.denyAll())
			.exceptionHandling((refused) -> refused.authenticationEntryPoint(SecurityConfiguration::refuse)
				.accessDeniedHandler(SecurityConfiguration::refuse))
			.oauth2ResourceServer((server) -> server.authenticationEntryPoint(SecurityConfiguration::refuse)
				.accessDeniedHandler(SecurityConfiguration::refuse)
				.jwt((jwt) -> jwt.jwtDecoder(decoder)
					// The route table reads scopes itself: no authorities are needed.
					.jwtAuthenticationConverter((token) -> Mono.just(new JwtAuthenticationToken(token, List.of())))))
			.build();
	}

	/** Nobody watches the single filters, and to observe each costs 9 KB a request. */
	@Bean
	SecurityObservationSettings securityObservations() {
		return SecurityObservationSettings.noObservations();
	}

	@Bean
	ServerWebExchangeFirewall firewall() {
		return Firewall.strict();
	}

	/** Paths that no router would understand never reach one. */
	@Bean
	ServerExchangeRejectedHandler firewallRefusals() {
		return (exchange, rejected) -> Problems.write(exchange,
				Problem.INVALID_REQUEST.because("The request's path or headers are malformed."));
	}

	private static Mono<Void> refuse(ServerWebExchange exchange, Exception refused) {
		return Problems.write(exchange, refusal(exchange, refused));
	}

	private static Mono<MatchResult> matchDevToken(ServerWebExchange exchange) {
		return isDevToken(exchange) ? MatchResult.match() : MatchResult.notMatch();
	}

	private static boolean isDevToken(ServerWebExchange exchange) {
		return path(exchange).value().equals(DevTokenRoutes.PATH);
	}

	private static Mono<MatchResult> matchApi(ServerWebExchange exchange) {
		return isApi(exchange) ? MatchResult.match() : MatchResult.notMatch();
	}

	/** Whether the path is /api or below. */
	private static boolean isApi(ServerWebExchange exchange) {
		for (PathContainer.Element element : path(exchange).elements()) {
			if (element instanceof PathContainer.PathSegment first) {
				return first.valueToMatch().equals("api");
			}
		}
		return false;
	}

	private static PathContainer path(ServerWebExchange exchange) {
		return exchange.getRequest().getPath().pathWithinApplication();
	}

	private static Refusal refusal(ServerWebExchange exchange, Exception refused) {
		if (!isApi(exchange)) {
			// Elsewhere nothing is hidden behind a token: there is just nothing.
			return Problem.NOT_FOUND.because("There is nothing at this path.");
		}
		return Problem.UNAUTHENTICATED.because((refused instanceof OAuth2AuthenticationException)
				? Objects.requireNonNullElse(refused.getMessage(), "The token is not valid.") : "Send a bearer token.");
	}

}
