package app.stockroom.replay;

import java.util.ArrayList;
import java.util.List;

/**
 * Counts results as they arrive, and remembers what to tell about the first refused ones.
 */
class Tally {

	private static final int MAX_TOLD = 20;

	private final List<String> refusals = new ArrayList<>();

	private long lines;

	private long replayed;

	private long refused;

	void add(Result result) {
		this.lines++;
		if (result.replayed()) {
			this.replayed++;
		}
		if (result.problem() != null) {
			this.refused++;
			if (this.refusals.size() < MAX_TOLD) {
				Movement movement = result.movement();
				this.refusals.add("%s (%s): %s".formatted(movement.origin(), movement.sku(), result.problem()));
			}
		}
	}

	long lines() {
		return this.lines;
	}

	long replayed() {
		return this.replayed;
	}

	long refused() {
		return this.refused;
	}

	List<String> refusals() {
		return this.refusals;
	}

}
