package app.stockroom.browser;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;

/**
 * The machine's own Chromium, started once for all tests. Playwright is not asked to
 * fetch one. It belongs to the thread of the tests.
 */
final class Chromium {

	private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");

	private static Browser started;

	private Chromium() {
	}

	static Browser browser() {
		if (started == null) {
			Playwright playwright = Playwright
				.create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
			started = playwright.chromium()
				.launch(new BrowserType.LaunchOptions().setExecutablePath(executable())
					// Chromium's sandbox does not work for root, as whom CI runs.
					.setArgs(List.of("--no-sandbox", "--disable-dev-shm-usage")));
			Runtime.getRuntime().addShutdownHook(new Thread(playwright::close));
		}
		return started;
	}

	private static Path executable() {
		return Stream.of(System.getenv("PATH").split(File.pathSeparator))
			.flatMap((directory) -> NAMES.stream().map((name) -> Path.of(directory, name)))
			.filter(Files::isExecutable)
			.findFirst()
			.orElseThrow(
					() -> new IllegalStateException("None of " + NAMES + " is installed: apt-get install chromium"));
	}

}
