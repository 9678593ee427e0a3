package app.stockroom.benchmark;

import java.time.Duration;
import java.util.Map;

import org.HdrHistogram.Histogram;

/**
 * What one scenario did in one round.
 *
 * @param done what was done, in the scenario's own unit: requests, lines, rows
 * @param took how long it was measured
 * @param latency of each request, in microseconds; empty where there are no requests
 * @param statuses how often each status was answered
 */
record Sample(long done, Duration took, Histogram latency, Map<Integer, Long> statuses) {

	static Histogram histogram() {
		return new Histogram(60_000_000L, 3);
	}

	static Sample of(long done, Duration took) {
		return new Sample(done, took, histogram(), Map.of());
	}

	double perSecond() {
		return this.done / (this.took.toNanos() / 1e9);
	}

	/** A percentile in milliseconds, or NaN where nothing was recorded. */
	double milliseconds(double percentile) {
		return (this.latency.getTotalCount() == 0) ? Double.NaN
				: this.latency.getValueAtPercentile(percentile) / 1000.0;
	}

}
