package app.stockroom.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Where the embedded servers keep their files, locked for one process at a time. The lock
 * belongs to the process and not to a file's existence, so a killed one leaves nothing to
 * clear away.
 */
public final class DataDirectory implements AutoCloseable {

	private static final FileAttribute<?> OWNER_ONLY = PosixFilePermissions
		.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

	private final Path path;

	private final FileChannel lock;

	private DataDirectory(Path path, FileChannel lock) {
		this.path = path;
		this.lock = lock;
	}

	/**
	 * Opens the directory, creating it if need be, and holds it until {@link #close()}.
	 * @param path any path, absolute or relative to the working directory
	 * @return the directory, ours alone
	 */
	public static DataDirectory open(Path path) {
		Path directory = path.toAbsolutePath().normalize();
		try {
			Files.createDirectories(directory, OWNER_ONLY);
			FileChannel lock = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE,
					StandardOpenOption.READ, StandardOpenOption.WRITE);
			if (!isLocked(lock)) {
				String owner = Files.readString(directory.resolve("lock")).strip();
				lock.close();
				throw new EmbeddedServerException(
						"The data directory %s is in use by another running Stockroom (process %s)."
							.formatted(directory, owner),
						"Stop that process, or give this one its own directory with stockroom.embedded.data-directory"
								+ " (and its own server.port).");
			}
			lock.truncate(0).write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes()));
			return new DataDirectory(directory.toRealPath(), lock);
		}
		catch (IOException ex) {
			throw new EmbeddedServerException("The data directory %s cannot be used: %s".formatted(directory, ex),
					"Make it writable, or name another with stockroom.embedded.data-directory.", ex);
		}
	}

	private static boolean isLocked(FileChannel channel) throws IOException {
		try {
			return channel.tryLock() != null;
		}
		catch (OverlappingFileLockException ex) {
			return false; // held by this very process
		}
	}

	/**
	 * The directory itself.
	 * @return its real, absolute path
	 */
	public Path path() {
		return this.path;
	}

	Path programs() {
		return this.path.resolve("programs");
	}

	boolean belongsToRoot() {
		try {
			return Integer.valueOf(0).equals(Files.getAttribute(this.path.resolve("lock"), "unix:uid"));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The password of a user of the embedded servers. Loopback is open to everybody on
	 * the machine, so each user has one, made from a random secret that only the
	 * directory's owner can read.
	 */
	String password(String user) {
		try {
			Mac mac = Mac.getInstance("HmacSHA256");
			mac.init(new SecretKeySpec(secret(), "HmacSHA256"));
			return Base64.getUrlEncoder().withoutPadding().encodeToString(mac.doFinal(user.getBytes()));
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("Every Java platform has HmacSHA256", ex);
		}
	}

	private byte[] secret() {
		Path file = this.path.resolve("secret");
		try {
			if (!Files.exists(file)) {
				byte[] secret = new byte[32];
				new SecureRandom().nextBytes(secret);
				writePrivately(file, Base64.getEncoder().encodeToString(secret));
			}
			return Base64.getDecoder().decode(Files.readString(file).strip());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Writes a file that nobody but its owner can read, not even for a moment. */
	static void writePrivately(Path file, String content) throws IOException {
		Path temporary = Files.createTempFile(file.toAbsolutePath().getParent(), ".new", "",
				PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
		Files.writeString(temporary, content);
		Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
	}

	@Override
	public void close() {
		try {
			this.lock.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
