package app.stockroom;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;

/**
 * Whoever issues tokens and publishes the keys that they are signed with; it can be out
 * of order, and change its keys.
 */
public final class Issuer implements AutoCloseable {

	/** Under ever new names. */
	private static final RSAKey FORGER = newKey();

	private final HttpServer server;

	private final AtomicInteger fetches = new AtomicInteger();

	private volatile boolean down;

	private volatile List<RSAKey> keys = List.of(newKey());

	public Issuer() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
		this.server.createContext("/keys", (exchange) -> {
			this.fetches.incrementAndGet();
			byte[] body = (this.down ? "down" : new JWKSet(List.copyOf(this.keys)).toPublicJWKSet().toString())
				.getBytes(StandardCharsets.UTF_8);
			exchange.sendResponseHeaders(this.down ? 503 : 200, body.length);
			exchange.getResponseBody().write(body);
			exchange.close();
		});
		this.server.start();
	}

	public String url() {
		return "http://127.0.0.1:%d/keys".formatted(this.server.getAddress().getPort());
	}

	/** How often its keys were asked for. */
	public int fetches() {
		return this.fetches.get();
	}

	public void goDown() {
		this.down = true;
	}

	public void comeBack() {
		this.down = false;
	}

	/** Signs with a new key from now on, and publishes the old ones too. */
	public void rotate() {
		List<RSAKey> all = new ArrayList<>(List.of(newKey()));
		all.addAll(this.keys);
		this.keys = all;
	}

	/** A token with every scope, of one tenant or of none. */
	public String token(String tenant) {
		return sign(this.keys.getFirst(), tenant);
	}

	/** The same, signed by a key that nobody has published. */
	public String forged(String tenant) {
		return sign(new RSAKey.Builder(FORGER).keyID(UUID.randomUUID().toString()).build(), tenant);
	}

	/** The key that it signs with now, both halves. */
	public RSAKey key() {
		return this.keys.getFirst();
	}

	/** The claims of a good token. */
	public static JWTClaimsSet.Builder claims(String tenant) {
		JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder().subject("faults")
			.issuer("https://issuer.test")
			.audience("stockroom")
			.claim("scope", "inventory:read inventory:write catalog:write tenant:admin platform:admin")
			.expirationTime(Date.from(Instant.now().plusSeconds(3600)));
		return tenant.isEmpty() ? claims : claims.claim("tenant_id", tenant);
	}

	private static String sign(RSAKey key, String tenant) {
		try {
			SignedJWT token = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(),
					claims(tenant).build());
			token.sign(new RSASSASigner(key));
			return token.serialize();
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static RSAKey newKey() {
		try {
			return new RSAKeyGenerator(2048).keyID(UUID.randomUUID().toString()).generate();
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.server.stop(0);
	}

}
