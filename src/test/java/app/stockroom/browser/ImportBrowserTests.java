package app.stockroom.browser;

import java.nio.charset.StandardCharsets;

import app.stockroom.TenantClient;
import com.microsoft.playwright.options.FilePayload;
import org.junit.jupiter.api.Test;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Files in and out.
 */
class ImportBrowserTests extends BrowserTest {

	@Test
	void aFileOfProductsIsPreviewedBeforeAnythingIsChanged() {
		TenantClient shop = shop();
		shop.product("OLD-1");
		try (Dashboard dashboard = Dashboard.at(this.port).open("products").signIn(shop.token())) {
			dashboard.button("Import products").click();
			choose(dashboard, "sku,name\nNEW-1,Bench\nOLD-1,Renamed\n,Nameless\n");
			assertThat(dashboard.dialog()).containsText("Preview: nothing is changed yet");
			assertThat(dashboard.dialog().locator(".report tbody tr")).hasCount(3);
			assertThat(dashboard.dialog().locator(".report tbody tr").first()).containsText("Refused");
			assertThat(shop.get("/api/products").body().path("items").size()).isEqualTo(1);
			dashboard.button("Import 2 rows").click();
			assertThat(dashboard.dialog()).containsText("Done");
			dashboard.dialog().getByText("Close").last().click();
			assertThat(dashboard.row("Bench")).containsText("NEW-1");
			assertThat(dashboard.row("Renamed")).containsText("OLD-1");
			dashboard.button("Import stock").click();
			choose(dashboard, "sku,quantity,minStock\nNEW-1,25,5\n");
			dashboard.button("Import 1 row").click();
			assertThat(dashboard.dialog()).containsText("Done");
			dashboard.dialog().getByText("Close").last().click();
			dashboard.go("inventory");
			assertThat(dashboard.cell("NEW-1", "Current Stock")).hasText("25");
		}
	}

	@Test
	void aFileThatIsNoneSaysWhy() {
		try (Dashboard dashboard = Dashboard.at(this.port).open("products").signIn(shop().token())) {
			dashboard.button("Import products").click();
			choose(dashboard, "nothing\nof use\n");
			assertThat(dashboard.dialog().locator(".trouble")).containsText("nothing: there is no such column here");
			dashboard.expectComplaints("400");
		}
	}

	private static void choose(Dashboard dashboard, String csv) {
		dashboard.dialog()
			.locator("input[type=file]")
			.setInputFiles(new FilePayload("file.csv", "text/csv", csv.getBytes(StandardCharsets.UTF_8)));
	}

}
