package app.stockroom.browser;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.TimeoutError;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

/**
 * One person's browser with the dashboard in it. What the page complains about is kept,
 * and there must be none of it unless the test takes it away.
 */
final class Dashboard implements AutoCloseable {

	private static final double PATIENCE_MS = 60_000;

	private final BrowserContext context;

	private final Page page;

	private final String origin;

	private final Set<String> unanswered = ConcurrentHashMap.newKeySet();

	private final List<String> heard = new CopyOnWriteArrayList<>();

	private final List<String> complaints = new CopyOnWriteArrayList<>();

	private Dashboard(String origin, ColorScheme colours, int width, int height) {
		this.origin = origin;
		this.context = Chromium.browser()
			.newContext(new Browser.NewContextOptions().setColorScheme(colours).setViewportSize(width, height));
		this.context.setDefaultTimeout(PATIENCE_MS);
		com.microsoft.playwright.assertions.PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MS);
		this.page = this.context.newPage();
		this.page.onConsoleMessage(this::said);
		this.page.onRequest((request) -> this.unanswered.add(request.url()));
		this.page.onRequestFinished((request) -> this.unanswered.remove(request.url()));
		this.page.onRequestFailed((request) -> {
			this.unanswered.remove(request.url());
			this.heard.add(request.failure() + " " + request.url());
		});
		this.page.onResponse((response) -> this.heard.add(response.status() + " " + response.url()));
		this.page.onPageError((error) -> this.complaints.add("error: " + error));
	}

	static Dashboard at(int port) {
		return at(port, ColorScheme.LIGHT, 1360, 860);
	}

	static Dashboard at(int port, ColorScheme colours, int width, int height) {
		return new Dashboard("http://127.0.0.1:" + port, colours, width, height);
	}

	private void said(ConsoleMessage message) {
		if (message.type().equals("error") || message.type().equals("warning")) {
			this.complaints.add(message.type() + ": " + message.text());
		}
	}

	/** Opens a page, such as {@code inventory?q=chair}. */
	Dashboard open(String address) {
		this.page.navigate(this.origin + "/#/" + address);
		return this;
	}

	/** Goes on to another page without a reload. */
	Dashboard go(String address) {
		this.page.evaluate("(address) => { location.hash = '#/' + address; }", address);
		return this;
	}

	/** Signs in with a token that somebody has got elsewhere, and waits for the stock. */
	Dashboard signIn(String token) {
		paste(token);
		assertThat(connection()).hasText("Live");
		return this;
	}

	void paste(String token) {
		try {
			this.page.getByText("Use a token instead").click();
		}
		catch (TimeoutError ex) {
			throw new AssertionError("""
					Nobody can sign in. The page says %s
					It waits for %s, has heard %s, and complains of %s"""
				.formatted(this.page.locator("body").innerText(), this.unanswered, this.heard, this.complaints), ex);
		}
		this.page.getByLabel("Bearer token").fill(token);
		button("Show stock").click();
	}

	Page page() {
		return this.page;
	}

	Locator connection() {
		return this.page.locator(".connection").first();
	}

	Locator heading() {
		return this.page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1));
	}

	Locator button(String name) {
		return this.page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
	}

	Locator dialog() {
		return this.page.getByRole(AriaRole.DIALOG);
	}

	/** The rows that are in the document and have this text. */
	Locator row(String text) {
		return this.page.locator(".table-box tbody tr:not(.spacer)")
			.filter(new Locator.FilterOptions().setHasText(text));
	}

	/** What a row says in the column of this label. */
	Locator cell(String row, String label) {
		return row(row).locator("td[data-label='" + label + "']");
	}

	/** What a notice below the page says. */
	Locator notice() {
		return this.page.locator(".notice").last();
	}

	/** Pixels by which the page is wider than its window. */
	int overflow() {
		return (Integer) this.page
			.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - innerWidth");
	}

	List<String> complaints() {
		return this.complaints;
	}

	/**
	 * Takes complaints away that belong to what the test has done, such as requests that
	 * were refused.
	 */
	void expectComplaints(String pattern) {
		this.complaints.removeIf(Pattern.compile(pattern).asPredicate());
	}

	/** Ends the visit, and fails if the page has complained. */
	@Override
	public void close() {
		this.context.close();
		if (!this.complaints.isEmpty()) {
			throw new AssertionError("The page has complained: " + this.complaints);
		}
	}

}
