package app.stockroom.tenancy;

import java.net.URI;
import java.net.URISyntaxException;

import app.stockroom.platform.StartRefusedException;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Where people sign in to the dashboard.
 *
 * @param issuer the OpenID Connect issuer, or null where there is none to sign in at
 * @param clientId what the issuer knows the dashboard as
 * @param scope what the dashboard asks for
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record SignIn(@Nullable String issuer, @Nullable String clientId, @Nullable String scope) {

	static SignIn of(@Nullable String issuer, SignInSettings dashboard) {
		if (dashboard.clientId() == null) {
			return new SignIn(null, null, null);
		}
		if (issuer == null) {
			throw new StartRefusedException("stockroom.dashboard.client-id is set, but no issuer to be a client of.",
					"Set stockroom.security.issuer to the address of your OpenID Connect issuer.");
		}
		SignIn signIn = new SignIn(issuer, dashboard.clientId(), dashboard.scope());
		signIn.origin();
		return signIn;
	}

	/** What a content security policy calls the issuer. */
	@JsonIgnore
	String origin() {
		try {
			URI address = new URI((this.issuer != null) ? this.issuer : "");
			boolean web = "https".equals(address.getScheme()) || "http".equals(address.getScheme());
			if (web && address.getHost() != null) {
				return address.getScheme() + "://" + address.getRawAuthority();
			}
		}
		catch (URISyntaxException malformed) {
			// Refused below, like every other address that people cannot sign in at.
		}
		throw new StartRefusedException("stockroom.security.issuer is no web address: " + this.issuer,
				"Set it to the https address of your issuer, or leave out stockroom.dashboard.client-id.");
	}

}
