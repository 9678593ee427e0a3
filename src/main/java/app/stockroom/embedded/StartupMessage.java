package app.stockroom.embedded;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationListener;

/**
 * Tells a newcomer where to look, once everything is ready.
 */
class StartupMessage implements ApplicationListener<ApplicationReadyEvent> {

	private static final Logger logger = LoggerFactory.getLogger(StartupMessage.class);

	private final DataDirectory directory;

	private final PostgresCluster cluster;

	StartupMessage(DataDirectory directory, PostgresCluster cluster) {
		this.directory = directory;
		this.cluster = cluster;
	}

	@Override
	public void onApplicationEvent(ApplicationReadyEvent event) {
		if (event.getApplicationContext() instanceof WebServerApplicationContext context
				&& context.getWebServer() != null) {
			logger.info(text("http://127.0.0.1:" + context.getWebServer().getPort()));
		}
	}

	/** The token is fetched by the command itself, so the line works tomorrow too. */
	String text(String url) {
		return """
				Stockroom is ready.

				  Dashboard   %1$s/
				  Data        %2$s (PostgreSQL on port %3$d)
				  Try         curl -s "%1$s/api/inventory?limit=3" -H "Authorization: Bearer $(curl -s %1$s/api/auth/dev-token \
				-H 'Content-Type: application/json' -d '{}' | sed 's/.*"access_token" *: *"\\([^"]*\\)".*/\\1/')"
				  Stop        Ctrl-C, the data stays
				"""
			.formatted(url, this.directory.path(), this.cluster.port());
	}

}
