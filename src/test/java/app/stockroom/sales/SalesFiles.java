package app.stockroom.sales;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/**
 * Sales files for tests.
 */
public final class SalesFiles {

	public static final String HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

	private SalesFiles() {
	}

	/** Writes a compressed file with the header and these lines. */
	public static Path write(Path file, String lines) throws IOException {
		return Files.write(file, gzip(HEADER + lines));
	}

	static byte[] gzip(String content) throws IOException {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
			gzip.write(content.getBytes(StandardCharsets.UTF_8));
		}
		return bytes.toByteArray();
	}

	/**
	 * Lines as awkward as real ones: returns before any sale, equal lines, codes that
	 * differ only by case, quotes, lines of no pieces.
	 */
	public static String awkwardLines(int count, long seed) {
		Random random = new Random(seed);
		StringBuilder lines = new StringBuilder();
		lines.append("C1,RETURNED,,-74215,2010-12-01 08:00:00,0.0,,EIRE\n");
		for (int line = 1; line < count; line++) {
			String sku = "2%02d%s".formatted(random.nextInt(5), random.nextBoolean() ? "A" : "a");
			int quantity = random.nextInt(-3, 12);
			lines.append("%d,%s,\"BAG, \"\"BIG\"\"\",%d,2010-12-01 08:00:00,2.55,,EIRE\n".formatted(line / 20, sku,
					quantity));
		}
		return lines.toString();
	}

}
