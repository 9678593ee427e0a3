package app.stockroom.sales;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A retailer's invoice lines: gzip, CSV as in RFC 4180, UTF-8, with a header of the
 * columns InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID
 * and Country.
 * <p>
 * The compressed bytes are held in memory, so that a file which changes while it is read
 * twice cannot differ from its {@link #hash()}; the lines are unpacked as they are asked
 * for.
 */
public final class SalesFile {

	private final String name;

	private final byte[] content;

	private SalesFile(String name, byte[] content) {
		this.name = name;
		this.content = content;
	}

	/**
	 * Reads a file, without looking into it yet.
	 * @throws IOException if it cannot be read
	 */
	public static SalesFile read(Path path) throws IOException {
		return new SalesFile(path.toString(), Files.readAllBytes(path));
	}

	/**
	 * Reads a stream to its end, without looking into it yet.
	 * @param name what to call it when it is malformed
	 * @throws IOException if it cannot be read
	 */
	public static SalesFile read(String name, InputStream stream) throws IOException {
		return new SalesFile(name, stream.readAllBytes());
	}

	/**
	 * The SHA-256 of the compressed file in hexadecimal: with a line's number it names
	 * that line for ever.
	 */
	public String hash() {
		try {
			return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(this.content));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

	/**
	 * The lines in order, each checked as it is reached. Each call starts from the first.
	 * @throws MalformedSalesFile here or from the stream, at the first line that is not
	 * as it should be; the file is whole and well-formed only if the stream ends
	 */
	public Stream<SaleLine> lines() {
		SaleLines lines = open();
		int ordered = Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE;
		return StreamSupport.stream(Spliterators.spliteratorUnknownSize(lines, ordered), false);
	}

	/**
	 * Adds the whole file up, in the order in which its products first appear. A file
	 * that passes is well-formed to its last line.
	 * @throws MalformedSalesFile at the first line that is not as it should be
	 */
	public List<ProductSales> products() {
		Map<String, ProductSum> sums = new LinkedHashMap<>();
		SaleLines lines = open();
		while (lines.hasNext()) {
			SaleLine line = lines.next();
			try {
				sums.computeIfAbsent(line.sku(), ProductSum::new).add(line);
			}
			catch (Columns.Malformed ex) {
				throw lines.malformed(ex.reason(), ex);
			}
		}
		return sums.values().stream().map(ProductSum::total).toList();
	}

	private SaleLines open() {
		return new SaleLines(this.name, this.content);
	}

}
