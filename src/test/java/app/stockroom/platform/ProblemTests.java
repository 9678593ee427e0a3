package app.stockroom.platform;

import java.net.URI;
import java.util.List;

import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.test.web.reactive.server.WebTestClient.BodyContentSpec;
import org.springframework.test.web.reactive.server.WebTestClient.ResponseSpec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@StockroomTest
class ProblemTests {

	private static final String TOKEN = "/api/auth/dev-token";

	@Autowired
	private WebTestClient web;

	@Autowired
	private Tenants tenants;

	@Autowired
	private Environment environment;

	@Test
	void aProblemSaysWhatIsWrongAndWhere() {
		ResponseSpec response = this.web.get().uri("/api/nothing?x=y").exchange();
		response.expectHeader().valueEquals(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
		problem(response, 401, "unauthenticated").jsonPath("$.title")
			.isEqualTo("A valid bearer token is needed")
			.jsonPath("$.status")
			.isEqualTo(401)
			.jsonPath("$.detail")
			.isNotEmpty()
			.jsonPath("$.instance")
			.isEqualTo("/api/nothing");
	}

	@ParameterizedTest
	@ValueSource(strings = { "type", "title", "status", "detail", "instance", "errors" })
	void aMemberWithAMeaningOfItsOwnCannotBeReplaced(String member) {
		assertThatIllegalArgumentException().isThrownBy(() -> Problem.NOT_FOUND.because("gone").with(member, "mine"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS" })
	void unknownPathsAre401UnderApiWithoutATokenAnd404Elsewhere(String method) {
		problem(send(method, "/api/nothing"), 401, "unauthenticated");
		problem(send(method, "/api"), 401, "unauthenticated");
		problem(send(method, "/nothing"), 404, "not-found");
		problem(send(method, "/actuator/health"), 404, "not-found");
		problem(send(method, "/actuator/env"), 404, "not-found");
		problem(send(method, "/apis"), 404, "not-found");
	}

	@ParameterizedTest
	@ValueSource(strings = { "TRACE", "BREW" })
	void methodsOfNobodyAreRefusedEverywhere(String method) {
		problem(send(method, "/api/tenant"), 400, "invalid-request");
		problem(send(method, "/"), 400, "invalid-request");
	}

	@Test
	void unknownPathsAndIdsAre404WithAToken() {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		for (HttpMethod method : List.of(HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE)) {
			client.send(method, "/api/nothing", null).expectProblem(404, "not-found");
		}
		client.get("/api/products/no-id").expectProblem(404, "not-found");
		client.get("/api/products/01890a5d-ac96-774b-bcce-b302099a8057").expectProblem(404, "not-found");
	}

	@Test
	void anotherMethodIs405AndNamesThoseThatAre() {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		TenantClient.Reply reply = client.send(HttpMethod.DELETE, "/api/tenant", null)
			.expectProblem(405, "method-not-allowed");
		assertThat(reply.headers().getAllow()).containsExactlyInAnyOrder(HttpMethod.GET, HttpMethod.HEAD,
				HttpMethod.PATCH, HttpMethod.OPTIONS);
		assertThat(client.send(HttpMethod.OPTIONS, "/api/tenant", null).expect(204).headers().getAllow())
			.containsExactlyInAnyOrder(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.PATCH, HttpMethod.OPTIONS);
		ResponseSpec open = send("GET", TOKEN);
		open.expectHeader().valueEquals(HttpHeaders.ALLOW, "POST,OPTIONS");
		problem(open, 405, "method-not-allowed");
	}

	@Test
	void headIsGetWithoutABody() {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		this.web.head()
			.uri("/api/tenant")
			.headers((headers) -> headers.setBearerAuth(client.token()))
			.exchange()
			.expectStatus()
			.isOk()
			.expectHeader()
			.contentType(MediaType.APPLICATION_JSON)
			.expectBody()
			.isEmpty();
		this.web.head().uri("/api/nothing").exchange().expectStatus().isUnauthorized().expectBody().isEmpty();
	}

	@Test
	void headOfAStreamEnds() {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		this.web.head()
			.uri("/api/inventory")
			.accept(MediaType.TEXT_EVENT_STREAM)
			.headers((headers) -> headers.setBearerAuth(client.token()))
			.exchange()
			.expectStatus()
			.isOk()
			.expectHeader()
			.contentType(MediaType.TEXT_EVENT_STREAM)
			.expectBody()
			.isEmpty();
		// A stream that went on behind it would keep the connection for itself.
		send("GET", "/nothing").expectStatus().isNotFound();
	}

	@ParameterizedTest
	@CsvSource({ "text/plain", "application/x-www-form-urlencoded", "application/json;charset=utf-16",
			"application/json;charset=iso-8859-1", "application/x-ndjson", "application/vnd.api+json" })
	void anotherMediaTypeIs415(String type) {
		problem(this.web.post().uri(TOKEN).header(HttpHeaders.CONTENT_TYPE, type).bodyValue("{}".getBytes()).exchange(),
				415, "unsupported-media-type");
	}

	@Test
	void aBodyOfAllowedSizeIsReadAndOneByteMoreIs413() {
		String padded = "{\"subject\": \"me\"%s}";
		int padding = Limits.BODY_BYTES - padded.formatted("").length();
		post(padded.formatted(" ".repeat(padding))).expectStatus().isOk();
		problem(post(padded.formatted(" ".repeat(padding + 1))), 413, "content-too-large").jsonPath("$.limit")
			.isEqualTo(Limits.BODY_BYTES);
		problem(this.web.post()
			.uri(TOKEN)
			.contentType(MediaType.APPLICATION_JSON)
			.body(Flux.range(0, 40).map((_) -> " ".repeat(8192)), String.class)
			.exchange(), 413, "content-too-large");
	}

	@Test
	void aBadBodyNamesItsFields() {
		problem(post("{\"ttlSeconds\": 0, \"colour\": 1}"), 400, "invalid-request")
			.jsonPath("$.errors[?(@.field == 'ttlSeconds')].code")
			.isEqualTo("out-of-range")
			.jsonPath("$.errors[?(@.field == 'colour')].code")
			.isEqualTo("unknown-field");
	}

	@Test
	void aBadQueryNamesItsParameters() {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		TenantClient.Reply reply = client.get("/api/products?page=0&limit=201&colour=red")
			.expectProblem(400, "invalid-request");
		assertThat(reply.fields()).containsExactlyInAnyOrder("page", "limit", "colour");
		assertThat(client.get("/api/products?page=51&limit=200").expectProblem(400, "invalid-request").fields())
			.containsExactly("page");
		client.get("/api/products?page=50&limit=200").expect(200);
		assertThat(client.get("/api/products?page=1&page=2").expectProblem(400, "invalid-request").fields())
			.containsExactly("page");
		assertThat(client.get("/api/products?page").expectProblem(400, "invalid-request").fields())
			.containsExactly("page");
		assertThat(client.get("/api/products?page=+1&limit=1e1").expectProblem(400, "invalid-request").fields())
			.containsExactlyInAnyOrder("page", "limit");
	}

	@ParameterizedTest
	@ValueSource(strings = { "//api/tenant", "/api/%2e%2e/tenant", "/api/tenant;x=1", "/api/%00" })
	void malformedPathsAreRefusedAsProblemsToo(String path) {
		ResponseSpec response = this.web.get().uri(URI.create(base() + path)).exchange();
		response.expectHeader().contentType(MediaType.APPLICATION_PROBLEM_JSON).expectStatus().is4xxClientError();
	}

	@Test
	void everyAnswerHasTheSecurityHeaders() {
		send("GET", "/nothing").expectHeader()
			.valueEquals("X-Content-Type-Options", "nosniff")
			.expectHeader()
			.valueEquals("X-Frame-Options", "DENY")
			.expectHeader()
			.value("Content-Security-Policy",
					(policy) -> assertThat(policy).startsWith("default-src 'self'").doesNotContain("unsafe"));
	}

	@Test
	void anAnswerOfTheApiIsNothingToShow() {
		send("GET", "/api/tenant").expectHeader()
			.valueEquals("X-Content-Type-Options", "nosniff")
			.expectHeader()
			.valueEquals("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
			.expectHeader()
			.valueEquals("Cache-Control", "no-store");
	}

	private String base() {
		return "http://localhost:" + this.environment.getRequiredProperty("local.server.port");
	}

	private ResponseSpec post(String body) {
		return this.web.post().uri(TOKEN).contentType(MediaType.APPLICATION_JSON).bodyValue(body).exchange();
	}

	private ResponseSpec send(String method, String path) {
		return this.web.method(HttpMethod.valueOf(method)).uri(path).exchange();
	}

	private static BodyContentSpec problem(ResponseSpec response, int status, String code) {
		return response.expectStatus()
			.isEqualTo(status)
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody()
			.jsonPath("$.type")
			.isEqualTo("urn:stockroom:" + code);
	}

}
