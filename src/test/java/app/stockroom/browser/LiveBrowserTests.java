package app.stockroom.browser;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

import app.stockroom.TenantClient;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What others do is seen as it happens, and what cannot be seen is said.
 */
class LiveBrowserTests extends BrowserTest {

	private static final String STOCK = "Current Stock";

	@Test
	void aRowChangesAndFlashesBecauseSomebodyElseMovedStock() {
		TenantClient shop = shop();
		String product = shop.product("LAMP-1");
		shop.move(product, "IN", 40).expect(201);
		try (Dashboard dashboard = Dashboard.at(this.port).open("inventory").signIn(shop.token())) {
			assertThat(dashboard.cell("LAMP-1", STOCK)).hasText("40");
			// Kept, because a flash may be over before anybody looks.
			dashboard.page().evaluate("""
					() => {
					  const look = () => {
					    window.flashed ||= document.getAnimations().some(({ id }) => id === 'flash');
					    requestAnimationFrame(look);
					  };
					  look();
					}""");
			shop.move(product, "OUT", 7).expect(201);
			dashboard.page().waitForFunction("() => window.flashed");
			assertThat(dashboard.cell("LAMP-1", STOCK)).hasText("33");
			assertThat(dashboard.cell("LAMP-1", "Available")).hasText("33");
			assertThat(dashboard.cell("LAMP-1", "Status")).hasText("In stock");
		}
	}

	@Test
	void anAlertAppearsAndIsAcknowledged() {
		TenantClient shop = shop();
		String product = shop.product("CANDLE-1");
		shop.move(product, "IN", 40).expect(201);
		try (Dashboard dashboard = Dashboard.at(this.port).open("alerts").signIn(shop.token())) {
			assertThat(dashboard.page().getByText("All is well")).isVisible();
			shop.move(product, "OUT", 35).expect(201);
			Locator row = dashboard.row("CANDLE-1");
			assertThat(row).containsText("Low stock");
			assertThat(dashboard.page().locator("nav .count")).hasText("1");
			row.getByRole(AriaRole.BUTTON).click();
			assertThat(dashboard.page().getByText("All is well")).isVisible();
			assertThat(dashboard.page().locator("nav .count")).hasCount(0);
			dashboard.button("Acknowledged 1").click();
			assertThat(dashboard.row("CANDLE-1")).containsText("developer");
			assertThat(shop.get("/api/alerts").body().path("items").path(0).path("state").asString())
				.isEqualTo("ACKNOWLEDGED");
		}
	}

	@Test
	void aCutNetworkIsSaidAndHealsWithoutAReloadToTheRightNumbers() throws IOException {
		TenantClient shop = shop();
		List<String> products = stocked(shop, 3);
		try (Line line = new Line(this.port);
				Dashboard dashboard = Dashboard.at(line.port()).open("inventory").signIn(shop.token())) {
			dashboard.page().evaluate("window.neverReloaded = true");
			assertThat(dashboard.cell("SKU-1", STOCK)).hasText("99");
			List<String> resumed = new CopyOnWriteArrayList<>();
			dashboard.page()
				.onRequest((request) -> Optional.ofNullable(request.headers().get("last-event-id"))
					.ifPresent(resumed::add));
			line.cut();
			assertThat(dashboard.connection()).hasText("Reconnecting …");
			for (int i = 0; i < 10; i++) {
				shop.move(products.get(i % 3), "OUT", 1 + i).expect(201);
			}
			shop.delete("/api/products/" + shop.product("GONE-1")).expect(204);
			assertThat(dashboard.cell("SKU-1", STOCK)).hasText("99");
			line.heal();
			assertThat(dashboard.connection()).hasText("Live");
			for (int i = 0; i < 3; i++) {
				assertThat(dashboard.cell("SKU-" + (i + 1), STOCK))
					.hasText(String.valueOf(shop.stock(products.get(i)).path("quantity").asLong()));
			}
			assertThat(dashboard.row("SKU-")).hasCount(3);
			assertThat(resumed).as("the position that it goes on from").anyMatch((id) -> id.matches("\\w+-\\d+"));
			assertThat(dashboard.page().evaluate("window.neverReloaded")).isEqualTo(true);
			dashboard.expectComplaints("net::ERR");
		}
	}

