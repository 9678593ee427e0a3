package app.stockroom.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import app.stockroom.embedded.PostgresCluster;

/**
 * The real pgbench, where one is installed, with the statement of {@link Floor#uniform}:
 * whether the floor is one.
 */
final class Pgbench {

	/** Where Debian has it, which puts only a wrapper on the path. */
	private static final Path DEBIAN = Path.of("/usr/lib/postgresql");

	private static final Pattern TPS = Pattern.compile("tps = ([0-9.]+)");

	private final Path program;

	private final PostgresCluster cluster;

	private Pgbench(Path program, PostgresCluster cluster) {
		this.program = program;
		this.cluster = cluster;
	}

	static Optional<Pgbench> find(PostgresCluster cluster) {
		Stream<Path> places = Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":")).map(Path::of);
		return Stream.concat(debian(), places)
			.map((place) -> place.resolve("pgbench"))
			.filter(Files::isExecutable)
			.findFirst()
			.map((program) -> new Pgbench(program, cluster));
	}

	private static Stream<Path> debian() {
		try (Stream<Path> versions = Files.exists(DEBIAN) ? Files.list(DEBIAN) : Stream.empty()) {
			return versions.map((version) -> version.resolve("bin")).toList().stream();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** As many clients as the floor has; its histogram is the average, once. */
	Sample uniform(int clients, Duration measured) throws IOException, InterruptedException {
		Path script = Files.createTempFile("floor", ".sql");
		try {
			Files.writeString(script, script());
			ProcessBuilder command = new ProcessBuilder(this.program.toString(), "--no-vacuum", "--protocol=prepared",
					"--client=" + clients, "--jobs=" + Math.min(clients, Runtime.getRuntime().availableProcessors()),
					"--time=" + measured.toSeconds(), "--file=" + script, "--host=" + this.cluster.host(),
					"--port=" + this.cluster.port(), "--username=" + PostgresCluster.SUPERUSER, "floor");
			command.environment().put("PGPASSWORD", this.cluster.password(PostgresCluster.SUPERUSER));
			Process process = command.redirectErrorStream(true).start();
			String told = new String(process.getInputStream().readAllBytes());
			if (process.waitFor() != 0) {
				throw new IllegalStateException("pgbench failed: " + told);
			}
			// Of latency it tells the average only, which is no percentile.
			return Sample.of(Math.round(number(told) * measured.toSeconds()), measured);
		}
		finally {
			Files.delete(script);
		}
	}

	/** The ids are put together by the server, which is the only difference. */
	private static String script() {
		String id = "('%c0000000-0000-7000-8000-' || lpad(to_hex(%s::bigint), 12, '0'))";
		return """
				\\set tenant random(0, %d)
				\\set record 1000000 * :tenant + random(2, %d)
				%s;
				""".formatted(Bed.TENANTS - 1, Bed.RECORDS - 1,
				Floor.CHANGE.replaceFirst("\\?", Matcher.quoteReplacement(id.formatted('c', ":tenant")))
					.replaceFirst("\\?", Matcher.quoteReplacement(id.formatted('a', ":record")))
					.replaceAll("\\s+", " ")
					.strip());
	}

	private static double number(String text) {
		Matcher found = TPS.matcher(text);
		if (!found.find()) {
			throw new IllegalStateException("Not what pgbench says: " + text);
		}
		return Double.parseDouble(found.group(1));
	}

}
