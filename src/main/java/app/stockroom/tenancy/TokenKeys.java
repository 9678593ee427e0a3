package app.stockroom.tenancy;

import java.io.Closeable;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Set;

import app.stockroom.platform.StartRefusedException;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.JWSKeySelector;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.proc.SingleKeyJWSKeySelector;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one source with the algorithms that belong to them. A token that names
 * another algorithm meets no key at all, so that a public key can never be taken for a
 * shared secret.
 *
 * @param selector finds the key that a token's header asks for
 * @param remote the published keys, which are fetched and kept fresh over the network;
 * null where the key is here
 * @param signing signs development tokens; null where we only know a public key
 */
record TokenKeys(JWSKeySelector<SecurityContext> selector, @Nullable Closeable remote,
		@Nullable Signing signing) implements Closeable {

	private static final int SECRET_BYTES = 32;

	private static final int CONNECT_TIMEOUT_MS = 2_000;

	private static final int READ_TIMEOUT_MS = 3_000;

	private static final int JWKS_BYTES = 256 * 1024;

	// Six minutes after it was withdrawn a key is believed no more: this, and what
	// VerifiedTokens remembers.
	private static final long CACHE_MS = 300_000;

	private static final long CACHE_WAIT_MS = 6_000;

	private static final long REFRESH_AHEAD_MS = 60_000;

	// Tokens with invented key ids make us ask again; not more often than this.
	private static final long REFRESH_PAUSE_MS = 10_000;

	private static final long OUTAGE_MS = 4 * 60 * 60 * 1000;

	/**
	 * What signs tokens.
	 */
	record Signing(JWSAlgorithm algorithm, JWSSigner signer) {
	}

	/** The keys that an issuer publishes. */
	static TokenKeys jwks(URI url) {
		try {
			JWKSource<SecurityContext> source = JWKSourceBuilder
				.<SecurityContext>create(url.toURL(),
						new DefaultResourceRetriever(CONNECT_TIMEOUT_MS, READ_TIMEOUT_MS, JWKS_BYTES))
				.cache(CACHE_MS, CACHE_WAIT_MS)
				.refreshAheadCache(REFRESH_AHEAD_MS, true)
				.rateLimited(REFRESH_PAUSE_MS)
				.retrying(true)
				.outageTolerant(OUTAGE_MS)
				.build();
			Set<JWSAlgorithm> algorithms = Set.of(JWSAlgorithm.RS256, JWSAlgorithm.PS256, JWSAlgorithm.ES256);
			return new TokenKeys(new JWSVerificationKeySelector<>(algorithms, source), (Closeable) source, null);
		}
		catch (MalformedURLException | IllegalArgumentException malformed) {
			throw new StartRefusedException("stockroom.security.jwks-url is no URL: " + url,
					"Set it to the https address of your issuer's JWK set.");
		}
	}

	/** An issuer's public key: PEM, or where it lies. */
	static TokenKeys publicKey(String pemOrLocation) {
		PublicKey key = PublicKeys.read(pemOrLocation);
		return single((key instanceof RSAPublicKey) ? JWSAlgorithm.RS256 : JWSAlgorithm.ES256, key, null);
	}

	/** A secret shared with the issuer. */
	static TokenKeys secret(String text) {
		byte[] secret = text.getBytes(StandardCharsets.UTF_8);
		if (secret.length < SECRET_BYTES) {
			throw new StartRefusedException(
					"stockroom.security.secret has %d bytes, which can be guessed.".formatted(secret.length),
					"Use at least %d random bytes: openssl rand -base64 48".formatted(SECRET_BYTES));
		}
		try {
			MACSigner signer = new MACSigner(secret);
			return single(JWSAlgorithm.HS256, signer.getSecretKey(), new Signing(JWSAlgorithm.HS256, signer));
		}
		catch (JOSEException impossible) {
			throw new IllegalStateException("The length was checked", impossible);
		}
	}

	/** Our own key pair. */
	static TokenKeys own(RSAKey pair) {
		try {
			return single(JWSAlgorithm.RS256, pair.toRSAPublicKey(),
					new Signing(JWSAlgorithm.RS256, new RSASSASigner(pair)));
		}
		catch (JOSEException ex) {
			throw new IllegalStateException("The key pair is RSA and private", ex);
		}
	}

	private static TokenKeys single(JWSAlgorithm algorithm, Key key, @Nullable Signing signing) {
		return new TokenKeys(new SingleKeyJWSKeySelector<>(algorithm, key), null, signing);
	}

	/** Ends the threads that keep published keys fresh. */
	@Override
	public void close() throws IOException {
		if (this.remote != null) {
			this.remote.close();
		}
	}

}
