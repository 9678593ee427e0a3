package app.stockroom.browser;

import java.util.UUID;
import java.util.regex.Pattern;

import app.stockroom.TenantClient;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The ways in.
 */
class SignInBrowserTests extends BrowserTest {

	private static final UUID DEMO = UUID.fromString("00000000-0000-7000-8000-00000000d3e0");

	@Test
	void theDemoOpensWithOneClickAndAReloadOpensItAgain() {
		TenantClient demo = shop(DEMO, "demo");
		demo.product("DEMO-1");
		try (Dashboard dashboard = Dashboard.at(this.port).open("inventory")) {
			dashboard.button("Open the demo").click();
			assertThat(dashboard.row("DEMO-1")).isVisible();
			assertThat(dashboard.connection()).hasText("Live");
			dashboard.page().reload();
			assertThat(dashboard.row("DEMO-1")).isVisible();
			dashboard.button("Sign out").click();
			assertThat(dashboard.button("Open the demo")).isVisible();
			assertThat(dashboard.row("DEMO-1")).hasCount(0);
		}
	}

	@Test
	void aPastedTokenOpensItsTenantAndOtherTextSaysWhatIsWrong() {
		TenantClient shop = shop();
		shop.product("PASTED-1");
		try (Dashboard dashboard = Dashboard.at(this.port).open("inventory")) {
			dashboard.paste("not a token");
			assertThat(dashboard.page().getByRole(AriaRole.ALERT)).containsText("This is not a token");
			dashboard.page().getByLabel("Bearer token").fill("Bearer " + shop.token());
			dashboard.button("Show stock").click();
			assertThat(dashboard.row("PASTED-1")).isVisible();
		}
	}

	@Test
	void theWaysInAreShownHoweverLateTheBrowserFinishesItsFirstDrawing() {
		try (Dashboard dashboard = Dashboard.at(this.port)) {
			// As a busy machine does it: the service has answered before the page
			// listens.
			dashboard.page().addInitScript("""
					const later = window.setTimeout;
					window.requestAnimationFrame = () => 0;
					window.setTimeout = (call, ms = 0, ...rest) => later(call, ms + 1500, ...rest);
					""");
			dashboard.open("inventory");
			assertThat(dashboard.button("Sign in")).isVisible();
		}
	}

	@Test
	void aServiceThatDoesNotSayHowToSignInIsAskedAgain() {
		TenantClient shop = shop();
		shop.product("AGAIN-1");
		try (Dashboard dashboard = Dashboard.at(this.port)) {
			dashboard.page()
				.route("**/dashboard/config.json",
						(route) -> route.fulfill(new Route.FulfillOptions().setStatus(503).setBody("{}")));
			dashboard.open("inventory");
			assertThat(dashboard.page().getByRole(AriaRole.ALERT)).containsText("503");
			assertThat(dashboard.page().getByLabel("Bearer token")).isVisible();
			assertThat(dashboard.button("Open the demo")).hasCount(0);
			dashboard.page().unroute("**/dashboard/config.json");
			dashboard.page().route("**/dashboard/config.json", Route::abort);
			dashboard.button("Try again").click();
			assertThat(dashboard.page().getByRole(AriaRole.ALERT)).not().containsText("503");
			dashboard.page().unroute("**/dashboard/config.json");
			dashboard.button("Try again").click();
			assertThat(dashboard.button("Open the demo")).isVisible();
			dashboard.signIn(shop.token());
			dashboard.expectComplaints("503|net::ERR_FAILED");
		}
	}

	@Test
	void theIssuerSignsInWithPkceAndKeepsThePageAndRefreshes() {
		TenantClient shop = shop();
		shop.product("ISSUED-1");
		ISSUER.tenant(shop.tenant().value());
		int refreshed = ISSUER.refreshed();
		try (Dashboard dashboard = Dashboard.at(this.port).open("inventory?q=issued")) {
			dashboard.button("Sign in").click();
			dashboard.page().getByText("It is me").click();
			assertThat(dashboard.row("ISSUED-1")).isVisible();
			assertThat(dashboard.page()).hasURL(Pattern.compile("/#/inventory\\?q=issued$"));
			assertThat(dashboard.page().getByText("ada").first()).isVisible();
			// Its tokens end so soon that each is replaced before it is used again.
			Awaitility.await().until(() -> ISSUER.refreshed() > refreshed);
			dashboard.go("products");
			assertThat(dashboard.row("ISSUED-1")).isVisible();
			Object stored = dashboard.page()
				.evaluate("JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie])");
			assertThat(stored).asString().doesNotContain("ey").contains("stockroom.way");
		}
	}

	@Test
	void anAnswerThatNobodyAskedForSignsNobodyIn() {
		try (Dashboard dashboard = Dashboard.at(this.port).open("overview")) {
			dashboard.page()
				.evaluate(
						"sessionStorage.setItem('stockroom.signing-in', JSON.stringify({ state: 'mine', verifier: 'x', page: '' }))");
			dashboard.page().navigate("http://127.0.0.1:" + this.port + "/?code=stolen&state=other");
			assertThat(dashboard.page().getByText("does not belong to this sign-in")).isVisible();
		}
	}

	@Test
	void whoHasSeveralTenantsChoosesOneAndSeesNothingOfTheOther() {
		TenantClient one = shop(UUID.randomUUID(), "Bakery");
		TenantClient other = shop(UUID.randomUUID(), "Butcher");
		one.product("BREAD-1");
		other.product("HAM-1");
		String both = token("{\"tenantIds\": [\"%s\", \"%s\"]}".formatted(one.tenant(), other.tenant()));
		try (Dashboard dashboard = Dashboard.at(this.port).open("inventory")) {
			dashboard.paste(both);
			dashboard.page().getByText("Butcher").click();
			assertThat(dashboard.row("HAM-1")).isVisible();
			assertThat(dashboard.row("BREAD-1")).hasCount(0);
			dashboard.button("Change tenant").click();
			dashboard.page().getByText("Bakery").click();
			assertThat(dashboard.row("BREAD-1")).isVisible();
			assertThat(dashboard.row("HAM-1")).hasCount(0);
		}
	}

	@Test
	void aTokenThatEndsAsksForAnotherAndLeavesThePageAsItIs() {
		TenantClient shop = shop();
		String product = shop.product("ENDS-1");
		try (Dashboard dashboard = Dashboard.at(this.port).open("inventory?q=ends")) {
			// The row asks for its sparkline: the token shall end after that.
			dashboard.page()
				.waitForResponse((response) -> response.url().contains("/api/stock-movements?"),
						() -> dashboard.signIn(shop.token()));
			// As the service would, without the wait for the token's end.
			dashboard.page()
				.route("**/api/stock-movements?*", (route) -> route.fulfill(new Route.FulfillOptions().setStatus(401)));
			dashboard.button("Product ENDS-1").click();
			assertThat(dashboard.page().getByText("Sign in again").first()).isVisible();
			dashboard.page().unroute("**/api/stock-movements?*");
			shop.move(product, "IN", 5).expect(201);
			dashboard.paste(shop.token());
			assertThat(dashboard.page().getByText("Sign in again")).hasCount(0);
			assertThat(dashboard.dialog().locator(".figures")).containsText("5on hand");
			assertThat(dashboard.dialog()).containsText("History");
			assertThat(dashboard.page()).hasURL(Pattern.compile("/#/inventory\\?q=ends&record="));
			dashboard.expectComplaints("401");
		}
	}

}
