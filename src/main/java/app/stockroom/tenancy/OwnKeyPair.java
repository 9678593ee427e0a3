package app.stockroom.tenancy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.text.ParseException;

import app.stockroom.platform.StartRefusedException;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;

/**
 * The key pair of embedded mode, kept in the data folder so that tokens outlive a
 * restart.
 */
final class OwnKeyPair {

	private static final String FILE = "token-key.json";

	private static final int BITS = 2048;

	private OwnKeyPair() {
	}

	/**
	 * Reads the key pair, or makes one at the first start.
	 */
	static RSAKey in(Path directory) {
		Path file = directory.resolve(FILE);
		try {
			if (!Files.exists(file)) {
				Files.createDirectories(directory);
				write(file, new RSAKeyGenerator(BITS).generate().toJSONString());
			}
			return RSAKey.parse(Files.readString(file));
		}
		catch (ParseException damaged) {
			throw new StartRefusedException("The token key in %s is damaged.".formatted(file.toAbsolutePath()),
					"Delete the file; a new key is made at the next start, and old tokens end.");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (JOSEException ex) {
			throw new IllegalStateException("Every Java platform has RSA", ex);
		}
	}

	/** Nobody else can read the file, not even for a moment, and never half of it. */
	private static void write(Path file, String content) throws IOException {
		Path unfinished = Files.createTempFile(file.toAbsolutePath().getParent(), FILE, ".new",
				PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
		Files.writeString(unfinished, content);
		Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
	}

}
