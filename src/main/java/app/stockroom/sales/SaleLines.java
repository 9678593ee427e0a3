package app.stockroom.sales;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.zip.GZIPInputStream;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.ObjectReader;
import tools.jackson.dataformat.csv.CsvMapper;
import tools.jackson.dataformat.csv.CsvReadFeature;

/**
 * Unpacks and checks one line after the other. It holds no resource that needs closing:
 * what it reads is in memory.
 */
class SaleLines implements Iterator<SaleLine> {

	private static final List<String> HEADER = List.of("InvoiceNo", "StockCode", "Description", "Quantity",
			"InvoiceDate", "UnitPrice", "CustomerID", "Country");

	private static final ObjectReader CSV = new CsvMapper().readerFor(String[].class)
		.with(CsvReadFeature.WRAP_AS_ARRAY);

	private final String file;

	private final MappingIterator<String[]> rows;

	/** The line that the next row starts on, or the one that could not be read. */
	private long number = 1;

	SaleLines(String file, byte[] content) {
		this.file = file;
		this.rows = open(content);
		if (!hasNext() || !List.of(row()).equals(HEADER)) {
			throw malformed("the header must be " + String.join(",", HEADER), null);
		}
	}

	@Override
	public boolean hasNext() {
		try {
			// The parser stands behind the previous row, so on the line the next starts
			// on:
			// a quoted line break makes a row end further down.
			this.number = this.rows.parser().currentLocation().getLineNr();
			return this.rows.hasNextValue();
		}
		catch (JacksonException ex) {
			throw unreadable(ex);
		}
	}

	@Override
	public SaleLine next() {
		String[] row = row();
		if (row.length != HEADER.size()) {
			throw malformed("%d columns instead of %d".formatted(row.length, HEADER.size()), null);
		}
		try {
			return new Columns(row).line(this.number);
		}
		catch (Columns.Malformed ex) {
			throw malformed(ex.reason(), ex);
		}
	}

	private MappingIterator<String[]> open(byte[] content) {
		try {
			GZIPInputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(content));
			return CSV.readValues(new InputStreamReader(unpacked, StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw malformed("not a gzip file: " + ex.getMessage(), ex);
		}
		catch (JacksonException ex) {
			throw unreadable(ex);
		}
	}

	private String[] row() {
		if (!hasNext()) {
			throw new NoSuchElementException();
		}
		try {
			return this.rows.nextValue();
		}
		catch (JacksonException ex) {
			throw unreadable(ex);
		}
	}

	private MalformedSalesFile unreadable(JacksonException ex) {
		String reason = (ex instanceof JacksonIOException) ? "the gzip data is damaged or cut off" : "not valid CSV";
		return malformed(reason + ": " + ex.getOriginalMessage(), ex);
	}

	MalformedSalesFile malformed(String reason, @Nullable Exception cause) {
		return new MalformedSalesFile(this.file, this.number, reason, cause);
	}

}
