package app.stockroom.live;

import java.time.Duration;

/**
 * Spaces out what is done for one tenant: in any second no more than a given number.
 */
final class Pace {

	private static final long SECOND = Duration.ofSeconds(1).toNanos();

	/** When the last ones begin; the next takes the place of the oldest. */
	private final long[] begins;

	private int oldest;

	/**
	 * A pace.
	 * @param perSecond the most that may begin in any second
	 * @param now nanoseconds, as all further ones
	 */
	Pace(int perSecond, long now) {
		this.begins = new long[perSecond];
		for (int i = 0; i < perSecond; i++) {
			this.begins[i] = now - SECOND;
		}
	}

	/**
	 * Takes the next turn.
	 * @return how long it is until then
	 */
	synchronized Duration next(long now) {
		long begin = Math.max(now, this.begins[this.oldest] + SECOND);
		this.begins[this.oldest] = begin;
		this.oldest = (this.oldest + 1) % this.begins.length;
		return Duration.ofNanos(begin - now);
	}

}
