package app.stockroom.tenancy;

import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import org.springframework.security.web.server.firewall.ServerWebExchangeFirewall;
import org.springframework.security.web.server.firewall.StrictServerWebExchangeFirewall;

/**
 * Spring Security's strict firewall with its own rules. It looks at a header whenever
 * somebody reads it, and at a token's every letter with a regular expression; printable
 * ASCII, which its rules allow, is recognised here for much less.
 */
final class Firewall {

	private Firewall() {
	}

	static ServerWebExchangeFirewall strict() {
		StrictServerWebExchangeFirewall firewall = new StrictServerWebExchangeFirewall();
		firewall.setAllowedHeaderNames(printableOr(StrictServerWebExchangeFirewall.ALLOWED_HEADER_NAMES));
		firewall.setAllowedHeaderValues(printableOr(StrictServerWebExchangeFirewall.ALLOWED_HEADER_VALUES));
		firewall.setAllowedParameterNames(printableOr(StrictServerWebExchangeFirewall.ALLOWED_PARAMETER_NAMES));
		return firewall;
	}

	/** The rule, asked only about text that is not plainly harmless. */
	static Predicate<String> printableOr(Predicate<String> rule) {
		return (text) -> isPrintable(text) || rule.test(text);
	}

	private static boolean isPrintable(@Nullable String text) {
		if (text == null) {
			return false;
		}
		for (int i = 0; i < text.length(); i++) {
			char character = text.charAt(i);
			if (character < ' ' || character > '~') {
				return false;
			}
		}
		return true;
	}

}
