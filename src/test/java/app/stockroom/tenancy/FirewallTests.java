package app.stockroom.tenancy;

import java.util.List;
import java.util.function.Predicate;

import org.junit.jupiter.api.Test;

import org.springframework.security.web.server.firewall.StrictServerWebExchangeFirewall;

import static org.assertj.core.api.Assertions.assertThat;

class FirewallTests {

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

}
