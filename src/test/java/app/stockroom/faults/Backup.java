package app.stockroom.faults;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

import app.stockroom.PrivatePostgres;
import org.awaitility.Awaitility;

import org.springframework.util.FileSystemUtils;

/**
 * A base backup of the running database and its restoration at a point in time, as
 * docs/operations.md tells operators to do it.
 */
final class Backup {

	private final Plant plant;

	private final PrivatePostgres postgres;

	private final Path copy;

	private Backup(Plant plant, Path copy) {
		this.plant = plant;
		this.postgres = plant.postgres();
		this.copy = copy;
	}

	/** Copies the files while the server runs. */
	static Backup take(Plant plant) throws SQLException, IOException {
		Path copy = plant.postgres().data().resolveSibling("backup");
		FileSystemUtils.deleteRecursively(copy);
		try (Connection connection = plant.superuser(); Statement statement = connection.createStatement()) {
			statement.execute("select pg_backup_start('faults', true)");
			copy(plant.postgres().data(), copy);
			try (ResultSet row = statement.executeQuery("select labelfile from pg_backup_stop()")) {
				row.next();
				Files.writeString(copy.resolve("backup_label"), row.getString(1));
			}
		}
		return new Backup(plant, copy);
	}

	/** Now, by the database's clock, with all that was written until now archived. */
	String pointInTime() throws SQLException {
		try (Connection connection = this.plant.superuser(); Statement statement = connection.createStatement()) {
			try (ResultSet row = statement.executeQuery("select clock_timestamp()::text")) {
				row.next();
				return row.getString(1);
			}
		}
	}

	/**
	 * Loses the server and all its files, and brings back what there was at that time.
	 */
	void restore(String pointInTime) throws SQLException, IOException {
		archiveAll();
		this.postgres.kill();
		FileSystemUtils.deleteRecursively(this.postgres.data());
		copy(this.copy, this.postgres.data());
		Files.writeString(this.postgres.data().resolve("postgresql.auto.conf"), """
				restore_command = 'cp %s/%%f %%p'
				recovery_target_time = '%s'
				recovery_target_action = 'promote'
				""".formatted(this.postgres.archive(), pointInTime), StandardOpenOption.CREATE,
				StandardOpenOption.TRUNCATE_EXISTING);
		Files.createFile(this.postgres.data().resolve("recovery.signal"));
		this.postgres.start();
		Awaitility.await()
			.atMost(Duration.ofMinutes(1))
			.until(() -> this.plant.number("select pg_is_in_recovery()::int") == 0);
		this.plant.sql("alter system reset recovery_target_time");
		this.plant.sql("select begin_epoch_1()");
	}

	private void archiveAll() throws SQLException {
		// Recovery stops at the first commit after the point in time: let there be one
		this.plant.sql("select pg_current_xact_id()");
		String segment;
		try (Connection connection = this.plant.superuser();
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("select pg_walfile_name(pg_switch_wal())")) {
			row.next();
			segment = row.getString(1);
		}
		Awaitility.await()
			.atMost(Duration.ofMinutes(1))
			.until(() -> Files.exists(this.postgres.archive().resolve(segment)));
	}

	/** A file may vanish or grow meanwhile: the log that is replayed mends that. */
	private static void copy(Path from, Path to) throws IOException {
		Files.walkFileTree(from, new SimpleFileVisitor<>() {

			@Override
			public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
					throws IOException {
				Files.createDirectories(to.resolve(from.relativize(directory)),
						PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
				return FileVisitResult.CONTINUE;
			}

			@Override
			public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
				boolean log = file.getParent().equals(from.resolve("pg_wal"));
				if (!log && !file.getFileName().toString().startsWith("postmaster.")) {
					try {
						Files.copy(file, to.resolve(from.relativize(file)));
					}
					catch (NoSuchFileException ex) {
						// dropped meanwhile
					}
				}
				return FileVisitResult.CONTINUE;
			}

			@Override
			public FileVisitResult visitFileFailed(Path file, IOException ex) {
				return FileVisitResult.CONTINUE; // vanished
			}

		});
	}

}
