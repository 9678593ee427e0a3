package app.stockroom.imports;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import app.stockroom.csv.CsvReader;
import app.stockroom.csv.CsvRow;
import app.stockroom.csv.MalformedCsv;
import app.stockroom.platform.Limits;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

import org.springframework.http.MediaType;

/**
 * A CSV body with a header, known to be well-formed from its first line to its last
 * before any row is looked at. Only its bytes are held; rows are read as they are asked
 * for.
 */
public final class Sheet {

	/** What a sheet comes as. */
	public static final MediaType MEDIA_TYPE = new MediaType("text", "csv");

	/** Rows that are worked on at a time: they share reads and the ledger's calls. */
	public static final int CHUNK = 500;

	private static final int BYTE_ORDER_MARK = 0xFEFF;

	private final byte[] body;

	private final int start;

	private final char separator;

	private final Map<String, Cell> columns;

	private final List<String> header;

	private Sheet(byte[] body, Map<String, Cell> columns) {
		this.body = body;
		checkEncoding(body);
		boolean marked = body.length >= 3
				&& new String(body, 0, 3, StandardCharsets.UTF_8).charAt(0) == BYTE_ORDER_MARK;
		this.start = marked ? 3 : 0;
		this.separator = separator(body);
		this.columns = columns;
		this.header = checkRows();
		checkHeader();
	}

	/**
	 * Reads the header and checks that the rest is CSV.
	 * @param columns the columns there may be
	 * @throws Refusal 400 that says where and why, if it is not
	 */
	public static Sheet of(byte[] body, Map<String, Cell> columns) {
		return new Sheet(body, columns);
	}

	/**
	 * Refuses a sheet without any of these columns.
	 */
	public Sheet require(String... oneOf) {
		if (this.header.stream().noneMatch(List.of(oneOf)::contains)) {
			throw invalid("A column is missing; nothing was imported.")
				.with(new Refusal.FieldError(oneOf[0], "required", "give a column " + String.join(" or ", oneOf)));
		}
		return this;
	}

	/**
	 * The rows in order, {@link #CHUNK} at a time; blank lines are left out.
	 */
	public Flux<List<SheetRow>> chunks() {
		return Flux.generate(this::behindHeader, (rows, sink) -> {
			List<SheetRow> chunk = new ArrayList<>(CHUNK);
			CsvRow row;
			while (chunk.size() < CHUNK && (row = next(rows)) != null) {
				chunk.add(new SheetRow(row.line(), this.header, this.columns, row.cells()));
			}
			if (chunk.isEmpty()) {
				sink.complete();
			}
			else {
				sink.next(chunk);
			}
			return rows;
		});
	}

	private CsvReader behindHeader() {
		CsvReader rows = rows();
		next(rows);
		return rows;
	}

	private CsvReader rows() {
		return new CsvReader(
				new InputStreamReader(new ByteArrayInputStream(this.body, this.start, this.body.length - this.start),
						StandardCharsets.UTF_8),
				this.separator);
	}

	/** The next row that is not blank, or null at the end. */
	private static @Nullable CsvRow next(CsvReader rows) {
		try {
			CsvRow row = rows.next();
			while (row != null && row.isBlank()) {
				row = rows.next();
			}
			return row;
		}
		catch (MalformedCsv ex) {
			throw malformed(ex.line(), ex.column(), ex.reason());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private List<String> checkRows() {
		CsvReader rows = rows();
		CsvRow first = next(rows);
		if (first == null) {
			throw malformed(1, 1, "there is no header");
		}
		int count = 0;
		CsvRow row;
		while ((row = next(rows)) != null) {
			if (++count > Limits.IMPORT_ROWS) {
				throw malformed(row.line(), 1, "more than " + Limits.IMPORT_ROWS + " rows").with("limit",
						Limits.IMPORT_ROWS);
			}
		}
		if (first.cells().size() > Limits.IMPORT_COLUMNS) {
			throw malformed(first.line(), 1, "more than " + Limits.IMPORT_COLUMNS + " columns").with("limit",
					Limits.IMPORT_COLUMNS);
		}
		return first.cells().stream().map(String::strip).toList();
	}

	private void checkHeader() {
		Refusal refusal = invalid("The header is not valid; nothing was imported.").with("line", 1);
		Set<String> seen = new HashSet<>();
		for (String column : this.header) {
			String shown = column.substring(0, Math.min(column.length(), Limits.TEXT_LENGTH));
			if (!this.columns.containsKey(column)) {
				refusal.with(new Refusal.FieldError(shown, "unknown-column", "there is no such column here"));
			}
			else if (!seen.add(column)) {
				refusal.with(new Refusal.FieldError(shown, "repeated", "must be given once"));
			}
		}
		if (!refusal.errors().isEmpty()) {
			throw refusal;
		}
	}

	/** A semicolon where spreadsheets write one, because their commas are decimal. */
	private static char separator(byte[] body) {
		boolean semicolons = false;
		for (byte character : body) {
			if (character == '\n' || character == ',') {
				return (character == ',') ? ',' : (semicolons ? ';' : ',');
			}
			semicolons |= character == ';';
		}
		return semicolons ? ';' : ',';
	}

	private static void checkEncoding(byte[] body) {
		CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
		ByteBuffer bytes = ByteBuffer.wrap(body);
		CharBuffer text = CharBuffer.allocate(8192);
		CoderResult result;
		do {
			text.clear();
			result = decoder.decode(bytes, text, true);
		}
		while (result.isOverflow());
		if (result.isError()) {
			String before = new String(body, 0, bytes.position(), StandardCharsets.UTF_8);
			long line = 1 + before.chars().filter((character) -> character == '\n').count();
			throw malformed(line, before.length() - before.lastIndexOf('\n'), "this is not UTF-8");
		}
	}

	private static Refusal malformed(long line, long column, String reason) {
		String detail = "line %d, column %d: %s".formatted(line, column, reason);
		return invalid("The file cannot be read, and nothing was imported: " + detail + ".").with("line", line)
			.with("column", column)
			.with(new Refusal.FieldError("body", "malformed", detail));
	}

	private static Refusal invalid(String detail) {
		return Problem.INVALID_REQUEST.because(detail);
	}

}
