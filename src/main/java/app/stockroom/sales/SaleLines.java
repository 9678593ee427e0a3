package app.stockroom.sales;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.zip.GZIPInputStream;

import app.stockroom.csv.CsvReader;
import app.stockroom.csv.CsvRow;
import app.stockroom.csv.MalformedCsv;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks and checks one line after the other. It holds no resource that needs closing:
 * what it reads is in memory.
 */
class SaleLines implements Iterator<SaleLine> {

	private static final List<String> HEADER = List.of("InvoiceNo", "StockCode", "Description", "Quantity",
			"InvoiceDate", "UnitPrice", "CustomerID", "Country");

	private final String file;

	private final CsvReader rows;

	/** The row that was read ahead, or null. */
	private @Nullable CsvRow ahead;

	/** The line that the row starts on, or the one that could not be read. */
	private long number = 1;

	SaleLines(String file, byte[] content) {
		this.file = file;
		this.rows = open(content);
		if (!hasNext() || !row().cells().equals(HEADER)) {
			throw malformed("the header must be " + String.join(",", HEADER), null);
		}
	}

	@Override
	public boolean hasNext() {
		if (this.ahead == null) {
			this.number = this.rows.line();
			this.ahead = read();
		}
		return this.ahead != null;
	}

	@Override
	public SaleLine next() {
		List<String> row = row().cells();
		if (row.size() != HEADER.size()) {
			throw malformed("%d columns instead of %d".formatted(row.size(), HEADER.size()), null);
		}
		try {
			return new Columns(row).line(this.number);
		}
		catch (Columns.Malformed ex) {
			throw malformed(ex.reason(), ex);
		}
	}

	private CsvReader open(byte[] content) {
		try {
			GZIPInputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(content));
			return new CsvReader(new InputStreamReader(unpacked, StandardCharsets.UTF_8), ',');
		}
		catch (IOException ex) {
			throw malformed("not a gzip file: " + ex.getMessage(), ex);
		}
	}

	private CsvRow row() {
		CsvRow row = hasNext() ? this.ahead : null;
		if (row == null) {
			throw new NoSuchElementException();
		}
		this.ahead = null;
		return row;
	}

	private @Nullable CsvRow read() {
		try {
			return this.rows.next();
		}
		catch (MalformedCsv ex) {
			throw malformed("not valid CSV: " + ex.reason(), ex);
		}
		catch (IOException ex) {
			throw malformed("the gzip data is damaged or cut off: " + ex.getMessage(), ex);
		}
	}

	MalformedSalesFile malformed(String reason, @Nullable Exception cause) {
		return new MalformedSalesFile(this.file, this.number, reason, cause);
	}

}
