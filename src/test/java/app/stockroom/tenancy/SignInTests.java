package app.stockroom.tenancy;

import app.stockroom.StockroomTest;
import app.stockroom.platform.StartRefusedException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * How people get in is public, and only that.
 */
@StockroomTest
class SignInTests {

	@Autowired
	WebTestClient web;

	@Test
	void thePageLearnsWithoutATokenHowToGetOne() {
		this.web.get()
			.uri("/dashboard/config.json")
			.exchange()
			.expectStatus()
			.isOk()
			.expectHeader()
			.valueEquals("Cache-Control", "no-store")
			.expectHeader()
			.value("Content-Security-Policy", (policy) -> assertThat(policy).contains("connect-src 'self';"))
			.expectBody(String.class)
			.isEqualTo("{\"demo\":true}");
		this.web.get().uri("/dashboard/other.json").exchange().expectStatus().isNotFound();
	}

	@Test
	void onlyTheIssuersOriginIsAllowedBesideOurOwn() {
		SignIn signIn = SignIn.of("https://login.example.com:8443/realms/shop", client("dashboard"));
		assertThat(signIn.origin()).isEqualTo("https://login.example.com:8443");
		assertThat(signIn.clientId()).isEqualTo("dashboard");
	}

	@Test
	void anIssuerAloneIsNobodyToSignInAt() {
		assertThat(SignIn.of("https://login.example.com", client(" ")).issuer()).isNull();
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "shop", "javascript:alert(1)", "https://a b", "ftp://login.example.com", "https:///x" })
	void aClientOfNobodyDoesNotStart(@Nullable String issuer) {
		assertThatExceptionOfType(StartRefusedException.class).isThrownBy(() -> SignIn.of(issuer, client("dashboard")));
	}

	private static SignInSettings client(String id) {
		return new SignInSettings(id, "openid");
	}

}
