package app.stockroom.browser;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import app.stockroom.TenantClient;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ScreenshotAnimations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What holds on every page: it complains of nothing, keeps to the policy, fits a phone,
 * and everybody can use it.
 */
class EveryPageBrowserTests extends BrowserTest {

	private static final List<String> PAGES = List.of("overview", "inventory", "movements", "reservations", "transfers",
			"alerts", "products", "warehouses");

	private static final Path SCREENSHOTS = Path.of("target/screenshots");

	private static TenantClient shop;

	private static String open;

	/** One shop for all, with something on every page. */
	private TenantClient furnished() {
		if (shop == null) {
			TenantClient furnished = shop();
			String annex = furnished.warehouse("Annex");
			List<String> products = stocked(furnished, 12);
			furnished.move(products.get(0), "OUT", 95).expect(201);
			furnished.move(products.get(1), "OUT", 98).expect(201);
			furnished
				.post("/api/reservations",
						"""
								{"lines": [{"productId": "%s", "quantity": 7}], "reference": "cart 17"}"""
							.formatted(products.get(2)))
				.expect(201);
			String main = furnished.stock(products.get(3)).path("warehouseId").asString();
			furnished.post("/api/transfers", """
					{"fromWarehouseId": "%s", "toWarehouseId": "%s", "mode": "IN_TRANSIT", "reference": "lorry 4",
					"lines": [{"productId": "%s", "quantity": 9}]}""".formatted(main, annex, products.get(3)))
				.expect(201);
			open = furnished.stock(products.get(2)).path("id").asString();
			shop = furnished;
		}
		return shop;
	}

	@ParameterizedTest
	@EnumSource(value = ColorScheme.class, names = { "LIGHT", "DARK" })
	void everybodyCanUseIt(ColorScheme colours) {
		String token = furnished().token();
		try (Dashboard dashboard = Dashboard.at(this.port, colours, 1360, 860).open("overview")) {
			assertThat(dashboard.button("Sign in")).isVisible();
			check(dashboard, "sign-in", colours, "desktop");
			dashboard.signIn(token);
			for (String page : PAGES) {
				settle(dashboard, page);
				if (page.equals("inventory")) {
					assertThat(dashboard.page().locator("td.trend svg")).hasCount(12);
				}
				check(dashboard, page, colours, "desktop");
			}
			settle(dashboard, "reservations");
			dashboard.row("cart 17").getByRole(AriaRole.BUTTON).click();
			check(dashboard, "reservation", colours, "desktop");
			settle(dashboard, "inventory?record=" + open);
			assertThat(dashboard.dialog()).containsText("7 of 97 pieces are held by 1 reservation");
			dashboard.button("Receive").click();
			check(dashboard, "record", colours, "desktop");
			settle(dashboard, "products");
			dashboard.button("New product").click();
			check(dashboard, "product", colours, "desktop");
		}
	}

	@ParameterizedTest
	@EnumSource(value = ColorScheme.class, names = { "LIGHT", "DARK" })
	void everyPageFitsAPhone(ColorScheme colours) {
		String token = furnished().token();
		try (Dashboard dashboard = Dashboard.at(this.port, colours, 375, 740).open("overview")) {
			assertThat(dashboard.overflow()).isNotPositive();
			dashboard.signIn(token);
			for (String page : Stream.concat(PAGES.stream(), Stream.of("inventory?record=" + open)).toList()) {
				settle(dashboard, page);
				assertThat(dashboard.overflow()).as("pixels too wide: " + page).isNotPositive();
				check(dashboard, page.startsWith("inventory?") ? "record" : page, colours, "phone");
			}
			settle(dashboard, "overview");
			dashboard.button("More").click();
			dashboard.dialog().getByText("Warehouses").click();
			assertThat(dashboard.heading()).hasText("Warehouses");
		}
	}

	private static void settle(Dashboard dashboard, String page) {
		dashboard.go(page);
		String name = page.replaceAll("\\?.*", "");
		assertThat(dashboard.heading()).hasText(name.substring(0, 1).toUpperCase() + name.substring(1));
		assertThat(dashboard.page().locator(".waiting")).hasCount(0);
		assertThat(dashboard.page().locator(".chart > .uplot, .table-box td.title").first()).isVisible();
	}

