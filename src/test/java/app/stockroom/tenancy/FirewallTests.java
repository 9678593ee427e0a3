package app.stockroom.tenancy;

import java.net.URI;
import java.util.AbstractMap.SimpleEntry;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.HttpMethod;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.security.web.server.firewall.StrictServerWebExchangeFirewall;
import org.springframework.web.server.ServerWebExchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

class FirewallTests {

	/** What paths, queries and headers are made of, for better or worse. */
	private static final String[] PARTS = { "/", "/", "api", "a", "Z9", "-", "_", "=", "&", ",", ":", ".", "..", ";",
			"//", "%2e", "%2F", "%5c", "%25", "%00", "%0a", "+", "~", "@", "%E2%80%A8", "%c3%a4" };

	@Test
	void itsRulesAreThoseOfSpringSecurity() {
		for (Predicate<String> rule : List.of(StrictServerWebExchangeFirewall.ALLOWED_HEADER_NAMES,
				StrictServerWebExchangeFirewall.ALLOWED_HEADER_VALUES,
				StrictServerWebExchangeFirewall.ALLOWED_PARAMETER_NAMES)) {
			Predicate<String> ours = Firewall.printableOr(rule);
			for (int character = 0; character <= Character.MAX_VALUE; character++) {
				String text = "Bearer " + (char) character + ".";
				assertThat(ours.test(text)).as("character %x", character).isEqualTo(rule.test(text));
			}
			assertThat(ours.test("")).isEqualTo(rule.test(""));
		}
	}

	@Property(tries = 2000)
	void springSecurityLetsInWhateverIsPlain(@ForAll("methods") HttpMethod method, @ForAll("texts") String path,
			@ForAll("texts") String query, @ForAll("headers") String header) {
		boolean plain = Firewall.isPlain(method, "/" + path, query, header("X-Tenant-Id", header));
		Statistics.label("plain").collect(plain);
		if (plain) {
			ServerWebExchange exchange = new StrictServerWebExchangeFirewall()
				.getFirewalledExchange(MockServerWebExchange
					.from(MockServerHttpRequest.method(method, URI.create("http://127.0.0.1/" + path + "?" + query))
						.header("X-Tenant-Id", header)))
				.block();
			assertThatCode(() -> {
				exchange.getRequest().getQueryParams().keySet();
				exchange.getRequest().getHeaders().toSingleValueMap();
			}).doesNotThrowAnyException();
		}
	}

	@Provide
	Arbitrary<HttpMethod> methods() {
		return Arbitraries.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "BREW")
			.map(HttpMethod::valueOf);
	}

	@Provide
	Arbitrary<String> texts() {
		return Arbitraries
			.frequencyOf(Tuple.of(1, Arbitraries.of(PARTS)), Tuple.of(3, Arbitraries.of("a", "api", "Z9", "-", "_")))
			.list()
			.ofMaxSize(4)
			.map((parts) -> String.join("", parts));
	}

	@Provide
	Arbitrary<String> headers() {
		return Arbitraries.frequencyOf(Tuple.of(1, Arbitraries.strings().ofMaxLength(3)),
				Tuple.of(3, Arbitraries.strings().ascii().alpha().ofMaxLength(3)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/api//inventory", "/api/../inventory", "/api/./inventory", "/api;a=b", "/api%2finventory",
			"/api/\u00e4", "/api\\inventory", "/api/%2e%2e", "/api inventory" })
	void whatCouldBeReadInTwoWaysIsNotPlain(String path) {
		assertThat(Firewall.isPlain(HttpMethod.GET, path, null, header("Host", "localhost"))).isFalse();
	}

	@Test
	void headersOfOtherCharactersAreNotPlain() {
		assertThat(Firewall.isPlain(HttpMethod.GET, "/api", null, header("X", "a\tb"))).isFalse();
		assertThat(Firewall.isPlain(HttpMethod.GET, "/api", null, header("X\u0085", "a"))).isFalse();
		assertThat(Firewall.isPlain(HttpMethod.GET, "/api", "a=%41", header("X", "a"))).isFalse();
		assertThat(Firewall.isPlain(HttpMethod.TRACE, "/api", null, header("X", "a"))).isFalse();
		assertThat(Firewall.isPlain(HttpMethod.GET, "/api", "a=b", header("X", "a ~"))).isTrue();
	}

	private static Iterator<Map.Entry<CharSequence, CharSequence>> header(CharSequence name, CharSequence value) {
		return List.<Map.Entry<CharSequence, CharSequence>>of(new SimpleEntry<>(name, value)).iterator();
	}

}
