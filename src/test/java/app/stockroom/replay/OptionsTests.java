package app.stockroom.replay;

import java.net.URI;
import java.nio.file.Path;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class OptionsTests {

	@Test
	void needsOnlyTheFile() {
		assertThat(Options.of("sales.csv.gz")).isEqualTo(new Options(Path.of("sales.csv.gz"),
				URI.create("http://127.0.0.1:8080"), Options.Mode.NDJSON, 4, null, null));
	}

	@Test
	void takesEverythingElse() {
		UUID tenant = UUID.randomUUID();
		assertThat(Options.of("--mode=requests", "--url=http://stock:80", "sales.csv.gz", "--token=a=b",
				"--tenant=" + tenant))
			.isEqualTo(new Options(Path.of("sales.csv.gz"), URI.create("http://stock:80"), Options.Mode.REQUESTS, 64,
					"a=b", tenant));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "a b", "a --mode=fast", "a --connections=0", "a --connections=2000",
			"a --connections=many", "a --tenant=demo", "a --speed=1", "a --mode", "a --url=not-a-url" })
	void refusesWhatCannotBeMeant(String line) {
		String[] arguments = line.isEmpty() ? new String[0] : line.split(" ");
		assertThatIllegalArgumentException().isThrownBy(() -> Options.of(arguments)).withMessageMatching("(?s).+");
	}

}
