package app.stockroom.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;

import app.stockroom.PrivatePostgres;
import app.stockroom.TestServers;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * The disk of the database is full: a small file system in memory, which only root can
 * mount. Elsewhere this is skipped, and {@link DatabaseFaults#readOnlyDatabase} is what
 * comes nearest.
 */
class DiskFaults {

	private static final Path DISK = Path.of("target", "faults-disk").toAbsolutePath();

	private static final Path BALLAST = DISK.resolve("ballast");

	/** Little log is kept in advance, so that soon there is no room for more of it. */
	private static final Map<String, String> SETTINGS = Map.of("max_connections", "200", "min_wal_size", "32MB",
			"max_wal_size", "48MB", "wal_init_zero", "on", "wal_recycle", "off");

	@Test
	void fullDisk() throws Exception {
		Files.createDirectories(DISK);
		Assumptions.assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=320m,mode=700", "tmpfs", DISK.toString()),
				"only root mounts a file system");
		try (PrivatePostgres postgres = TestServers.privatePostgres(DISK.resolve("data"), SETTINGS);
				Plant plant = Plant.start(2, postgres)) {
			Trial.of(plant, "18 disk full").play((trial) -> {
				fill(trial);
				awaitRefusals(trial);
				trial.pause(4000, 6000);
				Files.delete(BALLAST);
				trial.injected("room again, %s".formatted(isUp(plant) ? "PostgreSQL is up" : "PostgreSQL has ended"));
				trial.pause(2000, 3000);
				fill(trial);
				exhaustLog(plant);
				trial.injected("no room for the log either, %s"
					.formatted(isUp(plant) ? "PostgreSQL is up" : "PostgreSQL has ended"));
				trial.pause(1000, 3000);
				Files.delete(BALLAST);
				trial.injected("room again");
				recover(trial, postgres);
			});
		}
		finally {
			run("umount", "--lazy", DISK.toString());
		}
	}

	/** Until not a byte more can be written. */
	private static void fill(Trial trial) throws IOException {
		byte[] block = new byte[4096];
		try (OutputStream ballast = Files.newOutputStream(BALLAST)) {
			while (true) {
				ballast.write(block);
			}
		}
		catch (IOException ex) {
			if (!String.valueOf(ex.getMessage()).contains("No space left")) {
				throw ex;
			}
		}
		trial.injected("the disk is full");
	}

	/** A change is refused, and the refusal says what a client can do. */
	private static void awaitRefusals(Trial trial) {
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> trial.refusals() > 0);
	}

	/** Whatever ends it, PostgreSQL stops when it cannot write its log. */
	private static void exhaustLog(Plant plant) {
		try {
			for (int i = 0; i < 8; i++) {
				plant.sql("select pg_switch_wal()");
				plant.sql("select pg_logical_emit_message(true, 'faults', repeat('x', 1000000))");
			}
		}
		catch (SQLException ex) {
			// as it should
		}
	}

	/** It recovers by itself, or its supervisor starts it again. */
	private static void recover(Trial trial, PrivatePostgres postgres) {
		try {
			Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> isUp(trial.plant()));
		}
		catch (ConditionTimeoutException ex) {
			postgres.kill(); // whatever is left of it
			postgres.start();
			trial.injected("PostgreSQL started again");
		}
	}

	private static boolean isUp(Plant plant) {
		try {
			return plant.number("select 1") == 1;
		}
		catch (SQLException ex) {
			return false;
		}
	}

	private static boolean run(String... command) throws IOException, InterruptedException {
		return new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start()
			.waitFor() == 0;
	}

}
