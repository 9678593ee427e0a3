package app.stockroom.embedded;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.springframework.util.FileSystemUtils;
import org.tukaani.xz.XZInputStream;

/**
 * The server programs, unpacked from the class path into a directory of our own. Each
 * lies below the hash of what it came from, so that a new version never meets old files.
 * Not the system's temporary directory: there another user could have put the programs.
 */
record Binaries(Path directory, Platform platform) {

	/** The directory that holds {@code bin/postgres}. */
	Path postgres() {
		return unpacked("postgres", resource(this.platform.postgresArchive()), Binaries::unpackArchive);
	}

	/** The redis-server program. */
	Path redis() {
		return unpacked("redis", resource(this.platform.redisProgram()), (program, target) -> {
			Path file = Files.write(target.resolve("redis-server"), program);
			makeExecutable(file);
		}).resolve("redis-server");
	}

	/**
	 * Refuses a platform without server programs, before anything is written.
	 */
	static void require(Platform platform) {
		for (String name : List.of(platform.postgresArchive(), platform.redisProgram())) {
			if (Binaries.class.getResource(name) == null) {
				throw new EmbeddedServerException(
						"There are no embedded PostgreSQL and Redis for the platform %s (no %s on the class path)."
							.formatted(platform, name),
						"Run on Linux or macOS, amd64 or arm64 (on Windows inside WSL), or start PostgreSQL and Redis"
								+ " yourself and set spring.r2dbc.url, spring.flyway.url and spring.data.redis.url.");
			}
		}
	}

	private byte[] resource(String name) {
		require(this.platform);
		try (InputStream content = Binaries.class.getResourceAsStream(name)) {
			return Objects.requireNonNull(content).readAllBytes();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private Path unpacked(String name, byte[] content, Unpacking unpacking) {
		Path target = this.directory.resolve(name + "-" + hash(content).substring(0, 12));
		if (Files.isDirectory(target)) {
			return target;
		}
		try {
			Files.createDirectories(this.directory);
			Path temporary = Files.createTempDirectory(this.directory, "unpacking-");
			unpacking.unpack(content, temporary);
			// Complete or not there at all, even if this process is killed half-way
			moveUnlessPresent(temporary, target);
			return target;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void moveUnlessPresent(Path temporary, Path target) throws IOException {
		try {
			Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
		}
		catch (IOException ex) {
			FileSystemUtils.deleteRecursively(temporary);
			// Another process was quicker with the same content
			if (!Files.isDirectory(target)) {
				throw ex;
			}
		}
	}

	private static void unpackArchive(byte[] archive, Path target) throws IOException {
		try (TarArchiveInputStream tar = new TarArchiveInputStream(
				new XZInputStream(new ByteArrayInputStream(archive)))) {
			for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
				Path file = entry.resolveIn(target);
				if (entry.isDirectory()) {
					Files.createDirectories(file);
				}
				else if (entry.isSymbolicLink()) {
					Files.createDirectories(file.getParent());
					Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
				}
				else if (entry.isFile()) {
					Files.createDirectories(file.getParent());
					Files.copy(tar, file);
					if ((entry.getMode() & 0100) != 0) {
						makeExecutable(file);
					}
				}
			}
		}
	}

	private static void makeExecutable(Path file) throws IOException {
		if (!file.toFile().setExecutable(true, false)) {
			throw new IOException("Cannot make " + file + " executable");
		}
	}

	private static String hash(byte[] content) {
		try {
			return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

	@FunctionalInterface
	private interface Unpacking {

		void unpack(byte[] content, Path target) throws IOException;

	}

}
