package app.stockroom.demo;

import java.time.Duration;

import app.stockroom.platform.Outage;
import app.stockroom.platform.Refusal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.util.retry.Retry;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/**
 * Opens the tenant before the service calls itself ready, so that the first token is good
 * for something, and fills it in the background, so that the first answer does not wait.
 */
@Component
@ConditionalOnBooleanProperty("stockroom.demo.enabled")
class DemoStart implements ApplicationRunner, ApplicationListener<ApplicationReadyEvent>, DisposableBean {

	private static final Logger logger = LoggerFactory.getLogger(DemoStart.class);

	private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

	private final DemoSeed seed;

	private final Disposable.Swap running = Disposables.swap();

	DemoStart(DemoSeed seed) {
		this.seed = seed;
	}

	/** For as long as the database may need to come up: until then nothing is ready. */
	@Override
	public void run(ApplicationArguments arguments) {
		Outage outage = new Outage(logger, "Tenant demo waits for the database");
		this.seed.open()
			.retryWhen(Retry.backoff(Long.MAX_VALUE, FIRST_PAUSE)
				.maxBackoff(LONGEST_PAUSE)
				.filter(DemoStart::passes)
				.doBeforeRetry((round) -> outage.failed(round.failure())))
			.doOnSuccess((_) -> outage.over())
			.block();
	}

	private static boolean passes(Throwable failure) {
		return Outage.isOne(failure)
				|| (failure instanceof Refusal refusal && refusal.problem().status() == HttpStatus.SERVICE_UNAVAILABLE);
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
