package app.stockroom.replay;

import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LineSplitterTests {

	private final LineSplitter splitter = new LineSplitter();

	@Test
	void joinsWhatTheNetworkCutInTwoAndHoldsBackWhatIsNotWhole() {
		assertThat(split("one\ntw")).containsExactly("one");
		assertThat(split("o")).isEmpty();
		assertThat(split("\n\nthree")).containsExactly("two", "");
	}

	private List<String> split(String chunk) {
		return this.splitter.split(chunk.getBytes(StandardCharsets.UTF_8))
			.stream()
			.map((line) -> new String(line, StandardCharsets.UTF_8))
			.toList();
	}

}
