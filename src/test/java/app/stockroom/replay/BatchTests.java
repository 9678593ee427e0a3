package app.stockroom.replay;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class BatchTests {

	private final Batch batch = new Batch(IntStream.range(0, 3)
		.mapToObj((n) -> new Movement("line " + n, "SKU" + n, "OUT", 1, null, null, "key" + n))
		.toList(), StockroomClient.of(URI.create("http://127.0.0.1:1"), 1, (notice) -> {
		}));

	@Test
	void isOverWhenEveryLineHasItsResult() {
		assertThat(sent()).hasSize(3);
		for (int index = 0; index < 3; index++) {
			assertThat(
					result("{\"index\": %d, \"status\": 201, \"movement\": {\"quantityAfter\": 7}}".formatted(index)))
				.extracting(Result::problem, Result::quantityAfter, Result::replayed)
				.containsExactly(null, 7L, false);
		}
		assertThatCode(() -> this.batch.end().block()).doesNotThrowAnyException();
	}

	@Test
	void sendsAgainOnlyWhatHasNoResultYet() {
		sent();
		assertThat(result("{\"index\": 0, \"status\": 201, \"replayed\": true}")).extracting(Result::replayed)
			.isEqualTo(true);
		assertThat(result("{\"index\": 1, \"status\": 503, \"problem\": {\"type\": \"urn:stockroom:queue-full\"}}"))
			.isNull();
		assertThatThrownBy(() -> this.batch.end().block()).hasMessageContaining("2 lines without a result")
			.hasMessageContaining("queue-full");
		assertThat(sent()).extracting((line) -> line.replaceAll(".*(key\\d).*", "$1")).containsExactly("key1", "key2");
		assertThat(result("{\"index\": 1, \"status\": 201}")).extracting((result) -> result.movement().origin())
			.isEqualTo("line 2");
	}

	@Test
	void aRefusalIsAResult() {
		sent();
		Result refused = result(
				"{\"index\": 2, \"status\": 409, \"problem\": {\"type\": \"urn:stockroom:insufficient-stock\", \"status\": 409, \"detail\": \"none left\"}}");
		assertThat(refused).isNotNull().extracting(Result::problem).isEqualTo("409 insufficient-stock: none left");
	}

	@Test
	void anAnswerThatBreaksOffForGoodEndsTheReplay() {
		sent();
		assertThatExceptionOfType(ReplayFailure.class)
			.isThrownBy(() -> result("{\"status\": 401, \"problem\": {\"type\": \"urn:stockroom:unauthenticated\"}}"))
			.withMessageContaining("unauthenticated");
	}

	private List<String> sent() {
		return this.batch.lines()
			.map((bytes) -> bytes.toString(StandardCharsets.UTF_8))
			.flatMapIterable((text) -> List.of(text.split("\n")))
			.collectList()
			.block();
	}

	private @Nullable Result result(String line) {
		return this.batch.result(line.getBytes(StandardCharsets.UTF_8)).block();
	}

}
