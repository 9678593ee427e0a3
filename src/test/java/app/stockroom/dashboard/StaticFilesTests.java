package app.stockroom.dashboard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import app.stockroom.StockroomTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpHeaders;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page's files are all there, keep to the policy, and are asked after each time.
 */
@StockroomTest
class StaticFilesTests {

	private static final Path FILES = Path.of("src/main/resources/static");

	private static final Pattern REFERENCE = Pattern.compile("(?:href|src)=\"([^\"]*)\"");

	private static final Pattern IMPORT = Pattern.compile("(?:from |import\\()'([^']*)'");

	private static final Pattern INLINE = Pattern.compile("<style|<script(?![^>]* src=)| style=\"| on[a-z]+=\"");

	@Autowired
	WebTestClient web;

	@Test
	void thePageNamesItsOwnFilesOnlyAndEachIsServed() throws IOException {
		String page = Files.readString(FILES.resolve("index.html"));
		List<String> references = REFERENCE.matcher(page).results().map((match) -> match.group(1)).toList();
		assertThat(references).contains("assets/app/main.js", "assets/styles/base.css")
			.noneMatch((name) -> name.contains(":"));
		references.forEach((name) -> served((name.startsWith("/")) ? name : "/" + name));
		this.web.head().uri("/").exchange().expectStatus().isOk();
		this.web.get().uri("/").exchange().expectStatus().isOk().expectBody(String.class).isEqualTo(page);
	}

	@Test
	void everyModuleThatAnotherReadsIsThere() throws IOException {
		for (Path module : sources("js")) {
			IMPORT.matcher(Files.readString(module))
				.results()
				.map((match) -> module.resolveSibling(match.group(1)).normalize())
				.forEach((imported) -> assertThat(imported).as("read by " + module).exists());
		}
	}

	@Test
	void nothingIsInlineAndNobodyElseIsAsked() throws IOException {
		assertThat(INLINE.matcher(Files.readString(FILES.resolve("index.html"))).find()).isFalse();
		for (Path source : Stream.concat(sources("js").stream(), sources("css").stream()).toList()) {
			String text = Files.readString(source);
			assertThat(INLINE.matcher(text).find()).as("inline in " + source).isFalse();
			assertThat(text).as("hosts in " + source).doesNotContain("://");
		}
	}

	@Test
	void aBrowserAsksEachTimeAndIsToldWhetherItsOwnIsTheOne() {
		HttpHeaders headers = served("/assets/app/main.js");
		String tag = headers.getETag();
		assertThat(tag).matches("\"[0-9a-f]{32}\"");
		assertThat(headers.getCacheControl()).isEqualTo("no-cache");
		assertThat(headers.getLastModified()).as("times in a jar are always the same").isEqualTo(-1);
		assertThat(served("/assets/app/api.js").getETag()).isNotEqualTo(tag);
		this.web.get()
			.uri("/assets/app/main.js")
			.header(HttpHeaders.IF_NONE_MATCH, tag)
			.exchange()
			.expectStatus()
			.isNotModified();
	}

	@Test
	void whatIsNotOursIsNamedWithItsLicence() throws IOException {
		String notice = Files.readString(Path.of("NOTICE"));
		try (Stream<Path> vendors = Files.list(FILES.resolve("assets/vendor"))) {
			assertThat(vendors).isNotEmpty().allSatisfy((vendor) -> {
				assertThat(notice).contains("assets/vendor/" + vendor.getFileName());
				try (Stream<Path> files = Files.list(vendor)) {
					assertThat(files).anyMatch((file) -> file.getFileName().toString().startsWith("LICENSE"));
				}
			});
		}
	}

	@Test
	void nothingElseIsServed() {
		for (String path : List.of("/assets/app/nothing.js", "/assets/../application.yml", "/application.yml")) {
			this.web.get().uri(path).exchange().expectStatus().is4xxClientError();
		}
	}

	private HttpHeaders served(String path) {
		return this.web.mutate()
			.codecs((codecs) -> codecs.defaultCodecs().maxInMemorySize(-1))
			.build()
			.get()
			.uri(path)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.returnResult()
			.getResponseHeaders();
	}

	/** Our own files, without what we got from elsewhere. */
	private static List<Path> sources(String ending) throws IOException {
		try (Stream<Path> files = Files.walk(FILES.resolve("assets"))) {
			return files.filter((path) -> path.toString().endsWith("." + ending) && !path.toString().contains("vendor"))
				.toList();
		}
	}

}
