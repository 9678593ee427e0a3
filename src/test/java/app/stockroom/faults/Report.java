package app.stockroom.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The table of all fault tests of a run, in target/faults.md and on the console.
 */
final class Report {

	private static final Path FILE = Path.of("target", "faults.md");

	private static final List<Line> LINES = new ArrayList<>();

	private Report() {
	}

	/** Adds a test, and writes the table as far as it goes. */
	static synchronized void add(Line line) {
		LINES.add(line);
		StringBuilder table = new StringBuilder(
				"| test | seed | operations | faults | unknown outcomes | rate back after | violations |\n|---|---|---|---|---|---|---|\n");
		for (Line each : LINES) {
			table.append("| %s | %d | %d | %d | %d | %s | %d |%n".formatted(each.test(), each.seed(), each.operations(),
					each.faults(), each.unknown(), each.recovery(), each.violations()));
		}
		System.out.print(table);
		try {
			Files.createDirectories(FILE.getParent());
			Files.writeString(FILE, table);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * One test.
	 *
	 * @param test its number and name
	 * @param seed what repeats it
	 * @param operations that clients asked for
	 * @param faults that were injected
	 * @param unknown attempts whose outcome their client did not know at first
	 * @param recovery how long after healing the rate was back
	 * @param violations of any promise
	 */
	record Line(String test, long seed, long operations, int faults, long unknown, String recovery, int violations) {
	}

}
