package app.stockroom.tenancy;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

import app.stockroom.platform.Caches;
import com.github.benmanes.caffeine.cache.Cache;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;

/**
 * Remembers tokens that were verified, because a client sends the same one with every
 * request and a signature costs more than the rest of a read. A token is remembered by
 * its hash, never by itself, until it expires or the {@linkplain #MEMORY memory} ends:
 * then its key is asked for again, so that a key that was withdrawn is believed for no
 * longer than that. A token that was refused is not remembered at all.
 */
final class VerifiedTokens implements ReactiveJwtDecoder {

	/** How long a token is believed without asking for its key again. */
	static final Duration MEMORY = Duration.ofSeconds(60);

	/** Most tokens that are remembered, each of some two kilobytes. */
	static final int TOKENS = 10_000;

	private final ReactiveJwtDecoder decoder;

	private final InstantSource clock;

	private final Cache<Fingerprint, Verified> verified = Caches.builder().maximumSize(TOKENS).build();

	VerifiedTokens(ReactiveJwtDecoder decoder, InstantSource clock) {
		this.decoder = decoder;
		this.clock = clock;
	}

	@Override
	public Mono<Jwt> decode(String token) {
		Fingerprint fingerprint = Fingerprint.of(token);
		Verified known = recall(fingerprint);
		return (known != null) ? Mono.just(known.token())
				: this.decoder.decode(token).doOnNext((jwt) -> remember(fingerprint, jwt));
	}

	/**
	 * What a token grants, if it is remembered.
	 */
	@Nullable Grant known(String token) {
		Verified known = recall(Fingerprint.of(token));
		return (known != null) ? known.grant() : null;
	}

	private @Nullable Verified recall(Fingerprint fingerprint) {
		Verified known = this.verified.getIfPresent(fingerprint);
		return (known != null && this.clock.instant().isBefore(known.until())) ? known : null;
	}

	private void remember(Fingerprint fingerprint, Jwt token) {
		Instant until = this.clock.instant().plus(MEMORY);
		Instant expiry = token.getExpiresAt();
		if (expiry != null) {
			Instant end = expiry.plusSeconds(Tokens.LEEWAY_SECONDS);
			this.verified.put(fingerprint, new Verified(token, Grant.of(token), end.isBefore(until) ? end : until));
		}
	}

	private record Verified(Jwt token, Grant grant, Instant until) {
	}

	/**
	 * The SHA-256 of a token.
	 */
	private record Fingerprint(long first, long second, long third, long fourth) {

		private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

		static Fingerprint of(String token) {
			byte[] hash = sha256().digest(token.getBytes(StandardCharsets.UTF_8));
			return new Fingerprint(at(hash, 0), at(hash, 8), at(hash, 16), at(hash, 24));
		}

		private static long at(byte[] hash, int index) {
			return (long) LONGS.get(hash, index);
		}

		private static MessageDigest sha256() {
			try {
				return MessageDigest.getInstance("SHA-256");
			}
			catch (NoSuchAlgorithmException impossible) {
				throw new IllegalStateException("Every Java has SHA-256", impossible);
			}
		}

		@Override
		public int hashCode() {
			return (int) this.first;
		}

	}

}