	/** Takes the page's picture, and fails if axe finds something serious on it. */
	@SuppressWarnings("unchecked")
	private static void check(Dashboard dashboard, String name, ColorScheme colours, String size) {
		Page page = dashboard.page();
		page.screenshot(new Page.ScreenshotOptions().setAnimations(ScreenshotAnimations.DISABLED)
			.setPath(SCREENSHOTS.resolve("%s-%s-%s.png".formatted(name, colours.name().toLowerCase(), size))));
		page.evaluate(axe());
		List<Map<String, Object>> violations = (List<Map<String, Object>>) page.evaluate(
				"""
						async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
						  .filter(({ impact }) => impact === 'serious' || impact === 'critical')
						  .map(({ id, help, nodes }) => ({ id, help, where: nodes.map(({ html, failureSummary }) => html + failureSummary).slice(0, 3) }))""");
		assertThat(violations).as("%s, %s, %s", name, colours, size).isEmpty();
	}

	/**
	 * From the class path, and past the page's policy: a test may do what a page must
	 * not.
	 */
	private static String axe() {
		try (InputStream script = EveryPageBrowserTests.class.getResourceAsStream("/axe.min.js")) {
			return new String(script.readAllBytes(), StandardCharsets.UTF_8) + ";null";
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void thePolicyStopsWhatIsNotOurs() {
		try (Dashboard dashboard = Dashboard.at(this.port).open("overview")) {
			dashboard.page().evaluate("document.body.setAttribute('style', 'color: red')");
			assertThat(dashboard.page().locator("body")).not().hasCSS("color", "rgb(255, 0, 0)");
			dashboard.page()
				.waitForCondition(() -> dashboard.complaints()
					.stream()
					.anyMatch((complaint) -> complaint.contains("Content Security Policy")));
			dashboard.expectComplaints("Content Security Policy");
		}
	}

	@Test
	void theKeyboardIsEnough() {
		try (Dashboard dashboard = Dashboard.at(this.port).open("inventory").signIn(furnished().token())) {
			Page page = dashboard.page();
			page.locator("body").press("Tab");
			assertThat(page.getByText("Skip to the content")).isFocused();
			page.keyboard().press("Enter");
			assertThat(page.locator("#content")).isFocused();
			Locator stock = page.getByRole(AriaRole.COLUMNHEADER, new Page.GetByRoleOptions().setName("Current Stock"));
			stock.getByRole(AriaRole.BUTTON).press("Enter");
			assertThat(stock).hasAttribute("aria-sort", "ascending");
			assertThat(page).hasURL(Pattern.compile("sort=quantity"));
			Locator product = dashboard.button("Product SKU-3");
			product.focus();
			page.keyboard().press("Enter");
			assertThat(dashboard.dialog()).isVisible();
			for (int i = 0; i < 25; i++) {
				page.keyboard().press("Tab");
				assertThat(page
					.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')"))
					.as("the drawer keeps the focus")
					.isEqualTo(true);
			}
			page.keyboard().press("Escape");
			assertThat(dashboard.dialog()).hasCount(0);
			assertThat(product).isFocused();
		}
	}

	@Test
	void tenThousandRecordsStayUsable() {
		int side = 100;
		TenantClient many = shop();
		List<String> products = IntStream.range(0, side).mapToObj((i) -> many.product("M-" + i)).toList();
		List<String> warehouses = IntStream.range(0, side).mapToObj((i) -> many.warehouse("W-" + i)).toList();
		for (String warehouse : warehouses) {
			String batch = products.stream()
				.map((product) -> "{\"productId\": \"%s\", \"warehouseId\": \"%s\", \"type\": \"IN\", \"quantity\": 20}"
					.formatted(product, warehouse))
				.toList()
				.toString();
			many.post("/api/stock-movements/batch", batch).expect(200);
		}
		int records = side * side + side;
		try (Dashboard dashboard = Dashboard.at(this.port).open("inventory").signIn(many.token())) {
			assertThat(dashboard.page().locator(".heading")).containsText("%,d records".formatted(records));
			assertThat(rows(dashboard)).isBetween(10, 60);
			dashboard.page()
				.evaluate(
						"() => { const box = document.querySelector('.table-box'); box.scrollTop = box.scrollHeight; }");
			assertThat(dashboard.row("Product M-99")).not().hasCount(0);
			assertThat(rows(dashboard)).isBetween(10, 60);
			dashboard.page().getByLabel("Search product, SKU or warehouse").fill("M-42 W-17");
			assertThat(dashboard.page().locator(".heading")).containsText("1 of %,d records".formatted(records));
			many.post("/api/stock-movements",
					"{\"productId\": \"%s\", \"warehouseId\": \"%s\", \"type\": \"OUT\", \"quantity\": 3}"
						.formatted(products.get(42), warehouses.get(17)))
				.expect(201);
			assertThat(dashboard.cell("W-17", "Current Stock")).hasText("17");
		}
	}

	private static int rows(Dashboard dashboard) {
		return dashboard.page().locator(".table-box tbody tr").count();
	}

}
