package app.stockroom.tenancy;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class VerifiedTokensTests {

	private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

	private final AtomicInteger verifications = new AtomicInteger();

	private final Set<String> good = new HashSet<>(Set.of("one", "other"));

	private Instant now = START;

	private Instant expiry = START.plus(Duration.ofHours(1));

	private final VerifiedTokens tokens = new VerifiedTokens(this::verify, () -> this.now);

	@Test
	void aTokenIsVerifiedOnceAndAgainWhenTheMemoryEnds() {
		for (int i = 0; i < 100; i++) {
			assertThat(decode("one").getTokenValue()).isEqualTo("one");
		}
		assertThat(this.verifications).hasValue(1);
		assertThat(decode("other").getTokenValue()).isEqualTo("other");
		assertThat(this.verifications).hasValue(2);
		this.now = START.plus(VerifiedTokens.MEMORY).minusNanos(1);
		decode("one");
		assertThat(this.verifications).hasValue(2);
		this.now = START.plus(VerifiedTokens.MEMORY);
		decode("one");
		decode("one");
		assertThat(this.verifications).hasValue(3);
	}

	@Test
	void aTokenIsNotRememberedBeyondItsExpiryAndTheLeeway() {
		this.expiry = START.plusSeconds(10);
		decode("one");
		this.now = this.expiry.plusSeconds(Tokens.LEEWAY_SECONDS).minusNanos(1);
		decode("one");
		assertThat(this.verifications).hasValue(1);
		this.good.clear();
		this.now = this.expiry.plusSeconds(Tokens.LEEWAY_SECONDS);
		assertRefused("one");
	}

	@Test
	void aTokenWhoseKeyWasWithdrawnIsRefusedWhenTheMemoryEnds() {
		decode("one");
		this.good.clear();
		decode("one");
		this.now = START.plus(VerifiedTokens.MEMORY);
		assertRefused("one");
		assertRefused("one");
	}

	@Test
	void aRefusalIsNotRemembered() {
		assertRefused("late");
		assertRefused("late");
		assertThat(this.verifications).hasValue(2);
		this.good.add("late");
		assertThat(decode("late").getTokenValue()).isEqualTo("late");
	}

	@Test
	void aTokenIsKnownForAsLongAsItIsRemembered() {
		assertThat(this.tokens.known("one")).isNull();
		decode("one");
		assertThat(this.tokens.known("one")).isNotNull();
		assertThat(this.tokens.known("onE")).isNull();
		this.now = START.plus(VerifiedTokens.MEMORY);
		assertThat(this.tokens.known("one")).isNull();
	}

	private Jwt decode(String token) {
		return this.tokens.decode(token).block();
	}

	private void assertRefused(String token) {
		assertThatExceptionOfType(BadJwtException.class).isThrownBy(() -> decode(token));
	}

	private Mono<Jwt> verify(String token) {
		this.verifications.incrementAndGet();
		return this.good.contains(token) ? Mono
			.just(Jwt.withTokenValue(token).header("alg", "none").subject("somebody").expiresAt(this.expiry).build())
				: Mono.error(new BadJwtException("no"));
	}

}