	@Test
	void aConnectionThatOnlySeemsToBeThereIsCalledStaleAndMadeAnew() throws IOException {
		TenantClient shop = shop();
		String product = shop.product("OLD-1");
		try (Line line = new Line(this.port); Dashboard dashboard = Dashboard.at(line.port())) {
			dashboard.page().clock().install();
			dashboard.open("inventory").signIn(shop.token());
			assertThat(dashboard.cell("OLD-1", STOCK)).hasText("0");
			line.swallow();
			shop.move(product, "IN", 9).expect(201);
			dashboard.page().clock().fastForward(25_000);
			assertThat(dashboard.connection()).hasText(Pattern.compile("Stale since \\d\\d:\\d\\d"));
			assertThat(dashboard.cell("OLD-1", STOCK)).hasText("0");
			// The browser tries its other old connections first, which are no better.
			for (int i = 0; i < 10 && dashboard.connection().textContent().startsWith("Stale"); i++) {
				dashboard.page().clock().fastForward(16_000);
				// As long as a slow machine takes.
				dashboard.page().waitForTimeout(200 * (i + 1));
			}
			assertThat(dashboard.connection()).hasText("Live");
			assertThat(dashboard.cell("OLD-1", STOCK)).hasText("9");
			dashboard.expectComplaints("net::ERR");
		}
	}

	@Test
	void olderNewsChangesNothing() {
		try (Dashboard dashboard = Dashboard.at(this.port).open("overview")) {
			Object shown = dashboard.page()
				.evaluate(
						"""
								async () => {
								  const { Stock } = await import('/assets/app/stock.js');
								  const stock = new Stock();
								  const record = (version, quantity) => ({ name: 'stock', id: `e-${version}`, data: JSON.stringify({ id: 'r', productId: 'p', warehouseId: 'w',
								    product: { id: 'p', sku: 'S', name: 'N' }, warehouse: { id: 'w', name: 'W' }, version, quantity, updatedAt: new Date().toISOString() }) });
								  const ready = (sequence) => ({ name: 'ready', id: `e-${sequence}`, data: JSON.stringify({ sequence }) });
								  const seen = [];
								  stock.begin();
								  stock.take([record(4, 40)]);
								  seen.push(stock.records.size);
								  stock.take([ready(4), record(5, 50), record(3, 30), record(5, 51)]);
								  seen.push(stock.records.get('r').quantity);
								  stock.begin();
								  stock.take([record(2, 20)]);
								  seen.push(stock.records.get('r').quantity);
								  stock.take([ready(2)]);
								  seen.push(stock.records.get('r').quantity);
								  return seen.join();
								}""");
			assertThat(shown)
				.as("nothing until it is whole; the newest; the old until the new is whole; the new, though its history is another")
				.isEqualTo("0,50,50,20");
		}
	}

	@Test
	void twoTenantsNeverSeeEachOther() {
		TenantClient one = shop();
		TenantClient other = shop();
		String bread = one.product("BREAD-2");
		String ham = other.product("HAM-2");
		try (Dashboard left = Dashboard.at(this.port).open("inventory").signIn(one.token());
				Dashboard right = Dashboard.at(this.port).open("inventory").signIn(other.token())) {
			for (String page : List.of("overview", "movements", "inventory")) {
				left.go(page);
				right.go(page);
				one.move(bread, "IN", 11).expect(201);
				other.move(ham, "IN", 7).expect(201);
				assertThat(left.page().locator("main")).containsText("BREAD-2");
				assertThat(right.page().locator("main")).containsText("HAM-2");
				assertThat(left.page().content()).doesNotContain("HAM-2", ham);
				assertThat(right.page().content()).doesNotContain("BREAD-2", bread);
			}
			assertThat(left.cell("BREAD-2", STOCK)).hasText("33");
			assertThat(right.cell("HAM-2", STOCK)).hasText("21");
		}
	}

