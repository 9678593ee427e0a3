package app.stockroom.tenancy;

import java.util.concurrent.CompletableFuture;

/**
 * One question to Redis, for all who want to know the answer.
 *
 * @param since when it was asked, by {@link System#nanoTime()}
 * @param answered completes when the answer is there or will not come
 */
record Question(long since, CompletableFuture<Void> answered) {

	static Question now() {
		return new Question(System.nanoTime(), new CompletableFuture<>());
	}

	boolean isOpen() {
		return !this.answered.isDone();
	}

	boolean isOlderThan(long nanos) {
		return System.nanoTime() - this.since > nanos;
	}

}
