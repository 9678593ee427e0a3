package app.stockroom.sales;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class SalesFileTests {

	private static final String GOOD = "536365,85123A,WHITE HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n";

	@Test
	void readsALine() throws IOException {
		assertThat(file(SalesFiles.HEADER + GOOD).lines()).containsExactly(new SaleLine(2, "536365", "85123A",
				"WHITE HEART", 6, Instant.parse("2010-12-01T08:26:00Z"), new BigDecimal("2.55")));
	}

	@Test
	void unfoldsQuotesAndStillNumbersLinesByWhereTheyStart() throws IOException {
		String quoted = "1,A,\"SAID \"\"HI\"\", TWICE\",1,2010-12-01 08:26:00,1.0,,\"United\nKingdom\"\r\n";
		List<SaleLine> lines = file(SalesFiles.HEADER + quoted + GOOD).lines().toList();
		assertThat(lines).extracting(SaleLine::number).containsExactly(2L, 4L);
		assertThat(lines.getFirst().description()).isEqualTo("SAID \"HI\", TWICE");
	}

	@Test
	void keepsCodesApartThatDifferOnlyByCase() throws IOException {
		assertThat(file(SalesFiles.HEADER + GOOD + GOOD.replace("85123A", "85123a")).products())
			.extracting(ProductSales::sku)
			.containsExactly("85123A", "85123a");
	}

	@Test
	void addsUpSalesAndReturnsAndPicksTheMostFrequentName() throws IOException {
		String lines = GOOD + GOOD.replace("WHITE HEART,6", "?,-2").replace("2.55", "0.0") + GOOD
				+ GOOD.replace(",6,", ",0,");
		assertThat(file(SalesFiles.HEADER + lines).products())
			.containsExactly(new ProductSales("85123A", "WHITE HEART", new BigDecimal("2.55"), 12, 2));
	}

	@Test
	void namesAProductThatIsNeverDescribedByItsCodeAndKnowsNoPriceThatIsNotPositive() throws IOException {
		String line = GOOD.replace("WHITE HEART", " ").replace("2.55", "-11062.06");
		assertThat(file(SalesFiles.HEADER + line).products())
			.containsExactly(new ProductSales("85123A", "85123A", null, 6, 0));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			536365,85123A      | 536365             | 7 columns instead of 8
			536365             | ''                 | InvoiceNo is empty
			85123A             | ' 85123A'          | StockCode is empty or begins or ends with a space
			WHITE HEART        | WHITE\0HEART       | Description has control characters or is not UTF-8
			WHITE HEART        | WHITE \uFFFD HEART | Description has control characters or is not UTF-8
			,6,                | ,6.5,              | Quantity '6.5' is not an integer
			,6,                | ,9007199254740992, | Quantity '9007199254740992' is not an integer
			,6,                | ,9007199254740991, | the pieces of 85123A add up to more than 9007199254740991
			2010-12-01         | 2010-02-30         | InvoiceDate '2010-02-30 08:26:00' is not a time
			2.55               | 1e999999999        | UnitPrice '1e999999999' is not a number
			2.55               | 2.55555            | UnitPrice '2.55555' is not a number with at most 4 decimal places
			WHITE HEART        | "WHITE" HEART      | not valid CSV: something follows a closing quote
			WHITE HEART        | "WHITE HEART       | not valid CSV: a quote is never closed
			""")
	void refusesABadLineWithFileLineAndReason(String good, String bad, String reason) throws IOException {
		SalesFile file = file(SalesFiles.HEADER + GOOD + GOOD.replace(good, bad) + GOOD);
		assertThatExceptionOfType(MalformedSalesFile.class).isThrownBy(file::products)
			.withMessageStartingWith("sales.csv.gz, line 3: " + reason);
	}

	@Test
	void refusesTextBeyondTheServicesLimit() throws IOException {
		SalesFile file = file(SalesFiles.HEADER + GOOD.replace("WHITE HEART", "W".repeat(257)));
		assertThatExceptionOfType(MalformedSalesFile.class).isThrownBy(file::products)
			.withMessage("sales.csv.gz, line 2: Description is longer than 256 characters");
	}

	@Test
	void refusesABlankLine() throws IOException {
		SalesFile file = file(SalesFiles.HEADER + GOOD + "\n" + GOOD);
		assertThatExceptionOfType(MalformedSalesFile.class).isThrownBy(file::products)
			.withMessageStartingWith("sales.csv.gz, line 3: ");
	}

	@Test
	void refusesAnotherHeader() throws IOException {
		SalesFile file = file("a,b,c\n" + GOOD);
		assertThatExceptionOfType(MalformedSalesFile.class).isThrownBy(file::products)
			.withMessageStartingWith("sales.csv.gz, line 1: the header must be InvoiceNo,StockCode,");
	}

	@Test
	void refusesAnEmptyFileAndOneThatIsNotGzip() throws IOException {
		for (String content : List.of("", SalesFiles.HEADER + GOOD)) {
			SalesFile file = SalesFile.read("sales.csv.gz",
					new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)));
			assertThatExceptionOfType(MalformedSalesFile.class).isThrownBy(file::products)
				.withMessageStartingWith("sales.csv.gz, line 1: not a gzip file");
		}
	}

	@Test
	void refusesAFileThatIsCutOff() throws IOException {
		byte[] whole = SalesFiles.gzip(SalesFiles.HEADER + GOOD);
		SalesFile file = SalesFile.read("sales.csv.gz",
				new ByteArrayInputStream(Arrays.copyOf(whole, whole.length - 6)));
		assertThatExceptionOfType(MalformedSalesFile.class).isThrownBy(file::products)
			.withMessageContaining("the gzip data is damaged or cut off");
	}

	@Test
	void knowsTheSampleThatShipsWithTheService() throws IOException {
		try (InputStream stream = getClass().getResourceAsStream("/demo/online-retail-2010-12.csv.gz")) {
			SalesFile sample = SalesFile.read("sample", Objects.requireNonNull(stream));
			assertThat(sample.hash()).isEqualTo("999071e52b337d7ec36ad29b970380787fdc04c525e97811b8b5faa135f469c9");
			assertThat(sample.lines()).hasSize(42_481);
			assertThat(sample.products()).hasSize(2_822);
		}
	}

	private static SalesFile file(String content) throws IOException {
		return SalesFile.read("sales.csv.gz", new ByteArrayInputStream(SalesFiles.gzip(content)));
	}

}
