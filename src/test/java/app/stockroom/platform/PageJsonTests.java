package app.stockroom.platform;

import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

class PageJsonTests {

	@Test
	void aPageIsWrittenOnce() {
		PageJson page = new PageJson(new Page<>(List.of("a"), 1, 50, 1L, null, null));
		byte[] first = page.bytes(new JsonMapper());
		assertThat(new String(first, StandardCharsets.UTF_8))
			.isEqualTo("{\"items\":[\"a\"],\"page\":1,\"limit\":50,\"total\":1}");
		assertThat(page.bytes(new JsonMapper())).isSameAs(first);
	}

}
