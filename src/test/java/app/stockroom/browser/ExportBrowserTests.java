package app.stockroom.browser;

import java.io.IOException;
import java.nio.file.Files;

import app.stockroom.TenantClient;
import com.microsoft.playwright.Download;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a list shows, as a file.
 */
class ExportBrowserTests extends BrowserTest {

	@Test
	void aListIsSavedWholeAndFiltered() throws IOException {
		TenantClient shop = shop();
		stocked(shop, 3);
		try (Dashboard dashboard = Dashboard.at(this.port).open("movements?type=IN").signIn(shop.token())) {
			Download csv = dashboard.page().waitForDownload(() -> dashboard.button("Export as CSV").click());
			assertThat(csv.suggestedFilename()).matches("movements-\\d{4}-\\d\\d-\\d\\d\\.csv");
			assertThat(Files.readAllLines(csv.path())).hasSize(4).first().asString().contains("sequence");
			dashboard.go("products");
			Download lines = dashboard.page().waitForDownload(() -> dashboard.button("Export as NDJSON").click());
			assertThat(Files.readAllLines(lines.path())).hasSize(3).allMatch((line) -> line.startsWith("{"));
		}
	}

}