	@Test
	void stockIsMovedInTheDrawerAndARefusalIsShownAtItsField() {
		TenantClient shop = shop();
		String product = shop.product("CHAIR-1");
		shop.move(product, "IN", 40).expect(201);
		shop.warehouse("Annex");
		List<Map<String, String>> posted = new CopyOnWriteArrayList<>();
		try (Dashboard dashboard = Dashboard.at(this.port).open("inventory").signIn(shop.token())) {
			dashboard.page().onRequest((request) -> {
				if (request.method().equals("POST")) {
					posted.add(request.headers());
				}
			});
			dashboard.button("Product CHAIR-1").click();
			Locator drawer = dashboard.dialog();
			act(drawer, "Ship", "Pieces", "41");
			assertThat(drawer.getByRole(AriaRole.ALERT)).containsText("41 requested, 40 available of product CHAIR-1");
			act(drawer, null, "Pieces", "41"); // once more, and as another request
			dashboard.page().waitForCondition(() -> posted.size() == 2);
			act(drawer, null, "Pieces", "");
			assertThat(drawer.locator(".field.wrong")).containsText("Pieces");
			act(drawer, null, "Pieces", "4");
			assertThat(dashboard.notice()).containsText("36 on hand");
			act(drawer, "Receive", "Pieces", "10");
			act(drawer, "Adjust", "Difference", "-1");
			act(drawer, "Reserve", "Pieces", "5");
			act(drawer, "Transfer", "Pieces", "3");
			act(drawer, "Thresholds", "Min stock", "50");
			assertThat(drawer.locator(".figures")).containsText("Low stock");
			assertThat(drawer.locator(".figures div").first()).containsText("42");
			assertThat(drawer).containsText("5 of 42 pieces are held by 1 reservation, 37 can be sold");
			assertThat(drawer.locator(".entries").last().locator("li")).hasCount(8);
			assertThat(posted).hasSizeGreaterThan(6).allMatch((headers) -> headers.containsKey("idempotency-key"));
			assertThat(posted.stream().map((headers) -> headers.get("idempotency-key")).distinct())
				.as("what was refused is never repeated under its key")
				.hasSameSizeAs(posted);
			dashboard.expectComplaints("40[09]");
		}
		assertThat(shop.stock(product).path("quantity").asLong()).isEqualTo(42);
	}

	private static void act(Locator drawer, String action, String field, String value) {
		if (action != null) {
			drawer.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(action).setExact(true)).click();
		}
		drawer.getByLabel(field, new Locator.GetByLabelOptions().setExact(true)).fill(value);
		Locator form = drawer.locator("form");
		form.locator("button.primary").click();
		if (action != null && !action.equals("Ship")) {
			assertThat(form).hasCount(0);
		}
	}

	@Test
	void reservationsAndTransfersAreMadeAndEndedHere() {
		TenantClient shop = shop();
		stocked(shop, 2);
		shop.warehouse("Annex");
		try (Dashboard dashboard = Dashboard.at(this.port).open("reservations").signIn(shop.token())) {
			dashboard.button("New reservation").click();
			dashboard.page().getByLabel("SKU of line 1").fill("SKU-1");
			dashboard.page().getByLabel("Pieces of line 1").fill("2");
			dashboard.page().getByLabel("Reference").fill("cart 17");
			dashboard.button("Reserve").click();
			assertThat(dashboard.row("cart 17")).containsText("Held");
			dashboard.row("cart 17").getByRole(AriaRole.BUTTON).click();
			dashboard.dialog().getByLabel("Product SKU-1").fill("0");
			assertThat(dashboard.button("Sell")).isDisabled();
			dashboard.dialog().getByLabel("Product SKU-1").fill("3");
			dashboard.button("Sell").click();
			assertThat(dashboard.dialog().locator(".field.wrong")).containsText("only 2 are held");
			dashboard.dialog().getByLabel("Product SKU-1").fill("1");
			dashboard.button("Sell").click();
			assertThat(dashboard.row("cart 17")).hasCount(0);
			JsonNode held = shop.get("/api/reservations").body().path("items").path(0);
			assertThat(held.path("status").asString()).isEqualTo("COMMITTED");
			assertThat(held.path("lines").path(0).path("committed").asLong()).as("the rest is set free").isEqualTo(1);
			dashboard.go("transfers");
			dashboard.button("New transfer").click();
			dashboard.page().getByLabel("SKU of line 1").fill("SKU-2");
			dashboard.page().getByLabel("Pieces of line 1").fill("8");
			dashboard.page().getByLabel("From").selectOption("Main");
			dashboard.page()
				.getByLabel("To", new com.microsoft.playwright.Page.GetByLabelOptions().setExact(true))
				.selectOption("Annex");
			dashboard.button("Send").click();
			dashboard.row("8 × Product SKU-2").getByRole(AriaRole.BUTTON).click();
			dashboard.page().getByLabel("Product SKU-2").fill("5");
			dashboard.button("Receive").click();
			assertThat(dashboard.cell("8 × Product SKU-2", "Under way")).hasText("3");
			dashboard.expectComplaints("40[09]|422");
		}
	}

}
