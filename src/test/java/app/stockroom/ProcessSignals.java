package app.stockroom;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Signals to a server and everything it has started.
 */
final class ProcessSignals {

	private ProcessSignals() {
	}

	/** Sends a signal to those of the processes that still live. */
	static void send(String signal, long pid) {
		for (ProcessHandle process : tree(pid)) {
			try {
				new ProcessBuilder("/bin/sh", "-c", "kill -s \"$0\" \"$1\"", signal, Long.toString(process.pid()))
					.redirectErrorStream(true)
					.start()
					.waitFor();
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/** Kills with -9, and returns when all are gone. */
	static void kill(long pid) {
		List<ProcessHandle> processes = tree(pid);
		processes.forEach(ProcessHandle::destroyForcibly);
		// Not onExit: some systems take a second to reap a process that ended long ago
		while (processes.stream().anyMatch((process) -> process.info().command().isPresent())) {
			LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
		}
	}

	private static List<ProcessHandle> tree(long pid) {
		return ProcessHandle.of(pid)
			.stream()
			.flatMap((process) -> Stream.concat(Stream.of(process), process.descendants()))
			.toList();
	}

}
