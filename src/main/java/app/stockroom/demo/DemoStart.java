package app.stockroom.demo;

import java.time.Duration;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.stereotype.Component;

/**
 * Opens the tenant before the service calls itself ready, so that the first token is good
 * for something, and fills it in the background, so that the first answer does not wait.
 */
@Component
@ConditionalOnBooleanProperty("stockroom.demo.enabled")
class DemoStart implements ApplicationRunner, ApplicationListener<ApplicationReadyEvent>, DisposableBean {

	private static final Logger logger = LoggerFactory.getLogger(DemoStart.class);

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final DemoSeed seed;

	private final Disposable.Swap running = Disposables.swap();

	DemoStart(DemoSeed seed) {
		this.seed = seed;
	}

	@Override
	public void run(ApplicationArguments arguments) {
		this.seed.open().block(PATIENCE);
	}

	@Override
	public void onApplicationEvent(ApplicationReadyEvent event) {
		long began = System.nanoTime();
		this.running.replace(this.seed.seed()
			.subscribe(
					(data) -> logger.info("Tenant demo is seeded: {} products, {} sales of a real retailer, in {} ms",
							data.shelves().size(), data.sales().size(), (System.nanoTime() - began) / 1_000_000),
					(error) -> logger.error("Tenant demo is not complete; the next start goes on with it", error)));
	}

	/** What is cut off here is completed at the next start. */
	@Override
	public void destroy() {
		this.running.dispose();
	}

}
