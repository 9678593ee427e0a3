package app.stockroom.tenancy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import app.stockroom.platform.StartRefusedException;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class TokenTests {

	private static final String SECRET = "only-for-tests-0123456789-0123456789";

	private static final KeyPair RSA = pair("RSA");

	private final ReactiveJwtDecoder secret = decoder(settings(null, null, SECRET, "https://issuer", "stockroom"));

	private final ReactiveJwtDecoder rsa = decoder(settings(null, pem(RSA.getPublic()), null, null, null));

	@TempDir
	private Path directory;

	@Test
	void aGoodTokenIsBelieved() throws JOSEException {
		assertThat(this.secret.decode(hmac(SECRET, good())).block().getSubject()).isEqualTo("till-7");
		assertThat(this.rsa.decode(rs256(RSA, good(), null)).block().getClaimAsString("scope"))
			.isEqualTo("inventory:read");
	}

	@Test
	void timesAreCheckedWithFiveSecondsOfLeeway() throws JOSEException {
		assertGood(good().expirationTime(in(-3)));
		assertBad(good().expirationTime(in(-7)));
		assertBad(good().expirationTime(null));
		assertGood(good().notBeforeTime(in(3)));
		assertBad(good().notBeforeTime(in(8)));
	}

	@Test
	void issuerAudienceAndSubjectAreChecked() throws JOSEException {
		assertBad(good().issuer("https://other"));
		assertBad(good().issuer(null));
		assertBad(good().audience("other"));
		assertBad(good().audience((String) null));
		assertGood(good().audience(java.util.List.of("other", "stockroom")));
		assertBad(good().subject(null));
		assertBad(good().subject(" "));
	}

	@Test
	void aTokenWithoutASignatureIsRefused() {
		assertRefused(this.secret, new PlainJWT(good().build()).serialize());
		assertRefused(this.rsa, new PlainJWT(good().build()).serialize());
		assertRefused(this.rsa, "no.token.atall");
	}

	@Test
	void thePublicKeyIsNoSecret() throws JOSEException {
		for (byte[] bytes : new byte[][] { RSA.getPublic().getEncoded(),
				pem(RSA.getPublic()).getBytes(StandardCharsets.US_ASCII) }) {
			assertRefused(this.rsa, sign(JWSAlgorithm.HS256, new MACSigner(bytes), good(), null));
		}
	}

	@Test
	void otherKeysAlgorithmsAndChangedClaimsAreRefused() throws JOSEException {
		assertRefused(this.secret, hmac(SECRET + "x", good()));
		assertRefused(this.secret, sign(JWSAlgorithm.HS512, new MACSigner(SECRET.repeat(2)), good(), null));
		assertRefused(this.rsa, rs256(pair("RSA"), good(), null));
		assertRefused(this.rsa, sign(JWSAlgorithm.RS512, new RSASSASigner(RSA.getPrivate()), good(), null));
		String[] parts = rs256(RSA, good(), null).split("\\.");
		String admin = Base64.getUrlEncoder()
			.withoutPadding()
			.encodeToString(
					good().claim("scope", "platform:admin").build().toString().getBytes(StandardCharsets.UTF_8));
		assertRefused(this.rsa, parts[0] + "." + admin + "." + parts[2]);
	}

	@Test
	void anEllipticKeyServesToo() throws JOSEException {
		KeyPair pair = pair("EC");
		ReactiveJwtDecoder decoder = decoder(settings(null, pem(pair.getPublic()), null, null, null));
		JWSSigner signer = new ECDSASigner((java.security.interfaces.ECPrivateKey) pair.getPrivate());
		assertThatCode(() -> decoder.decode(sign(JWSAlgorithm.ES256, signer, good(), null)).block())
			.doesNotThrowAnyException();
	}

	@Test
	void publishedKeysAreCachedRotatedAndMissedForALittleWhile() throws Exception {
		RSAKey first = new RSAKeyGenerator(2048).keyID("first").generate();
		RSAKey second = new RSAKeyGenerator(2048).keyID("second").generate();
		AtomicReference<@Nullable JWKSet> published = new AtomicReference<>(new JWKSet(first.toPublicJWK()));
		AtomicInteger fetches = new AtomicInteger();
		HttpServer issuer = issuer(published, fetches);
		try {
			ReactiveJwtDecoder decoder = decoder(settings(
					URI.create("http://127.0.0.1:" + issuer.getAddress().getPort() + "/keys"), null, null, null, null));
			Flux.range(0, 200).flatMap((_) -> decoder.decode(rs256(first)), 50).blockLast();
			assertThat(fetches).hasValue(1);
			published.set(new JWKSet(java.util.List.of(first.toPublicJWK(), second.toPublicJWK())));
			assertThatCode(() -> decoder.decode(rs256(second)).block()).doesNotThrowAnyException();
			for (int i = 0; i < 50; i++) {
				assertRefused(decoder, rs256(RSA, good(), "invented-" + i));
			}
			assertThat(fetches.get()).as("invented key ids do not make us ask again and again").isLessThan(4);
			published.set(null);
			assertThatCode(() -> decoder.decode(rs256(first)).block()).doesNotThrowAnyException();
		}
		finally {
			issuer.stop(0);
		}
	}

	@Test
	void theThreadsThatKeepKeysFreshEndWithTheContext() throws Exception {
		HttpServer issuer = issuer(new AtomicReference<>(new JWKSet(new RSAKeyGenerator(2048).generate())),
				new AtomicInteger());
		URI url = URI.create("http://127.0.0.1:" + issuer.getAddress().getPort() + "/keys");
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			SecuritySettings settings = settings(url, null, null, null, null);
			context.registerBean("tokenKeys", TokenKeys.class, () -> keys(settings, false));
			context.refresh();
			Set<Thread> before = Thread.getAllStackTraces().keySet();
			assertRefused(Tokens.decoder(context.getBean(TokenKeys.class), settings), rs256(RSA, good(), "unknown"));
			Set<Thread> refreshing = new HashSet<>(Thread.getAllStackTraces().keySet());
			refreshing.removeAll(before);
			refreshing.removeIf((thread) -> !thread.getName().startsWith("pool-"));
			assertThat(refreshing).isNotEmpty();
			context.close();
			Awaitility.await().until(() -> refreshing.stream().noneMatch(Thread::isAlive));
		}
		finally {
			issuer.stop(0);
		}
	}

	@Test
	void keysThatCannotBeFetchedAreAnOutageAndNoVerdict() throws JOSEException {
		ReactiveJwtDecoder decoder = decoder(settings(URI.create("http://127.0.0.1:1/keys"), null, null, null, null));
		assertThatExceptionOfType(JwtException.class)
			.isThrownBy(() -> decoder.decode(rs256(RSA, good(), "first")).block(Duration.ofSeconds(20)))
			.isNotInstanceOf(BadJwtException.class);
	}

	@Test
	void exactlyOneSourceOfKeysIsNeeded() {
		assertStartRefused(settings(null, null, null, null, null), false, "No keys are configured");
		assertStartRefused(settings(null, pem(RSA.getPublic()), SECRET, null, null), false, "more than one source");
		assertStartRefused(settings(URI.create("https://issuer/keys"), null, SECRET, null, null), true,
				"more than one source");
	}

	@Test
	void weakOrWrongKeysAreRefused() {
		assertStartRefused(settings(null, null, "x".repeat(31), null, null), false, "31 bytes");
		assertStartRefused(settings(null, "no pem", null, null, null), false, "cannot be read");
		assertStartRefused(settings(null, privatePem(RSA), null, null, null), false, "is a private key");
		assertStartRefused(settings(null, pem(pair("weak").getPublic()), null, null, null), false, "too weak");
	}

	@Test
	void developmentTokensNeedAKeyThatSigns() {
		SecuritySettings asked = new SecuritySettings(null, pem(RSA.getPublic()), null, null, null,
				new SecuritySettings.DevToken(true));
		assertStartRefused(asked, false, "no token can be signed");
	}

	@Test
	void embeddedModeKeepsItsKeyPairToItself() throws IOException, JOSEException {
		TokenKeys keys = keys(settings(null, null, null, null, null), true);
		Path file = this.directory.resolve("token-key.json");
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
		SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.RS256), good().build());
		token.sign(keys.signing().signer());
		ReactiveJwtDecoder afterRestart = Tokens.decoder(keys(settings(null, null, null, null, null), true),
				settings(null, null, null, null, null));
		assertThatCode(() -> afterRestart.decode(token.serialize()).block()).doesNotThrowAnyException();
		assertRefused(afterRestart, rs256(RSA, good(), null));
	}

	private void assertGood(JWTClaimsSet.Builder claims) throws JOSEException {
		String token = hmac(SECRET, claims);
		assertThatCode(() -> this.secret.decode(token).block()).doesNotThrowAnyException();
	}

	private void assertBad(JWTClaimsSet.Builder claims) throws JOSEException {
		assertRefused(this.secret, hmac(SECRET, claims));
	}

	private static void assertRefused(ReactiveJwtDecoder decoder, String token) {
		assertThatExceptionOfType(BadJwtException.class).isThrownBy(() -> decoder.decode(token).block());
	}

	private void assertStartRefused(SecuritySettings settings, boolean embedded, String reason) {
		assertThatExceptionOfType(StartRefusedException.class).isThrownBy(() -> keys(settings, embedded))
			.withMessageContaining(reason);
	}

	private TokenKeys keys(SecuritySettings settings, boolean embedded) {
		return new SecurityConfiguration().tokenKeys(settings, embedded, this.directory);
	}

	private static ReactiveJwtDecoder decoder(SecuritySettings settings) {
		return Tokens.decoder(new SecurityConfiguration().tokenKeys(settings, false, Path.of("nowhere")), settings);
	}

	private static SecuritySettings settings(@Nullable URI jwks, @Nullable String publicKey, @Nullable String secret,
			@Nullable String issuer, @Nullable String audience) {
		return new SecuritySettings(jwks, publicKey, secret, issuer, audience, new SecuritySettings.DevToken(false));
	}

	private static JWTClaimsSet.Builder good() {
		return new JWTClaimsSet.Builder().subject("till-7")
			.issuer("https://issuer")
			.audience("stockroom")
			.claim("scope", "inventory:read")
			.claim("tenant_id", UUID.randomUUID().toString())
			.expirationTime(in(60));
	}

	private static Date in(int seconds) {
		return Date.from(Instant.now().plusSeconds(seconds));
	}

	private static String hmac(String secret, JWTClaimsSet.Builder claims) throws JOSEException {
		return sign(JWSAlgorithm.HS256, new MACSigner(secret), claims, null);
	}

	private static String rs256(KeyPair pair, JWTClaimsSet.Builder claims, @Nullable String keyId)
			throws JOSEException {
		return sign(JWSAlgorithm.RS256, new RSASSASigner(pair.getPrivate()), claims, keyId);
	}

	private static String rs256(RSAKey key) {
		try {
			return sign(JWSAlgorithm.RS256, new RSASSASigner(key), good(), key.getKeyID());
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String sign(JWSAlgorithm algorithm, JWSSigner signer, JWTClaimsSet.Builder claims,
			@Nullable String keyId) throws JOSEException {
		SignedJWT token = new SignedJWT(new JWSHeader.Builder(algorithm).keyID(keyId).build(), claims.build());
		token.sign(signer);
		return token.serialize();
	}

	private static HttpServer issuer(AtomicReference<@Nullable JWKSet> published, AtomicInteger fetches)
			throws IOException {
		HttpServer issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		issuer.createContext("/keys", (exchange) -> {
			fetches.incrementAndGet();
			JWKSet keys = published.get();
			byte[] body = ((keys != null) ? keys.toString() : "down").getBytes(StandardCharsets.UTF_8);
			exchange.sendResponseHeaders((keys != null) ? 200 : 503, body.length);
			exchange.getResponseBody().write(body);
			exchange.close();
		});
		issuer.start();
		return issuer;
	}

	private static KeyPair pair(String kind) {
		try {
			KeyPairGenerator generator = KeyPairGenerator.getInstance(kind.equals("EC") ? "EC" : "RSA");
			if (kind.equals("EC")) {
				generator.initialize(new ECGenParameterSpec("secp256r1"));
			}
			else {
				generator.initialize(kind.equals("weak") ? 1024 : 2048);
			}
			return generator.generateKeyPair();
		}
		catch (java.security.GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String pem(PublicKey key) {
		return "-----BEGIN PUBLIC KEY-----\n" + Base64.getMimeEncoder().encodeToString(key.getEncoded())
				+ "\n-----END PUBLIC KEY-----";
	}

	private static String privatePem(KeyPair pair) {
		return "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded())
				+ "\n-----END PRIVATE KEY-----";
	}

}
