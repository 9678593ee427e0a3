package app.stockroom.tenancy;

import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.UUID;

import app.stockroom.StockroomTest;
import app.stockroom.platform.Ids;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.test.web.reactive.server.WebTestClient.ResponseSpec;

@StockroomTest
class CallerTests {

	@Autowired
	private WebTestClient web;

	@Autowired
	private Tenants tenants;

	@Value("${stockroom.security.secret}")
	private String secret;

	private UUID one = Ids.next();

	private UUID other = Ids.next();

	@BeforeEach
	void openTenants() {
		this.tenants.open(new TenantId(this.one), "One", 10, 1000).block();
		this.tenants.open(new TenantId(this.other), "Other", 10, 1000).block();
	}

	@Test
	void aTokenOfOneTenantNeedsNoHeader() {
		get(token(admin().claim("tenant_id", this.one.toString()))).expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.id")
			.isEqualTo(this.one.toString());
		get(token(admin().claim("tenant_ids", List.of(this.one.toString())))).expectStatus().isOk();
	}

	@Test
	void theHeaderMustBeOneOfTheTokensTenants() {
		String token = token(admin().claim("tenant_id", this.one.toString()));
		get(token, this.one.toString()).expectStatus().isOk();
		expect(get(token, this.other.toString()), 403, "forbidden");
		expect(get(token, UUID.randomUUID().toString()), 403, "forbidden");
	}

	@Test
	void aTokenOfSeveralTenantsNeedsTheHeader() {
		String token = token(admin().claim("tenant_ids", List.of(this.one.toString(), this.other.toString())));
		expect(get(token), 400, "invalid-request").jsonPath("$.errors[0].field").isEqualTo("X-Tenant-Id");
		get(token, this.other.toString()).expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.id")
			.isEqualTo(this.other.toString());
		expect(get(token, UUID.randomUUID().toString()), 403, "forbidden");
		expect(get(token, this.one.toString(), this.other.toString()), 400, "invalid-request");
	}

	@ParameterizedTest
	@ValueSource(strings = { "x", "1-1-1-1-1", "' or true --" })
	void aHeaderThatIsNoIdIsABadRequest(String header) {
		expect(get(token(admin().claim("tenant_id", this.one.toString())), header), 400, "invalid-request");
	}

	@Test
	void aTokenThatNamesNoOrAWrongTenantIsForbidden() {
		expect(get(token(admin())), 403, "forbidden");
		expect(get(token(admin()), this.one.toString()), 403, "forbidden");
		expect(get(token(admin().claim("tenant_id", "x"))), 403, "forbidden");
		expect(get(token(admin().claim("tenant_id", 7))), 403, "forbidden");
		expect(get(token(admin().claim("tenant_ids", List.of()))), 403, "forbidden");
		expect(get(token(
				admin().claim("tenant_id", this.one.toString()).claim("tenant_ids", List.of(this.other.toString())))),
				403, "forbidden");
		expect(get(token(admin().claim("tenant_id", UUID.randomUUID().toString()))), 403, "forbidden");
	}

	@Test
	void aMissingScopeIsForbiddenAndNamed() {
		for (String scope : List.of("", "inventory:read", "tenant:admins", "TENANT:ADMIN", "platform:admin")) {
			expect(get(token(claims(scope).claim("tenant_id", this.one.toString()))), 403, "forbidden")
				.jsonPath("$.required")
				.isEqualTo("tenant:admin");
		}
		expect(get(token(new JWTClaimsSet.Builder(claims("x").build()).claim("scope", null)
			.claim("tenant_id", this.one.toString()))), 403, "forbidden");
		get(token(claims("inventory:read tenant:admin").claim("tenant_id", this.one.toString()))).expectStatus().isOk();
	}

	@Test
	void anExpiredOrForeignTokenIsUnauthenticated() {
		String expired = token(admin().claim("tenant_id", this.one.toString())
			.expirationTime(Date.from(Instant.now().minusSeconds(10))));
		expect(get(expired), 401, "unauthenticated");
		this.secret = "another-secret-of-somebody-else-0123456789";
		expect(get(token(admin().claim("tenant_id", this.one.toString()))), 401, "unauthenticated");
		expect(get("garbage"), 401, "unauthenticated");
	}

	@Test
	void aDevelopmentTokenSaysWhatWasAskedFor() {
		String answer = "{\"tenantIds\": [\"%s\", \"%s\"], \"scope\": \"tenant:admin\", \"subject\": \"me\", \"ttlSeconds\": 60}";
		byte[] token = ask(answer.formatted(this.one, this.other)).expectStatus()
			.isOk()
			.expectHeader()
			.valueEquals("Cache-Control", "no-store")
			.expectBody()
			.jsonPath("$.token_type")
			.isEqualTo("Bearer")
			.jsonPath("$.expires_in")
			.isEqualTo(60)
			.returnResult()
			.getResponseBody();
		String text = new tools.jackson.databind.json.JsonMapper().readTree(token).get("access_token").asString();
		get(text, this.other.toString()).expectStatus().isOk();
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"ttlSeconds\": 86401}", "{\"ttlSeconds\": 0}", "{\"ttlSeconds\": \"60\"}",
			"{\"scope\": \"everything\"}", "{\"scope\": \"\"}", "{\"subject\": \"\"}", "{\"subject\": \" \"}",
			"{\"tenantId\": \"demo\"}", "{\"tenantIds\": []}", "{\"tenant\": \"x\"}",
			"{\"tenantId\": \"01890a5d-ac96-774b-bcce-b302099a8057\", \"tenantIds\": [\"01890a5d-ac96-774b-bcce-b302099a8057\"]}" })
	void aBadWishForADevelopmentTokenIsRefused(String wish) {
		expect(ask(wish), 400, "invalid-request").jsonPath("$.errors.length()").isEqualTo(1);
	}

	@Test
	void aWishForADevelopmentTokenMayBeLeftOut() {
		this.web.post().uri(DevTokenRoutes.PATH).exchange().expectStatus().isOk();
	}

	private ResponseSpec ask(String wish) {
		return this.web.post()
			.uri(DevTokenRoutes.PATH)
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue(wish)
			.exchange();
	}

	private ResponseSpec get(String token, String... tenants) {
		return this.web.get()
			.uri("/api/tenant")
			.headers((headers) -> headers.setBearerAuth(token))
			.header(Callers.TENANT_HEADER, tenants)
			.exchange();
	}

	private static WebTestClient.BodyContentSpec expect(ResponseSpec response, int status, String code) {
		return response.expectStatus()
			.isEqualTo(status)
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody()
			.jsonPath("$.type")
			.isEqualTo("urn:stockroom:" + code);
	}

	private static JWTClaimsSet.Builder admin() {
		return claims("tenant:admin");
	}

	private static JWTClaimsSet.Builder claims(String scope) {
		return new JWTClaimsSet.Builder().subject("test")
			.claim("scope", scope)
			.expirationTime(Date.from(Instant.now().plusSeconds(60)));
	}

	private String token(JWTClaimsSet.Builder claims) {
		SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims.build());
		try {
			token.sign(new MACSigner(this.secret));
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
		return token.serialize();
	}

}
