package app.stockroom.browser;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import tools.jackson.databind.json.JsonMapper;

/**
 * An OpenID Connect issuer with one person: it asks them on a page of its own, demands
 * PKCE, takes every code and every refresh token once, and its tokens end soon.
 */
final class MockIssuer {

	static final String CLIENT = "stockroom-dashboard";

	/** Less than the minute before which the dashboard replaces a token. */
	private static final int SECONDS = 50;

	private static final JsonMapper JSON = new JsonMapper();

	private final HttpServer server;

	private final byte[] secret;

	private final Map<String, String> challenges = new ConcurrentHashMap<>();

	private final Map<String, Boolean> refreshTokens = new ConcurrentHashMap<>();

	private final AtomicInteger refreshed = new AtomicInteger();

	private volatile UUID tenant = new UUID(0, 0);

	MockIssuer(String secret) {
		this.secret = secret.getBytes(StandardCharsets.UTF_8);
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.server.createContext("/.well-known/openid-configuration", this::configuration);
		this.server.createContext("/authorize", this::authorize);
		this.server.createContext("/token", this::token);
		this.server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
		this.server.start();
	}

	String url() {
		return "http://127.0.0.1:" + this.server.getAddress().getPort();
	}

	/** The person's tenant from now on. */
	void tenant(UUID id) {
		this.tenant = id;
	}

	/** How often a refresh token was taken. */
	int refreshed() {
		return this.refreshed.get();
	}

	private void configuration(HttpExchange exchange) throws IOException {
		answer(exchange, 200, "application/json", JSON.writeValueAsString(Map.of("issuer", url(),
				"authorization_endpoint", url() + "/authorize", "token_endpoint", url() + "/token")));
	}

	private void authorize(HttpExchange exchange) throws IOException {
		Map<String, String> query = form(exchange.getRequestURI().getRawQuery());
		if (!CLIENT.equals(query.get("client_id")) || !"code".equals(query.get("response_type"))
				|| !"S256".equals(query.get("code_challenge_method")) || query.get("state").isEmpty()) {
			answer(exchange, 400, "text/plain", "No such request: " + query);
			return;
		}
		String code = UUID.randomUUID().toString();
		this.challenges.put(code, query.get("code_challenge"));
		answer(exchange, 200, "text/html",
				"<!doctype html><title>Issuer</title><link rel=icon href=data:,><a href=\"%s?code=%s&amp;state=%s\">It is me</a>"
					.formatted(query.get("redirect_uri"), code, query.get("state")));
	}

	private void token(HttpExchange exchange) throws IOException {
		Map<String, String> form = form(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
		boolean granted = CLIENT.equals(form.get("client_id")) && switch (form.getOrDefault("grant_type", "")) {
			case "authorization_code" -> {
				String challenge = this.challenges.remove(form.getOrDefault("code", ""));
				yield challenge != null && challenge.equals(challenge(form.getOrDefault("code_verifier", "")));
			}
			case "refresh_token" -> {
				this.refreshed.incrementAndGet();
				yield this.refreshTokens.remove(form.getOrDefault("refresh_token", "")) != null;
			}
			default -> false;
		};
		if (!granted) {
			answer(exchange, 400, "application/json", "{\"error\":\"invalid_grant\"}");
			return;
		}
		String again = UUID.randomUUID().toString();
		this.refreshTokens.put(again, true);
		answer(exchange, 200, "application/json", JSON.writeValueAsString(Map.of("access_token", signed(), "token_type",
				"Bearer", "expires_in", SECONDS, "refresh_token", again)));
	}

	private String signed() {
		SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256),
				new JWTClaimsSet.Builder().issuer(url())
					.subject("ada")
					.claim("scope", "inventory:read inventory:write")
					.claim("tenant_id", this.tenant.toString())
					.expirationTime(Date.from(Instant.now().plusSeconds(SECONDS)))
					.build());
		try {
			token.sign(new MACSigner(this.secret));
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
		return token.serialize();
	}

	private static String challenge(String verifier) {
		try {
			return Base64URL
				.encode(MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII)))
				.toString();
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Map<String, String> form(String text) {
		return Arrays.stream(text.split("&"))
			.map((pair) -> pair.split("=", 2))
			.collect(Collectors.toMap((pair) -> pair[0], (pair) -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
	}

	private static void answer(HttpExchange exchange, int status, String type, String body) throws IOException {
		byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
		exchange.getResponseHeaders().add("Content-Type", type);
		exchange.getResponseHeaders().add("Access-Control-Allow-Origin", "*");
		exchange.sendResponseHeaders(status, bytes.length);
		try (exchange) {
			exchange.getResponseBody().write(bytes);
		}
	}

}
