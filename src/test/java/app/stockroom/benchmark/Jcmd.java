package app.stockroom.benchmark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Asks another JVM about its heap, with the tool of the same JDK.
 */
final class Jcmd {

	private Jcmd() {
	}

	/** Bytes of all objects that are reachable: a full collection runs first. */
	static long liveBytes(long pid) throws IOException {
		List<String> total = lines(pid, "GC.class_histogram").stream()
			.filter((line) -> line.startsWith("Total"))
			.toList();
		return Long.parseLong(total.getFirst().strip().split("\\s+")[2]);
	}

	static List<String> lines(long pid, String question) throws IOException {
		Process jcmd = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
				Long.toString(pid), question)
			.redirectErrorStream(true)
			.start();
		return new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
	}

}
