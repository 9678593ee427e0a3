package app.stockroom.faults;

import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One thing that a client wants done, and all it was told about it. Only its client
 * writes here.
 */
final class Operation {

	/** What a client that asks properly can be refused for. */
	private static final Set<String> REFUSALS = Set.of("insufficient-stock", "capacity-exceeded",
			"idempotency-key-reused", "batch-refused", "below-reserved", "rate-limited", "too-many-requests");

	private final Kind kind;

	/** Its key, and what stands in the ledger as its reference. */
	private final String id;

	private final String path;

	private final String body;

	private final boolean keyed;

	private final List<Long> deltas;

	private final long invoked = System.nanoTime();

	private volatile long answered;

	private int attempts;

	private int unknown;

	private volatile int refusals;

	private volatile int turnedAway;

	private volatile int unserved;

	private @Nullable Integer status;

	private @Nullable JsonNode answer;

	private @Nullable String violation;

	/**
	 * @param deltas what it does to stock if it is accepted, one for each line
	 */
	Operation(Kind kind, String id, String path, String body, boolean keyed, List<Long> deltas) {
		this.kind = kind;
		this.id = id;
		this.path = path;
		this.body = body;
		this.keyed = keyed;
		this.deltas = deltas;
	}

	/** It is about to be sent. */
	void attempt() {
		this.attempts++;
	}

	/** Nobody knows whether the last attempt had an effect. */
	void lost() {
		this.unknown++;
	}

	/** The last attempt was one too many. */
	void turnedAway() {
		this.turnedAway++;
	}

	/** Its client waited, and got no answer or one that says nothing of the outcome. */
	void unserved() {
		this.unserved++;
	}

	/** It is known that the last attempt had no effect; nobody was served by that. */
	void final503() {
		this.status = 503;
	}

	/** It is known that the last attempt had no effect, because the service could not. */
	void refused(int status, JsonNode problem) {
		if (status == 503) {
			this.refusals++;
			if (!List.of("unavailable", "queue-full").contains(code(problem))) {
				violation("answered 503 " + problem);
			}
		}
	}

	/** The outcome is known. */
	void answered(int status, JsonNode answer) {
		this.status = status;
		this.answer = answer;
		this.answered = System.nanoTime();
		if (status >= 400 && !REFUSALS.contains(code(answer))) {
			violation("answered " + status + " " + answer);
		}
	}

	/** What should not have happened to it. */
	void violation(String what) {
		this.violation = "%s %s: %s".formatted(this.kind, this.id, what);
	}

	static String code(JsonNode problem) {
		return problem.path("type").asString("").replace("urn:stockroom:", "");
	}

	Kind kind() {
		return this.kind;
	}

	String id() {
		return this.id;
	}

	String path() {
		return this.path;
	}

	String body() {
		return this.body;
	}

	boolean keyed() {
		return this.keyed;
	}

	List<Long> deltas() {
		return this.deltas;
	}

	long invoked() {
		return this.invoked;
	}

	/** When it was accepted or refused; 0 if it was neither. */
	long answered() {
		return this.answered;
	}

	int attempts() {
		return this.attempts;
	}

	int unknown() {
		return this.unknown;
	}

	int refusals() {
		return this.refusals;
	}

	int turnedAwayTimes() {
		return this.turnedAway;
	}

	int unservedTimes() {
		return this.unserved;
	}

	@Nullable JsonNode answer() {
		return this.answer;
	}

	@Nullable String violation() {
		return this.violation;
	}

	Outcome outcome() {
		if (this.status == null) {
			return Outcome.UNKNOWN;
		}
		return (this.status < 300) ? Outcome.OK : Outcome.REFUSED;
	}

	@Override
	public String toString() {
		return "%s %s %s".formatted(this.kind, this.id, outcome());
	}

	enum Kind {

		MOVE, BATCH, RESERVE, COMMIT, RELEASE, TRANSFER

	}

	enum Outcome {

		OK, REFUSED, UNKNOWN

	}

}
