package app.stockroom.docs;

import java.util.List;
import java.util.regex.Pattern;

import app.stockroom.StockroomTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.EntityExchangeResult;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page at /docs works without the network and under the policy that forbids inline
 * script.
 */
@StockroomTest
class DocsTests {

	private static final Pattern REFERENCE = Pattern.compile("(?:href|src)=\"([^\"]*)\"");

	private static final Pattern INLINE = Pattern.compile("<style|<script(?![^>]* src=)| style=| on[a-z]+=");

	@Autowired
	WebTestClient web;

	@Test
	void thePageRefersToItsOwnFilesOnlyAndEachIsThere() {
		String page = get("/docs", MediaType.TEXT_HTML);
		List<String> references = REFERENCE.matcher(page).results().map((match) -> match.group(1)).toList();
		assertThat(references).contains("/openapi.yaml", "/docs/swagger-ui/swagger-ui-bundle.js",
				"/docs/swagger-ui/swagger-ui.css", "/docs/initializer.js");
		assertThat(references).allMatch((reference) -> reference.matches("/[^/].*"));
		references.forEach((reference) -> get(reference, null));
	}

	@Test
	void thePageKeepsToThePolicy() {
		assertThat(INLINE.matcher(get("/docs", MediaType.TEXT_HTML)).find()).isFalse();
		this.web.get()
			.uri("/docs")
			.exchange()
			.expectHeader()
			.value("Content-Security-Policy",
					(policy) -> assertThat(policy).contains("default-src 'self'").doesNotContain("unsafe"));
	}

	@Test
	void headAnswersAsGet() {
		for (String path : List.of("/docs", "/openapi.yaml", "/docs/swagger-ui/swagger-ui.css")) {
			this.web.head().uri(path).exchange().expectStatus().isOk();
		}
	}

	@Test
	void theDescriptionNamesNoOtherHost() {
		assertThat(get("/docs/initializer.js", null)).doesNotContain("://");
	}

	private String get(String path, MediaType type) {
		EntityExchangeResult<byte[]> result = this.web.mutate()
			.codecs((codecs) -> codecs.defaultCodecs().maxInMemorySize(-1))
			.build()
			.get()
			.uri(path)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.returnResult();
		if (type != null) {
			assertThat(type.isCompatibleWith(result.getResponseHeaders().getContentType())).as(path).isTrue();
		}
		byte[] body = result.getResponseBody();
		assertThat(body).as(path).isNotEmpty();
		return new String(body);
	}

}
