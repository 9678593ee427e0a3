package app.stockroom.platform;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

import app.stockroom.platform.Refusal.FieldError;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class BodiesTests {

	private static final String ID = "01890a5d-ac96-774b-bcce-b302099a8057";

	private final Bodies bodies = new Bodies();

	@Test
	void aGoodBodyBecomesItsRecord() {
		Order order = this.bodies.parse(bytes("""
				{"id": "%s", "name": "é😀", "price": 1.2345, "at": "2026-11-21T10:00:00.5Z", "kind": "IN", "last": true,
				 "lines": [{"sku": "a", "quantity": 1}, {"sku": "b", "quantity": 9007199254740991}]}""".formatted(ID)),
				Order.class);
		assertThat(order).isEqualTo(
				new Order(UUID.fromString(ID), "é😀", new BigDecimal("1.2345"), Instant.parse("2026-11-21T10:00:00.5Z"),
						Kind.IN, true, List.of(new Line("a", 1L), new Line("b", 9007199254740991L))));
	}

	@Test
	void anAbsentFieldAndNullAreBothUnset() {
		assertThat(this.bodies.parse(bytes("{\"name\": null, \"lines\": [{\"sku\": \"a\", \"quantity\": 1}]}"),
				Order.class))
			.isEqualTo(this.bodies.parse(bytes("{\"lines\": [{\"sku\": \"a\", \"quantity\": 1}]}"), Order.class));
	}

	@Test
	void everyBadFieldIsNamedAtOnce() {
		assertThat(
				errors("""
						{"id": 7, "name": 5, "price": "1", "at": "yesterday", "kind": "SIDEWAYS", "last": "true", "colour": 1,
						 "lines": [{"sku": "", "quantity": 0}, {"quantity": 1.0, "size": 1}, 3, {"sku": "a", "quantity": null}]}"""))
			.extracting(FieldError::field, FieldError::code)
			.containsExactlyInAnyOrder(tuple("id", "malformed"), tuple("name", "malformed"),
					tuple("price", "malformed"), tuple("at", "malformed"), tuple("kind", "malformed"),
					tuple("last", "malformed"), tuple("colour", "unknown-field"), tuple("lines[0].sku", "too-short"),
					tuple("lines[0].quantity", "out-of-range"), tuple("lines[1].sku", "required"),
					tuple("lines[1].quantity", "malformed"), tuple("lines[1].size", "unknown-field"),
					tuple("lines[2]", "malformed"), tuple("lines[3].quantity", "required"));
	}

	@Test
	void constraintsAloneAreNamedAllToo() {
		assertThat(errors("{\"name\": \"%s\", \"price\": 1.23456, \"lines\": []}".formatted("x".repeat(257))))
			.extracting(FieldError::field, FieldError::code)
			.containsExactlyInAnyOrder(tuple("name", "too-long"), tuple("price", "out-of-range"),
					tuple("lines", "required"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			quantity | 1.5                   | malformed
			quantity | 1.0                   | malformed
			quantity | 1e2                   | malformed
			quantity | "1"                   | malformed
			quantity | ""                    | malformed
			quantity | true                  | malformed
			quantity | [1]                   | malformed
			quantity | {}                    | malformed
			quantity | 9223372036854775808   | out-of-range
			quantity | 9007199254740992      | out-of-range
			quantity | -1                    | out-of-range
			sku      | 1                     | malformed
			sku      | "a\\u0000b"           | malformed
			sku      | "\\ud800"             | malformed
			sku      | "\\udc00\\ud800"      | malformed
			sku      | ["a"]                 | malformed
			""")
	void aFieldOfTheWrongKindIsRefusedByName(String field, String value, String code) {
		String line = field.equals("sku") ? "{\"quantity\": 1, \"sku\": %s}" : "{\"sku\": \"a\", \"quantity\": %s}";
		assertThat(errors("{\"lines\": [" + line.formatted(value) + "]}"))
			.extracting(FieldError::field, FieldError::code)
			.containsExactly(tuple("lines[0]." + field, code));
	}

	@ParameterizedTest
	@ValueSource(strings = { "01890a5d", "01890a5dac96774bbccea302099a8057", "AYkKXayWd0u8zrMCCZqAVw==", "1-1-1-1-1" })
	void anIdHasOneForm(String id) {
		assertThat(errors("{\"id\": \"%s\", \"lines\": [{\"sku\": \"a\", \"quantity\": 1}]}".formatted(id)))
			.extracting(FieldError::field)
			.containsExactly("id");
	}

	@ParameterizedTest
	@ValueSource(strings = { "1", "1700000000", "\"+1000000000-12-31T23:59:59Z\"", "\"-0001-01-01T00:00:00Z\"",
			"\"2026-11-21\"", "\"2026-11-21T10:00:00\"" })
	void aTimeIsAnInstantThatTheDatabaseKnows(String at) {
		assertThat(errors("{\"at\": %s, \"lines\": [{\"sku\": \"a\", \"quantity\": 1}]}".formatted(at)))
			.extracting(FieldError::field)
			.containsExactly("at");
	}

	@Test
	void aDocumentThatIsNoJsonIsRefusedWhereItBreaks() {
		assertThat(errors("{\"lines\": [{\"sku\": \"a\", \"quantity\": 1}, {\"sku\": \"b\", \"quantity\": 01}]}"))
			.extracting(FieldError::field, FieldError::code)
			.containsExactly(tuple("lines[1].quantity", "malformed"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "null", "[]", "\"x\"", "1", "{", "{}}", "{} {}", "{\"name\": \"\u0001\"}", "{name: 1}",
			"{\"price\": NaN}", "{\"price\": 1e}", "{'name': 'a'}", "nul", "/**/{}" })
	void whatIsNotOneStrictObjectIsRefused(String document) {
		assertThat(errors(document)).isNotEmpty();
	}

	@Test
	void aPropertyStandsOnce() {
		assertThat(errors("{\"name\": \"a\", \"lines\": [{\"sku\": \"a\", \"quantity\": 1, \"quantity\": 1}]}"))
			.extracting(FieldError::field, FieldError::code)
			.containsExactly(tuple("lines[0].quantity", "malformed"));
	}

	@Test
	void anEmptyBodyIsRefused() {
		assertThat(errors("")).containsExactly(new FieldError("body", "required", "is missing"));
	}

	@Test
	void bytesThatAreNoUtf8AreRefused() {
		byte[] document = bytes("{\"name\": \"xx\", \"lines\": [{\"sku\": \"a\", \"quantity\": 1}]}");
		for (byte[] bad : new byte[][] { { (byte) 0xc3, 0x28 }, { (byte) 0xff, (byte) 0xfe },
				{ (byte) 0xc0, (byte) 0x80 }, { (byte) 0xe9, 'x' } }) {
			byte[] broken = document.clone();
			System.arraycopy(bad, 0, broken, 10, 2);
			assertThatExceptionOfType(Refusal.class).isThrownBy(() -> this.bodies.parse(broken, Order.class));
		}
	}

	@Test
	void depthAndNumbersHaveLimits() {
		assertThat(errors("[".repeat(100_000))).isNotEmpty();
		assertThat(errors("{\"price\": 1%s}".formatted("0".repeat(100)))).isNotEmpty();
		assertThat(errors("{\"price\": 1e999999999, \"lines\": [{\"sku\": \"a\", \"quantity\": 1}]}"))
			.extracting(FieldError::field, FieldError::code)
			.containsExactly(tuple("price", "out-of-range"));
	}

	private List<FieldError> errors(String document) {
		Refusal refusal = catchThrowableOfType(Refusal.class, () -> this.bodies.parse(bytes(document), Order.class));
		assertThat(refusal).as(document).isNotNull();
		assertThat(refusal.problem()).isEqualTo(Problem.INVALID_REQUEST);
		return refusal.errors();
	}

	private static org.assertj.core.groups.Tuple tuple(Object... values) {
		return org.assertj.core.groups.Tuple.tuple(values);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	enum Kind {

		IN, OUT

	}

	record Order(@Nullable UUID id, @Nullable @Size(max = Limits.TEXT_LENGTH) String name,
			@Nullable @Digits(integer = 15, fraction = 4) BigDecimal price, @Nullable Instant at, @Nullable Kind kind,
			@Nullable Boolean last, @NotEmpty List<@NotNull @Valid Line> lines) {
	}

	record Line(@NotNull @Size(min = 1, max = Limits.TEXT_LENGTH) String sku,
			@NotNull @Positive @Max(Limits.QUANTITY) Long quantity) {
	}

}
