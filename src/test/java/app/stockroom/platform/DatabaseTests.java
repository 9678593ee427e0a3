package app.stockroom.platform;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import io.r2dbc.spi.R2dbcTransientResourceException;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

class DatabaseTests {

	private static final Duration LONG = Duration.ofMinutes(10);

	private final AtomicBoolean open = new AtomicBoolean(true);

	private final AtomicBoolean silent = new AtomicBoolean();

	private final Connection connection = (Connection) Proxy.newProxyInstance(getClass().getClassLoader(),
			new Class<?>[] { Connection.class }, (_, _, _) -> Mono.fromSupplier(this.open::get));

	@Test
	void aReadEndsWhenTheServerIsKnownToBeSilent() {
		StepVerifier.create(Database.answerOf(this.connection, Mono.never(), LONG, this.silent::get))
			.then(() -> this.silent.set(true))
			.verifyError(R2dbcTransientResourceException.class);
	}

	@Test
	void aChangeIsNotWaitedForLongAfterASilence() {
		Database database = TestDatabase.open(() -> ConnectionFactoryOptions.builder().build(), true);
		StepVerifier.create(database.outcomeOf(this.connection, Mono.never(), LONG)).then(() -> {
			database.silent(true);
			database.silent(false);
		}).verifyError(R2dbcTransientResourceException.class);
		StepVerifier.create(database.outcomeOf(this.connection, Mono.delay(Duration.ofSeconds(1)), LONG))
			.as("sent after it")
			.expectNextCount(1)
			.verifyComplete();
		database.destroy();
	}

	@Test
	void aCallEndsWhenItsConnectionIsClosed() {
		StepVerifier.create(Database.answerOf(this.connection, Mono.never(), LONG))
			.then(() -> this.open.set(false))
			.verifyError(R2dbcNonTransientResourceException.class);
	}

	@Test
	void aCallEndsWithItsTime() {
		StepVerifier.create(Database.answerOf(this.connection, Mono.never(), Duration.ofMillis(50)))
			.verifyError(TimeoutException.class);
	}

}
