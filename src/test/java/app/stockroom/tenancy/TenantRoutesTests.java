package app.stockroom.tenancy;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.TenantClient.Reply;
import app.stockroom.TestServers;
import app.stockroom.embedded.PostgresCluster;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

@StockroomTest
class TenantRoutesTests {

	@Autowired
	private WebTestClient web;

	@Autowired
	private Tenants tenants;

	@Value("${spring.r2dbc.url}")
	private String url;

	private TenantClient own;

	private TenantClient platform;

	@BeforeEach
	void clients() {
		this.own = TenantClient.open(this.web, this.tenants);
		this.platform = this.own.with("platform:admin");
	}

	@Test
	void aTenantOpensWithItsLedgerAndItsDefaultWarehouse() throws SQLException {
		Reply reply = this.platform
			.post("/api/tenants", "{\"name\": \"Acme\", \"defaultMinStock\": 5, \"rateLimit\": 100}")
			.expect(201);
		String id = reply.text("id");
		assertThat(reply.headers().getLocation()).hasToString("/api/tenants/" + id);
		assertThat(reply.headers().getETag()).isEqualTo("\"" + reply.number("version") + "\"");
		Reply read = this.platform.get("/api/tenants/" + id).expect(200);
		assertThat(read.body()).isEqualTo(reply.body());
		assertThat(read.text("name")).isEqualTo("Acme");
		assertThat(read.number("defaultMinStock")).isEqualTo(5);
		assertThat(read.number("defaultMaxStock")).isEqualTo(1000);
		assertThat(read.number("rateLimit")).isEqualTo(100);
		assertThat(count("ledger_head", id)).isEqualTo(1);
		assertThat(count("warehouse", id)).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "{}", "{\"name\": \"\"}", "{\"name\": \" x\"}", "{\"name\": \"x \"}",
			"{\"name\": \"x\", \"defaultMinStock\": 11, \"defaultMaxStock\": 10}",
			"{\"name\": \"x\", \"defaultMinStock\": -1}", "{\"name\": \"x\", \"defaultMaxStock\": 9007199254740992}",
			"{\"name\": \"x\", \"defaultMinStock\": 1001}", "{\"name\": \"x\", \"rateLimit\": -1}",
			"{\"name\": \"x\", \"id\": \"01890a5d-ac96-774b-bcce-b302099a8057\"}" })
	void aBadTenantIsRefusedAndNotOpened(String body) {
		long before = this.platform.get("/api/tenants?limit=1").number("total");
		assertThat(this.platform.post("/api/tenants", body).expectProblem(400, "invalid-request").fields()).hasSize(1);
		assertThat(this.platform.get("/api/tenants?limit=1").number("total")).isEqualTo(before);
	}

	@Test
	void theListHasEveryLiveTenantOnce() {
		String id = this.platform.post("/api/tenants", "{\"name\": \"Listed\"}").expect(201).text("id");
		assertThat(listed()).contains(id, this.own.tenant().toString()).doesNotHaveDuplicates();
		this.platform.delete("/api/tenants/" + id).expect(204);
		assertThat(listed()).doesNotContain(id).contains(this.own.tenant().toString());
	}

	@Test
	void aChangeKeepsWhatItDoesNotName() {
		Reply before = this.own.get("/api/tenant").expect(200);
		Reply after = this.own.send(HttpMethod.PATCH, "/api/tenant", "{\"rateLimit\": 7}").expect(200);
		assertThat(after.number("rateLimit")).isEqualTo(7);
		assertThat(after.number("version")).isEqualTo(before.number("version") + 1);
		assertThat(after.text("name")).isEqualTo(before.text("name"));
		assertThat(this.own.get("/api/tenant").body()).isEqualTo(after.body());
		Reply same = this.own.send(HttpMethod.PATCH, "/api/tenant", "{\"rateLimit\": 7}").expect(200);
		assertThat(same.body()).as("what changes nothing is no change").isEqualTo(after.body());
		assertThat(this.own.send(HttpMethod.PATCH, "/api/tenant", "{\"rateLimit\": 0}")
			.expect(200)
			.body()
			.has("rateLimit")).isFalse();
	}

	@Test
	void aMinimumAboveTheMaximumIsRefusedAlsoAgainstWhatStands() {
		this.own.send(HttpMethod.PATCH, "/api/tenant", "{\"defaultMinStock\": 1001}")
			.expectProblem(400, "invalid-request");
		this.own.send(HttpMethod.PATCH, "/api/tenant", "{\"defaultMaxStock\": 9}")
			.expectProblem(400, "invalid-request");
		this.own.send(HttpMethod.PATCH, "/api/tenant", "{\"defaultMinStock\": 2000, \"defaultMaxStock\": 2000}")
			.expect(200);
	}

	@Test
	void ifMatchIsHonoured() {
		String tag = this.own.get("/api/tenant").headers().getETag();
		this.own.send(HttpMethod.PATCH, "/api/tenant", "{\"name\": \"First\"}", "If-Match", tag).expect(200);
		this.own.send(HttpMethod.PATCH, "/api/tenant", "{\"name\": \"Second\"}", "If-Match", tag)
			.expectProblem(412, "stale-version");
		assertThat(this.own.get("/api/tenant").text("name")).isEqualTo("First");
	}

	@Test
	void concurrentChangesAreAllMade() {
		long before = this.own.get("/api/tenant").number("version");
		Flux.range(1, 4)
			.flatMap((i) -> this.tenants.change(this.own.tenant(),
					app.stockroom.platform.IfMatch
						.of(org.springframework.mock.web.reactive.function.server.MockServerRequest.builder().build()),
					new TenantChange(null, null, null, i)))
			.blockLast();
		assertThat(this.own.get("/api/tenant").number("version")).isEqualTo(before + 4);
	}

	@Test
	void aDeletedTenantIsGoneAndItsLedgerClosed() throws SQLException {
		String id = this.own.tenant().toString();
		this.own.get("/api/tenant").expect(200);
		this.platform.delete("/api/tenants/" + id).expect(204);
		this.platform.delete("/api/tenants/" + id).expectProblem(404, "not-found");
		this.platform.get("/api/tenants/" + id).expectProblem(404, "not-found");
		this.platform.send(HttpMethod.PATCH, "/api/tenants/" + id, "{\"name\": \"x\"}").expectProblem(404, "not-found");
		this.own.get("/api/tenant").expectProblem(403, "forbidden");
		this.own.get("/api/products").expectProblem(403, "forbidden");
		assertThat(count("ledger_head where closed and", id)).isEqualTo(1);
	}

	@Test
	void tenantsAreForThePlatformsAdministratorsOnly() {
		String other = UUID.randomUUID().toString();
		for (String path : List.of("/api/tenants", "/api/tenants/" + this.own.tenant(), "/api/tenants/" + other)) {
			Reply reply = this.own.get(path).expectProblem(403, "forbidden");
			assertThat(reply.text("required")).isEqualTo("platform:admin");
		}
		this.own.post("/api/tenants", "{\"name\": \"Mine\"}").expectProblem(403, "forbidden");
		this.own.delete("/api/tenants/" + this.own.tenant()).expectProblem(403, "forbidden");
		this.own.with("inventory:read").get("/api/tenant").expectProblem(403, "forbidden");
		this.platform.get("/api/tenants/" + other).expectProblem(404, "not-found");
		this.platform.get("/api/tenants/no-id").expectProblem(404, "not-found");
	}

	/** All pages, because other tests have tenants too. */
	private List<String> listed() {
		List<String> ids = new ArrayList<>();
		JsonNode page = this.platform.get("/api/tenants?limit=200").expect(200).body();
		page.get("items").forEach((tenant) -> ids.add(tenant.get("id").asString()));
		while (page.has("nextCursor")) {
			page = this.platform.get("/api/tenants?limit=200&cursor=" + page.get("nextCursor").asString())
				.expect(200)
				.body();
			page.get("items").forEach((tenant) -> ids.add(tenant.get("id").asString()));
		}
		return ids;
	}

	private long count(String table, String tenant) throws SQLException {
		String database = this.url.substring(this.url.lastIndexOf('/') + 1);
		String where = table.contains(" ") ? " " : " where ";
		try (java.sql.Connection connection = TestServers.postgres().connect(database, PostgresCluster.SUPERUSER);
				Statement statement = connection.createStatement();
				ResultSet count = statement
					.executeQuery("select count(*) from " + table + where + "tenant_id = '" + tenant + "'")) {
			count.next();
			return count.getLong(1);
		}
	}

}
