package app.stockroom.replay;

import java.io.IOException;
import java.io.PrintStream;

import app.stockroom.sales.MalformedSalesFile;
import app.stockroom.sales.SalesFile;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/**
 * Replays a sales file through the service's public API and checks every product
 * afterwards: a program of its own, which shares no running code with the service.
 * <p>
 * The file is checked to its last line before anything is posted. Everything posted has a
 * key made of the file's hash and its line, so the replay may be cut off at any moment
 * and run again.
 */
public final class Replay {

	private static final int CLEAN = 0;

	private static final int DEVIATES = 1;

	private static final int WRONG_INPUT = 2;

	private static final int CANNOT_GO_ON = 3;

	private Replay() {
	}

	static void main(String[] arguments) {
		// Left alone, Logback prints all that Netty does; what a person must know is said
		// here.
		LoggingSystem.get(Replay.class.getClassLoader()).setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.ERROR);
		System.exit(run(System.out, arguments));
	}

	/**
	 * Runs the program.
	 * @return its exit code, as {@link Options#USAGE} tells
	 */
	static int run(PrintStream out, String... arguments) {
		Options options;
		try {
			options = Options.of(arguments);
		}
		catch (IllegalArgumentException ex) {
			out.println(ex.getMessage() + System.lineSeparator() + Options.USAGE);
			return WRONG_INPUT;
		}
		try {
			SalesFile file = SalesFile.read(options.file());
			Report report = new SalesReplay(file, options, new Terminal(out, System.console())).run();
			out.println(report.text());
			return report.clean() ? CLEAN : DEVIATES;
		}
		catch (MalformedSalesFile ex) {
			out.println(ex.getMessage());
			return WRONG_INPUT;
		}
		catch (IOException ex) {
			out.println("cannot read " + ex.getMessage());
			return WRONG_INPUT;
		}
		catch (ReplayFailure ex) {
			out.println(ex.getMessage());
			return CANNOT_GO_ON;
		}
	}

}
