package app.stockroom.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Short-lived programs that must succeed.
 */
final class Commands {

	private Commands() {
	}

	/** Runs to the end and returns what was printed. */
	static String run(List<String> command) {
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
			process.getOutputStream().close();
			String output = new String(process.getInputStream().readAllBytes());
			if (process.waitFor() != 0) {
				throw new EmbeddedServerException("%s failed:%n%s".formatted(command.getFirst(), output.strip()),
						"The command was: " + String.join(" ", command));
			}
			return output;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new EmbeddedServerException("Interrupted while running " + command.getFirst(), "Start again.", ex);
		}
	}

}
