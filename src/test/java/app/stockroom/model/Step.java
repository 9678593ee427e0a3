package app.stockroom.model;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One thing that a client asks of the service. Where a number names one of several, such
 * as a reservation made earlier, it counts modulo how many there are: so a sequence keeps
 * its meaning when shrinking takes steps away. Products and warehouses 0 and 1 exist, 2
 * never did; warehouse 0 is the default one.
 */
sealed interface Step {

	record Move(Type type, int product, int warehouse, long quantity, boolean bySku, boolean keyed) implements Step {
	}

	record Batch(List<Move> moves, boolean atomic, boolean dryRun, boolean keyed) implements Step {
	}

	/** Takes back the entry that stands so many entries before the ledger's end. */
	record Reverse(int back, boolean keyed) implements Step {
	}

	record Put(int product, int warehouse, @Nullable Long quantity, @Nullable Long min, @Nullable Long max,
			boolean stale) implements Step {
	}

	record Open(int product, int warehouse, long quantity, @Nullable Long max, boolean keyed) implements Step {
	}

	record Reserve(List<Part> lines, boolean keyed) implements Step {
	}

	/** Commits so many pieces of one line, or with 0 pieces everything. */
	record Commit(int reservation, int line, long pieces, boolean keyed) implements Step {
	}

	record Release(int reservation, boolean keyed) implements Step {
	}

	record Extend(int reservation, boolean keyed) implements Step {
	}

	/** Lets the time of a reservation run out. */
	record Expire(int reservation) implements Step {
	}

	record Ship(int from, int to, List<Part> lines, boolean inTransit, boolean keyed) implements Step {
	}

	record Receive(int transfer, int line, long pieces, boolean closing, boolean keyed) implements Step {
	}

	record Count(int warehouse, List<Counted> lines, boolean keyed) implements Step {
	}

	record DeleteProduct(int product) implements Step {
	}

	record RestoreProduct(int product) implements Step {
	}

	record DeleteWarehouse(int warehouse) implements Step {
	}

	record RestoreWarehouse(int warehouse) implements Step {
	}

	record Activate(int warehouse, boolean active) implements Step {
	}

	record Acknowledge(int alert) implements Step {
	}

	/** Sends a request with a key once more, or another request with its key. */
	record Repeat(int request, boolean another) implements Step {
	}

	/** Pieces of a product; the warehouse counts in reservations only. */
	record Part(int product, int warehouse, long quantity, boolean bySku) {
	}

	/** What was found of a product, so many entries before now; 0 is now. */
	record Counted(int product, long counted, int back) {
	}

	enum Type {

		IN, OUT, ADJUSTMENT

	}

}
