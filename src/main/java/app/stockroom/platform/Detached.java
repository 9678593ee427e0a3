package app.stockroom.platform;

import reactor.core.publisher.Mono;

/**
 * Keeps a client that hangs up away from a statement that is under way. Cancelling a
 * statement can leave an open transaction in the pool, and the next change on that
 * connection would be lost (spring-framework#36344).
 */
public final class Detached {

	private Detached() {
	}

	/**
	 * Runs the source to its end once it is subscribed to, even if its subscriber
	 * cancels.
	 */
	public static <T> Mono<T> of(Mono<T> source) {
		// As a signal, an error that nobody waits for any more is not reported as
		// dropped.
		return Mono
			.deferContextual(
					(context) -> Mono.fromFuture(() -> source.materialize().contextWrite(context).toFuture(), true))
			.dematerialize();
	}

}
