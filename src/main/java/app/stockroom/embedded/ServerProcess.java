package app.stockroom.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server that cannot outlive this JVM. A small shell starts it, waits until its own
 * standard input ends, and stops it. The input ends when {@link #close()} closes it and
 * just as well when the JVM is killed with -9, so both ways down are the same one.
 */
final class ServerProcess implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(ServerProcess.class);

	private static final int STOP_SECONDS = 30;

	// Ctrl-C in a terminal reaches the whole process group: the shell ignores it, because
	// the JVM decides when to stop, and both servers leave the group by themselves. A
	// stopped server has removed its pid file; its process may stay as a zombie for as
	// long as it likes where nobody reaps orphans, as in many containers. What the
	// program does after that is waited for by close().
	private static final String LEASH = """
			trap '' HUP INT TERM
			pid_file=$1 stop_signal=$2 patience=%1$d
			shift 2
			"$@" </dev/null 1>&2
			status=$?
			waited=0
			until [ -s "$pid_file" ] || [ $status -ne 0 ] || [ $waited -ge %1$d ]; do
				sleep 0.05
				waited=$((waited + 1))
			done
			read -r pid _ <"$pid_file" || exit 1
			[ $status -eq 0 ] && echo "$pid" && read -r _
			kill -s "$stop_signal" "$pid"
			while [ -e "$pid_file" ] && kill -0 "$pid" 2>/dev/null && [ $patience -gt 0 ]; do
				sleep 0.05
				patience=$((patience - 1))
			done
			[ $patience -gt 0 ] || kill -s KILL "$pid"
			exit $status
			""".formatted(STOP_SECONDS * 20);

	private final String name;

	private final Process leash;

	private final long pid;

	// Taken at once: another process may get the number of one that has died
	private final Optional<ProcessHandle> server;

	private ServerProcess(String name, Process leash, long pid) {
		this.name = name;
		this.leash = leash;
		this.pid = pid;
		this.server = ProcessHandle.of(pid);
	}

	/**
	 * Runs a command that returns when the server is up in the background.
	 * @param command the command, which must leave the server in a session of its own
	 * @param pidFile where the server writes its process id in the first line
	 * @param stopSignal the signal for a quick and clean stop
	 * @param log takes what the command prints
	 */
	static ServerProcess start(String name, List<String> command, Path pidFile, String stopSignal, Path log) {
		List<String> line = new ArrayList<>();
		if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
			// In another process group the shell survives a kill -9 of all of ours
			line.add("/usr/bin/setsid");
		}
		line.addAll(List.of("/bin/sh", "-c", LEASH, name + "-leash", pidFile.toString(), stopSignal));
		line.addAll(command);
		try {
			Process leash = new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
				.start();
			BufferedReader output = leash.inputReader();
			@Nullable String pid = output.readLine();
			if (pid == null) {
				throw new EmbeddedServerException("The embedded %s did not start:%n%s".formatted(name, tail(log)),
						"The full log is " + log + ".");
			}
			return new ServerProcess(name, leash, Long.parseLong(pid));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Stops a server that was left behind by a process that is gone. Asks for the caller
	 * to hold the directory: then nobody else can be using it.
	 * @param programs the directory of our server programs; a process that runs another
	 * one only got the same number
	 */
	static void stopLeftover(String name, Path pidFile, String stopSignal, Path programs) {
		runningServer(pidFile, programs).ifPresent((leftover) -> {
			logger.warn("Stopping the {} (process {}) that a killed run left behind", name, leftover.pid());
			signal(stopSignal, leftover.pid());
			if (!ends(leftover)) {
				throw new EmbeddedServerException("The %s of an earlier run does not stop.".formatted(name),
						"Stop the process whose number is in %s, then start again.".formatted(pidFile));
			}
		});
		delete(pidFile);
	}

	private static Optional<ProcessHandle> runningServer(Path pidFile, Path programs) {
		return processIn(pidFile).filter((process) -> isBelow(programs, process));
	}

	private static Optional<ProcessHandle> processIn(Path pidFile) {
		try {
			return Files.readAllLines(pidFile)
				.stream()
				.limit(1)
				.filter((line) -> line.matches("\\d+"))
				.findFirst()
				.flatMap((line) -> ProcessHandle.of(Long.parseLong(line)));
		}
		catch (NoSuchFileException ex) {
			return Optional.empty();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Waits for the program and not for the process, which may stay as a zombie. Redis
	 * closes its port only after it has removed its pid file.
	 */
	private static boolean ends(ProcessHandle server) {
		long begin = System.nanoTime();
		while (server.info().command().isPresent()) {
			if (System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(STOP_SECONDS)) {
				return false;
			}
			LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
		}
		return true;
	}

	private static boolean isBelow(Path directory, ProcessHandle process) {
		return process.info().command().filter((command) -> Path.of(command).startsWith(directory)).isPresent();
	}

	private static void delete(Path file) {
		try {
			Files.deleteIfExists(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void signal(String signal, long pid) {
		// The shell's own kill: the program of that name is missing on small systems.
		// A process that has ended meanwhile, stopped by its leash, is as good.
		Commands.run(List.of("/bin/sh", "-c", "kill -s \"$0\" \"$1\" || :", signal, Long.toString(pid)));
	}

	private static String tail(Path log) throws IOException {
		List<String> lines = Files.readAllLines(log);
		return String.join(System.lineSeparator(), lines.subList(Math.max(0, lines.size() - 15), lines.size()));
	}

	long pid() {
		return this.pid;
	}

	/** Returns when the server's program has ended: its port and its files are free. */
	@Override
	public void close() {
		try {
			this.leash.getOutputStream().close();
			if (!this.leash.waitFor(STOP_SECONDS + 5, TimeUnit.SECONDS)
					|| !this.server.map(ServerProcess::ends).orElse(true)) {
				logger.error("The embedded {} (process {}) does not stop", this.name, this.pid);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			// The leash goes on stopping the server without us
			Thread.currentThread().interrupt();
		}
	}

}
