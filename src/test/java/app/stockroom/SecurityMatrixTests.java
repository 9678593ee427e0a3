package app.stockroom;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import app.stockroom.live.Instance;
import app.stockroom.tenancy.Api;
import app.stockroom.tenancy.Endpoint;
import app.stockroom.tenancy.Tenants;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every route of the router with every kind of token, good and bad: the policy of a new
 * route is tested as soon as there is the route. It runs beside the instance that all
 * tests share, because tokens come from an issuer here.
 */
@StockroomTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecurityMatrixTests {

	/** The only routes that may need no token. */
	private static final Set<String> OPEN = Set.of("POST /api/auth/dev-token");

	private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	@Autowired
	ApplicationContext context;

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	private Issuer issuer;

	private ConfigurableApplicationContext instance;

	private String tenant;

	private String other;

	private RSAKey stranger;

	@BeforeAll
	void start() throws Exception {
		this.issuer = new Issuer();
		this.stranger = new RSAKeyGenerator(2048).keyID(this.issuer.key().getKeyID()).generate();
		this.instance = Instance.beside(this.context,
				Map.of("stockroom.security.secret", "", "stockroom.security.dev-token.enabled", false,
						"stockroom.security.jwks-url", this.issuer.url(), "stockroom.security.issuer",
						"https://issuer.test", "stockroom.security.audience", "stockroom"));
		this.tenant = TenantClient.open(this.web, this.tenants).tenant().toString();
		this.other = TenantClient.open(this.web, this.tenants).tenant().toString();
	}

	@AfterAll
	void stop() {
		this.instance.close();
		this.issuer.close();
	}

	@Test
	void everyRouteHasAPolicy() {
		assertThat(endpoints()).filteredOn((endpoint) -> endpoint.scope() == null)
			.extracting(SecurityMatrixTests::name)
			.allMatch(OPEN::contains);
		assertThat(endpoints()).hasSizeGreaterThan(50);
	}

	@ParameterizedTest
	@EnumSource
	void everyRouteJudgesThisToken(Token token) throws Exception {
		for (Endpoint endpoint : endpoints()) {
			if (endpoint.scope() == null) {
				continue;
			}
			HttpResponse<InputStream> answer = ask(endpoint, write(token, endpoint), token);
			try (InputStream body = answer.body()) {
				String what = name(endpoint) + " with " + token;
				if (token.status == 200) {
					assertThat(answer.statusCode()).as(what).isNotIn(401, 403).isLessThan(500);
				}
				else if (token != Token.OF_ANOTHER_TENANT || !isPlatform(endpoint)) {
					assertThat(answer.statusCode()).as(what).isEqualTo(token.status);
					assertThat(answer.headers().firstValue("Content-Type")).as(what)
						.hasValue("application/problem+json");
					assertThat(answer.headers().firstValue("WWW-Authenticate").isPresent()).as(what)
						.isEqualTo(token.status == 401);
					assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8)).as(what)
						.doesNotContain(this.other);
				}
			}
		}
	}

	private List<Endpoint> endpoints() {
		return this.instance.getBean(Api.class).endpoints();
	}

	private HttpResponse<InputStream> ask(Endpoint endpoint, String bearer, Token token)
			throws IOException, InterruptedException {
		int port = this.instance.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
		String path = endpoint.path().replace("{sequence}", "1").replaceAll("\\{\\w+}", UUID.randomUUID().toString());
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
			.method(endpoint.method().name(), HttpRequest.BodyPublishers.noBody());
		if (endpoint.stream()) {
			request.header("Accept", "text/event-stream");
		}
		if (!bearer.isEmpty()) {
			request.header("Authorization", "Bearer " + bearer);
		}
		if (token == Token.OF_ANOTHER_TENANT) {
			request.header("X-Tenant-Id", this.other);
		}
		return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
	}

	private static boolean isPlatform(Endpoint endpoint) {
		return endpoint.scope() != null && endpoint.scope().claim().equals("platform:admin");
	}

	private static String name(Endpoint endpoint) {
		return endpoint.method() + " " + endpoint.path();
	}

	private String write(Token token, Endpoint endpoint) throws JOSEException {
		JWTClaimsSet.Builder claims = Issuer.claims(this.tenant);
		RSAKey key = this.issuer.key();
		return switch (token) {
			case NONE -> "";
			case GARBAGE -> "no.to.ken";
			case GOOD, OF_ANOTHER_TENANT -> sign(key, claims);
			case EXPIRED -> sign(key, claims.expirationTime(in(-10)));
			case WITHOUT_EXPIRY -> sign(key, claims.expirationTime(null));
			case NOT_YET_VALID -> sign(key, claims.notBeforeTime(in(60)));
			case FOR_ANOTHER_AUDIENCE -> sign(key, claims.audience("elsewhere"));
			case WITHOUT_AUDIENCE -> sign(key, claims.audience((String) null));
			case FROM_ANOTHER_ISSUER -> sign(key, claims.issuer("https://elsewhere.test"));
			case WITHOUT_SUBJECT -> sign(key, claims.subject(null));
			case UNSIGNED -> unsigned(claims);
			case SIGNED_WITH_THE_PUBLIC_KEY -> sign(new MACSigner(key.toRSAPublicKey().getEncoded()),
					new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(key.getKeyID()), claims);
			case SIGNED_BY_A_STRANGER -> sign(this.stranger, claims);
			case SIGNED_BY_ITS_OWN_KEY -> sign(new RSASSASigner(this.stranger),
					new JWSHeader.Builder(JWSAlgorithm.RS256).jwk(this.stranger.toPublicJWK()), claims);
			case OF_AN_UNKNOWN_KEY -> this.issuer.forged(this.tenant);
			case OF_ANOTHER_TYPE ->
				sign(new RSASSASigner(key), new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID())
					.type(new JOSEObjectType("dpop+jwt")), claims);
			case OF_A_TENANT_THAT_IS_NOT -> sign(key, Issuer.claims(UUID.randomUUID().toString())
				.claim("scope", "inventory:read inventory:write catalog:write tenant:admin"));
			case WITHOUT_THE_SCOPE -> sign(key, claims.claim("scope", others(endpoint)));
		};
	}

	private static String others(Endpoint endpoint) {
		return "inventory:read inventory:write catalog:write tenant:admin platform:admin"
			.replace(endpoint.scope().claim(), "");
	}

	private static Date in(int seconds) {
		return Date.from(Instant.now().plusSeconds(seconds));
	}

	private static String unsigned(JWTClaimsSet.Builder claims) {
		Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
		return base64.encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8)) + "."
				+ base64.encodeToString(claims.build().toString().getBytes(StandardCharsets.UTF_8)) + ".";
	}

	private static String sign(RSAKey key, JWTClaimsSet.Builder claims) throws JOSEException {
		return sign(new RSASSASigner(key), new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()), claims);
	}

	private static String sign(JWSSigner signer, JWSHeader.Builder header, JWTClaimsSet.Builder claims)
			throws JOSEException {
		SignedJWT token = new SignedJWT(header.build(), claims.build());
		token.sign(signer);
		return token.serialize();
	}

	/** Kinds of tokens, and what they are answered. */
	enum Token {

		GOOD(200), NONE(401), GARBAGE(401), EXPIRED(401), WITHOUT_EXPIRY(401), NOT_YET_VALID(401),
		FOR_ANOTHER_AUDIENCE(401), WITHOUT_AUDIENCE(401), FROM_ANOTHER_ISSUER(401), WITHOUT_SUBJECT(401), UNSIGNED(401),
		SIGNED_WITH_THE_PUBLIC_KEY(401), SIGNED_BY_A_STRANGER(401), SIGNED_BY_ITS_OWN_KEY(401), OF_AN_UNKNOWN_KEY(401),
		OF_ANOTHER_TYPE(401), OF_A_TENANT_THAT_IS_NOT(403), WITHOUT_THE_SCOPE(403), OF_ANOTHER_TENANT(403);

		private final int status;

		Token(int status) {
			this.status = status;
		}

	}

}
