package app.stockroom.ledger;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import reactor.core.publisher.Mono;

/**
 * What an operator sees of the engine, counted once for a call and not for each command.
 */
final class FlushMeters {

	private static final Duration[] OBJECTIVES = { Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofMillis(5),
			Duration.ofMillis(10), Duration.ofMillis(25), Duration.ofMillis(50), Duration.ofMillis(100),
			Duration.ofMillis(250), Duration.ofSeconds(1), Duration.ofSeconds(5) };

	private final Timer duration;

	private final DistributionSummary size;

	private final Counter accepted;

	private final Counter refused;

	private final Counter replayed;

	private final Counter unknown;

	FlushMeters(MeterRegistry meters) {
		this.duration = Timer.builder("stockroom.ledger.flush")
			.description("A database call with commands, the wait for its connection included")
			.serviceLevelObjectives(OBJECTIVES)
			.register(meters);
		this.size = DistributionSummary.builder("stockroom.ledger.flush.commands")
			.description("Commands of one tenant in a call")
			.register(meters);
		this.accepted = commands(meters, "accepted");
		this.refused = commands(meters, "refused");
		this.replayed = commands(meters, "replayed");
		this.unknown = commands(meters, "unknown");
	}

	private static Counter commands(MeterRegistry meters, String outcome) {
		return Counter.builder("stockroom.ledger.commands")
			.description("Commands by what became of them")
			.tag("outcome", outcome)
			.register(meters);
	}

	/**
	 * Measures a call.
	 * @param commands how many it carried, asked for when it has ended
	 */
	<T> Mono<T> around(IntSupplier commands, Mono<T> call) {
		return Mono.defer(() -> {
			long begin = System.nanoTime();
			return call.doOnTerminate(() -> {
				this.duration.record(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
				this.size.record(commands.getAsInt());
			});
		});
	}

	/** Counts what the commands of a call have come to. */
	void settled(List<Ruling> rulings) {
		int done = 0;
		int again = 0;
		for (Ruling ruling : rulings) {
			switch (ruling) {
				case Ruling.Decided(Outcome.Accepted _) -> done++;
				case Ruling.Decided(Outcome.Refused _) -> {
				}
				case Ruling.Earlier _ -> again++;
			}
		}
		this.accepted.increment(done);
		this.replayed.increment(again);
		this.refused.increment(rulings.size() - done - again);
	}

	/** A client was told that nobody knows what became of its command. */
	void unknown() {
		this.unknown.increment();
	}

}
