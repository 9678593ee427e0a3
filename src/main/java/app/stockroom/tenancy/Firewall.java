package app.stockroom.tenancy;

import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServerRequest;

import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.security.web.server.firewall.ServerWebExchangeFirewall;
import org.springframework.security.web.server.firewall.StrictServerWebExchangeFirewall;

/**
 * Spring Security's strict firewall with its own rules, and what need not be asked of it
 * because it is plainly harmless. It looks at a header whenever somebody reads it, and at
 * a token's every letter with a regular expression; printable ASCII, which its rules
 * allow, is recognised here for much less.
 */
final class Firewall {

	private static final Set<HttpMethod> METHODS = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST,
			HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE, HttpMethod.OPTIONS);

	private Firewall() {
	}

	static ServerWebExchangeFirewall strict() {
		StrictServerWebExchangeFirewall firewall = new StrictServerWebExchangeFirewall();
		firewall.setAllowedHeaderNames(printableOr(StrictServerWebExchangeFirewall.ALLOWED_HEADER_NAMES));
		firewall.setAllowedHeaderValues(printableOr(StrictServerWebExchangeFirewall.ALLOWED_HEADER_VALUES));
		firewall.setAllowedParameterNames(printableOr(StrictServerWebExchangeFirewall.ALLOWED_PARAMETER_NAMES));
		return firewall;
	}

	/**
	 * Whether a request is plainly harmless, so that the firewall need not be asked: a
	 * path of letters, digits, hyphens and underscores between single slashes, a query
	 * that encodes nothing, and headers of printable ASCII.
	 */
	static boolean isPlain(ServerHttpRequest request) {
		HttpServerRequest received = ServerHttpRequestDecorator.getNativeRequest(request);
		return isPlain(request.getMethod(), request.getPath().value(), request.getURI().getRawQuery(),
				received.requestHeaders().iteratorCharSequence());
	}

	static boolean isPlain(HttpMethod method, String path, @Nullable String query,
			Iterator<Map.Entry<CharSequence, CharSequence>> headers) {
		return METHODS.contains(method) && isPlainPath(path) && (query == null || isPlainQuery(query))
				&& isPrintable(headers);
	}

	private static boolean isPlainPath(String path) {
		char before = 0;
		for (int i = 0; i < path.length(); i++) {
			char character = path.charAt(i);
			if ((character == '/') ? before == '/' : !isWord(character)) {
				return false;
			}
			before = character;
		}
		return true;
	}

	private static boolean isPlainQuery(String query) {
		for (int i = 0; i < query.length(); i++) {
			char character = query.charAt(i);
			if (!isWord(character) && "=&.,:".indexOf(character) < 0) {
				return false;
			}
		}
		return true;
	}

	private static boolean isWord(char character) {
		return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z')
				|| (character >= '0' && character <= '9') || character == '-' || character == '_';
	}

	private static boolean isPrintable(Iterator<Map.Entry<CharSequence, CharSequence>> headers) {
		while (headers.hasNext()) {
			Map.Entry<CharSequence, CharSequence> header = headers.next();
			if (!isPrintable(header.getKey()) || !isPrintable(header.getValue())) {
				return false;
			}
		}
		return true;
	}

	/** The rule, asked only about text that is not plainly harmless. */
	static Predicate<String> printableOr(Predicate<String> rule) {
		return (text) -> isPrintable(text) || rule.test(text);
	}

	private static boolean isPrintable(@Nullable CharSequence text) {
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
