package app.stockroom;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import app.stockroom.TenantClient.Reply;
import app.stockroom.platform.Limits;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every list can be walked by cursor in every order: all items once, also while others
 * are added.
 */
@StockroomTest
class CursorTests {

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	private TenantClient client;

	@BeforeEach
	void openTenant() {
		this.client = TenantClient.open(this.web, this.tenants);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/api/products?", "/api/products?sortBy=sku", "/api/products?sortBy=name&order=desc",
			"/api/products?sortBy=price", "/api/products?sortBy=price&order=desc", "/api/products?sortBy=status",
			"/api/products?sortBy=createdAt&order=desc", "/api/products?sortBy=updatedAt", "/api/products?order=desc",
			"/api/products?name=a b", "/api/warehouses?", "/api/warehouses?sortBy=name",
			"/api/warehouses?sortBy=location&order=desc", "/api/warehouses?sortBy=status",
			"/api/warehouses?sortBy=createdAt", "/api/warehouses?sortBy=updatedAt", "/api/inventory?",
			"/api/inventory?sortBy=sku&order=desc", "/api/inventory?sortBy=productName",
			"/api/inventory?sortBy=warehouseName", "/api/inventory?sortBy=quantity&order=desc",
			"/api/inventory?sortBy=reserved", "/api/inventory?sortBy=available", "/api/inventory?sortBy=createdAt",
			"/api/inventory?sortBy=updatedAt&order=desc", "/api/stock-movements?",
			"/api/stock-movements?sortBy=sequence", "/api/stock-movements?sortBy=sequence&order=desc", "/api/alerts?",
			"/api/alerts?sortBy=openedAt&order=asc" })
	void everyOrderIsWalkedWithoutGapsOrRepeats(String path) {
		fill();
		List<JsonNode> whole = items(this.client.get(path + "&limit=200").expect(200));
		assertThat(whole).hasSizeGreaterThan(4);
		Reply page = this.client.get(path + "&limit=2").expect(200);
		List<JsonNode> walked = new ArrayList<>(items(page));
		while (page.body().has("nextCursor")) {
			String link = String.valueOf(page.headers().getFirst("Link"));
			assertThat(link).startsWith("<" + path.substring(0, path.indexOf('?')) + "?").endsWith(">; rel=\"next\"");
			String next = path + "&limit=2&cursor=" + page.text("nextCursor");
			page = this.client.get(next).expect(200);
			assertThat(page.body().has("page")).isFalse();
			assertThat(page.body().has("total")).isFalse();
			walked.addAll(items(page));
		}
		assertThat(page.headers().containsHeader("Link")).isFalse();
		assertThat(walked).isEqualTo(whole);
	}

	@Test
	void theLinkLeadsToTheNextPage() {
		fill();
		Reply first = this.client.get("/api/products?page=1&limit=3&sortBy=name&name=a b").expect(200);
		String link = String.valueOf(first.headers().getFirst("Link"));
		Reply second = this.client.get(link.substring(1, link.indexOf('>')).replace("%20", " ")).expect(200);
		assertThat(items(second))
			.isEqualTo(items(this.client.get("/api/products?page=2&limit=3&sortBy=name&name=a b").expect(200)));
	}

	@Test
	void whatIsAddedMeanwhileMovesNothing() {
		for (String sku : List.of("B", "D", "F", "H")) {
			this.client.product(sku);
		}
		Reply first = this.client.get("/api/products?sortBy=sku&limit=2").expect(200);
		this.client.product("A");
		this.client.product("G");
		Reply second = this.client.get("/api/products?sortBy=sku&limit=9&cursor=" + first.text("nextCursor"))
			.expect(200);
		assertThat(items(second)).extracting((item) -> item.get("sku").asString()).containsExactly("F", "G", "H");
	}

	@Test
	void aCursorHoldsForItsOwnQuestionOnly() {
		fill();
		String cursor = "cursor=" + this.client.get("/api/products?sortBy=sku&limit=2").text("nextCursor");
		this.client.get("/api/products?sortBy=sku&limit=3&" + cursor).expect(200);
		for (String other : List.of("/api/products?", "/api/products?sortBy=name&",
				"/api/products?sortBy=sku&order=desc&", "/api/products?sortBy=sku&status=ACTIVE&",
				"/api/products?sortBy=sku&page=1&", "/api/inventory?sortBy=sku&",
				"/api/products?sortBy=sku&" + cursor + "&")) {
			assertThat(this.client.get(other + cursor).expectProblem(400, "invalid-request").fields()).as(other)
				.contains("cursor");
		}
		TenantClient foreign = TenantClient.open(this.web, this.tenants);
		assertThat(foreign.get("/api/products?sortBy=sku&" + cursor).expectProblem(400, "invalid-request").fields())
			.contains("cursor");
	}

	@Test
	void whatIsNoCursorIsRefused() {
		fill();
		String path = "/api/products?sortBy=price&limit=2";
		String good = this.client.get(path).text("nextCursor");
		String content = new String(Base64.getUrlDecoder().decode(good), StandardCharsets.UTF_8);
		List<String> bad = List.of("", "x", "%00", "bnVsbA", "e30", "W10",
				encode(content.replace("\"v\":1", "\"v\":2")), encode(content.replaceAll("\"k\":.*", "\"k\":[]}")),
				encode(content.replaceAll("\"k\":.*", "\"k\":[null,null]}")),
				encode(content.replaceAll("\"k\":.*", "\"k\":[\"1e99999\",\"x\"]}")),
				encode(content.replaceAll("\"k\":.*", "\"k\":[\"1\",\"\\\\u0000\"]}")),
				encode(content.replaceAll("\"k\":.*", "\"k\":[\"2.5\",\"not-an-id\"]}")),
				"A".repeat(Limits.CURSOR_LENGTH), "A".repeat(Limits.CURSOR_LENGTH + 1));
		for (String cursor : bad) {
			assertThat(this.client.get(path + "&cursor=" + cursor).expectProblem(400, "invalid-request").fields())
				.as(cursor)
				.contains("cursor");
		}
		this.client.get(path + "&cursor=" + good).expect(200);
	}

	@Test
	void theLongestTextToSortByHasACursor() {
		String letter = "\u20ac";
		for (String end : List.of("1", "2", "3")) {
			this.client
				.post("/api/products",
						"{\"sku\": \"%s\", \"name\": \"%s\"}".formatted(end,
								letter.repeat(Limits.TEXT_LENGTH - 1) + end))
				.expect(201);
		}
		Reply first = this.client.get("/api/products?sortBy=name&limit=2").expect(200);
		Reply second = this.client.get("/api/products?sortBy=name&limit=2&cursor=" + first.text("nextCursor"))
			.expect(200);
		assertThat(items(second)).extracting((item) -> item.get("sku").asString()).containsExactly("3");
	}

	@Test
	void deletedOnesAreListedOnDemandOnly() {
		String product = this.client.product("A");
		this.client.product("B");
		this.client.delete("/api/products/" + product).expect(204);
		String warehouse = this.client.warehouse("North");
		this.client.delete("/api/warehouses/" + warehouse).expect(204);
		assertThat(this.client.get("/api/products").number("total")).isOne();
		Reply all = this.client.get("/api/products?includeDeleted=true&sortBy=sku").expect(200);
		assertThat(items(all)).hasSize(2);
		assertThat(items(all).getFirst().has("deletedAt")).isTrue();
		assertThat(this.client.get("/api/warehouses").number("total")).isOne();
		assertThat(this.client.get("/api/warehouses?includeDeleted=true").number("total")).isEqualTo(2);
		this.client.get("/api/products?includeDeleted=yes").expectProblem(400, "invalid-request");
	}

	/** Names, prices and quantities that are equal, so that ties are decided too. */
	private void fill() {
		String[] prices = { "", ", \"price\": 2.5", ", \"price\": 2.5", ", \"price\": 0", ", \"price\": 10", "" };
		for (int i = 0; i < prices.length; i++) {
			String product = this.client
				.post("/api/products", "{\"sku\": \"S%d\", \"name\": \"a b %d\"%s}".formatted(i, i % 2, prices[i]))
				.expect(201)
				.text("id");
			this.client.move(product, "IN", 20 + i % 2).expect(201);
			this.client.move(product, "OUT", 15).expect(201);
			this.client
				.post("/api/warehouses",
						"{\"name\": \"W%d\"%s}".formatted(i, (i % 2 == 0) ? ", \"location\": \"x\"" : ""))
				.expect(201);
		}
	}

	private static String encode(String content) {
		return Base64.getUrlEncoder().withoutPadding().encodeToString(content.getBytes(StandardCharsets.UTF_8));
	}

	private static List<JsonNode> items(Reply page) {
		return page.body().get("items").valueStream().toList();
	}

}
