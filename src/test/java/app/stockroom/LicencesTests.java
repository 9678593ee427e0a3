package app.stockroom;

import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Whoever runs or sells Stockroom may do so: every part of it, by the bill of materials
 * that it ships with, is under a licence that allows that without opening what is theirs.
 */
class LicencesTests {

	private static final Set<String> ALLOWED = Set.of("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0",
			"EPL-2.0", "MIT", "MIT-0");

	@Test
	void everyPartMayBeUsedCommercially() throws IOException {
		try (InputStream bill = LicencesTests.class.getResourceAsStream("/META-INF/sbom/application.cdx.json")) {
			assumeThat(bill).as("Maven writes none without the network").isNotNull();
			JsonNode parts = new JsonMapper().readTree(bill).path("components");
			assertThat(parts.size()).isGreaterThan(100);
			assertThat(parts.valueStream()
				.filter((part) -> licences(part).noneMatch(ALLOWED::contains))
				.map((part) -> part.path("purl").asString() + " " + part.path("licenses"))).isEmpty();
		}
	}

	/** Of several its user chooses one. */
	private static Stream<String> licences(JsonNode part) {
		return part.path("licenses").valueStream().map((choice) -> choice.at("/license/id").asString(""));
	}

}
