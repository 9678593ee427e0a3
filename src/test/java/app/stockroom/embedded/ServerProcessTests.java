package app.stockroom.embedded;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class ServerProcessTests {

	/**
	 * Removes its pid file first and ends later, as both servers do, only more slowly.
	 */
	private static final String SLOW = """
			trap 'rm "$0"; sleep 0.5; exit' USR1
			echo $$ >"$0.new" && mv "$0.new" "$0"
			while :; do sleep 0.02; done
			""";

	@TempDir
	private Path directory;

	@Test
	void isClosedWhenTheProgramHasEndedAndNotWhenItHasRemovedItsPidFile() {
		Path pidFile = this.directory.resolve("slow.pid");
		List<String> command = List.of("/bin/sh", "-c", "/bin/sh -c \"$0\" \"$1\" &", SLOW, pidFile.toString());
		ProcessHandle program;
		try (ServerProcess process = ServerProcess.start("slow", command, pidFile, "USR1",
				this.directory.resolve("slow.log"))) {
			program = ProcessHandle.of(process.pid()).orElseThrow();
			assertThat(program.info().command()).isPresent();
		}
		assertThat(program.info().command()).isEmpty();
	}

}
