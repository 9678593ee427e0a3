package app.stockroom.tenancy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

import app.stockroom.platform.StartRefusedException;
import com.nimbusds.jose.jwk.Curve;
import org.jspecify.annotations.Nullable;

import org.springframework.core.io.DefaultResourceLoader;

/**
 * Reads an issuer's public key from PEM. Nimbus would need Bouncy Castle for this.
 */
final class PublicKeys {

	private static final String NAME = "stockroom.security.public-key";

	private static final String BEGIN = "-----BEGIN PUBLIC KEY-----";

	private static final String END = "-----END PUBLIC KEY-----";

	private static final int RSA_BITS = 2048;

	private PublicKeys() {
	}

	/**
	 * Reads the key from its PEM text, or from where it lies.
	 * @return an {@link RSAPublicKey} of at least 2048 bits or an {@link ECPublicKey} on
	 * P-256
	 */
	static PublicKey read(String pemOrLocation) {
		String pem = pemOrLocation.startsWith("-----BEGIN") ? pemOrLocation : load(pemOrLocation);
		if (pem.contains("PRIVATE KEY")) {
			throw new StartRefusedException(NAME + " is a private key.",
					"Give the service the public half only: openssl pkey -in private.pem -pubout");
		}
		int begin = pem.indexOf(BEGIN);
		int end = pem.indexOf(END);
		if (begin < 0 || end < begin) {
			throw unreadable("it has no " + BEGIN);
		}
		PublicKey key = decode(pem.substring(begin + BEGIN.length(), end));
		boolean strong = switch (key) {
			case RSAPublicKey rsa -> rsa.getModulus().bitLength() >= RSA_BITS;
			case ECPublicKey ec -> Curve.P_256.equals(Curve.forECParameterSpec(ec.getParams()));
			default -> false;
		};
		if (!strong) {
			throw new StartRefusedException(NAME + " is too weak or of another kind.",
					"Use RSA with at least %d bits, or EC on P-256.".formatted(RSA_BITS));
		}
		return key;
	}

	private static String load(String location) {
		try {
			return new DefaultResourceLoader().getResource(location).getContentAsString(StandardCharsets.US_ASCII);
		}
		catch (IOException ex) {
			throw unreadable(ex.getMessage());
		}
	}

	private static PublicKey decode(String base64) {
		X509EncodedKeySpec encoded;
		try {
			encoded = new X509EncodedKeySpec(Base64.getMimeDecoder().decode(base64));
		}
		catch (IllegalArgumentException ex) {
			throw unreadable(ex.getMessage());
		}
		try {
			return KeyFactory.getInstance("RSA").generatePublic(encoded);
		}
		catch (GeneralSecurityException notRsa) {
			try {
				return KeyFactory.getInstance("EC").generatePublic(encoded);
			}
			catch (GeneralSecurityException ex) {
				throw unreadable("it is neither RSA nor EC");
			}
		}
	}

	private static StartRefusedException unreadable(@Nullable String why) {
		return new StartRefusedException("%s cannot be read: %s".formatted(NAME, why),
				"Set it to a public key in PEM (%s) or to where it lies, such as file:/etc/stockroom/jwt.pem."
					.formatted(BEGIN));
	}

}
