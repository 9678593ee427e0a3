package app.stockroom.csv;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class CsvReaderTests {

	@Test
	void readsRowsAndTheLinesTheyStartOn() throws Exception {
		assertThat(rows("a,b\r\n\"1,2\",\"say \"\"hi\"\"\"\n\"x\r\ny\",\n\n,é\uD83D\uDE00")).containsExactly(
				new CsvRow(1, List.of("a", "b")), new CsvRow(2, List.of("1,2", "say \"hi\"")),
				new CsvRow(3, List.of("x\r\ny", "")), new CsvRow(5, List.of("")),
				new CsvRow(6, List.of("", "é\uD83D\uDE00")));
	}

	@Test
	void aLastLineMayEndOrNot() throws Exception {
		assertThat(rows("")).isEmpty();
		assertThat(rows("a\n")).isEqualTo(rows("a")).hasSize(1);
		assertThat(rows("a,").getFirst().cells()).containsExactly("a", "");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			a,b\\n1,"2         | 2 | 3 | a quote is never closed
			a,b\\n1,"2\\n\\n\\n | 2 | 3 | a quote is never closed
			a\\n"1"2           | 2 | 4 | something follows a closing quote
			a\\n"x\\ny" ,2     | 3 | 3 | something follows a closing quote
			a\\n1"2            | 2 | 2 | a quote stands in a cell that does not begin with one
			a\\rb              | 1 | 3 | a carriage return stands without a line feed
			""")
	void whatIsNotCsvIsRefusedWithItsPlace(String text, long line, long column, String reason) {
		MalformedCsv refused = catchThrowableOfType(MalformedCsv.class,
				() -> rows(text.replace("\\n", "\n").replace("\\r", "\r")));
		assertThat(refused.reason()).isEqualTo(reason);
		assertThat(List.of(refused.line(), refused.column())).containsExactly(line, column);
	}

	private static List<CsvRow> rows(String text) throws IOException, MalformedCsv {
		CsvReader reader = new CsvReader(new StringReader(text), ',');
		List<CsvRow> rows = new ArrayList<>();
		CsvRow row;
		while ((row = reader.next()) != null) {
			rows.add(row);
		}
		return rows;
	}

}
