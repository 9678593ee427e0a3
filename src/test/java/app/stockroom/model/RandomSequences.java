package app.stockroom.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import app.stockroom.tenancy.Tenants;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.Shrinkable;
import net.jqwik.api.sessions.JqwikSession;

import org.springframework.context.ApplicationContext;
import org.springframework.test.web.reactive.server.WebTestClient;

/**
 * Random sequences of requests over HTTP, each in a tenant of its own, every answer of
 * which a {@linkplain Model model without locks and SQL} predicts; afterwards ledger,
 * stock, past, alerts, reservations, transfers and invariants are compared too.
 * <p>
 * The jqwik engine would run one after the other; its generators and its shrinking are
 * used here from Jupiter tests, so that sequences run side by side in the context that
 * all tests share.
 */
public final class RandomSequences {

	private static final int AT_ONCE = 16;

	/** How often a failing sequence is tried in a smaller form. */
	private static final int SHRINKINGS = 300;

	/** How many failures are shown as they first came. */
	private static final int SHOWN = 10;

	/** What the sequences must reach for the test to mean anything. */
	public static final List<String> REACHED = List.of("movement 201", "movement 404 not-found",
			"movement 409 insufficient-stock", "movement 409 capacity-exceeded", "movement 409 warehouse-inactive",
			"movement replayed 201", "movement replayed 409 insufficient-stock", "movement 422 idempotency-key-reused",
			"batch 200", "batch replayed 200", "batch rehearsed 200", "atomic batch 200",
			"atomic batch 409 batch-refused", "atomic batch rehearsed 409 batch-refused", "atomic batch rehearsed 200",
			"reversal 201", "reversal 409 already-reversed", "reversal 409 not-reversible",
			"reversal 409 insufficient-stock", "put 200", "put 400 invalid-request", "put 409 capacity-exceeded",
			"put 409 insufficient-stock", "put 412 stale-version", "open 201", "open 409 record-exists",
			"open 409 capacity-exceeded", "reserve 201", "reserve replayed 201", "reserve 409 insufficient-stock",
			"commit 200", "commit 400 invalid-request", "commit replayed 200", "commit 409 reservation-closed",
			"commit overdue 409 reservation-expired", "release 200", "release 409 reservation-expired", "extend 200",
			"expire 200", "transfer 201", "transfer 409 capacity-exceeded", "ship 201", "ship replayed 201",
			"receipt 200", "receipt 409 exceeds-transit", "receipt 409 transfer-closed", "receipt replayed 200",
			"closing receipt 200", "count 200", "count 409 below-reserved", "delete product 204",
			"delete product 409 product-has-stock", "restore product 200", "delete warehouse 204",
			"delete warehouse 409 warehouse-has-stock", "delete warehouse 409 default-warehouse",
			"delete warehouse 409 in-transit", "restore warehouse 200", "deactivate 200", "acknowledge 200",
			"acknowledge 409 alert-resolved");

	private final WebTestClient web;

	private final Tenants tenants;

	private final ApplicationContext context;

	private final Map<String, Integer> counts = new ConcurrentSkipListMap<>();

	public RandomSequences(WebTestClient web, Tenants tenants, ApplicationContext context) {
		this.web = web;
		this.tenants = tenants;
		this.context = context;
	}

	/**
	 * Plays them.
	 * @param seed repeats them
	 * @return empty if every answer was the model's, else how many sequences failed and
	 * the first in its smallest form
	 */
	public Optional<String> play(long seed, int sequences) {
		System.out.printf("model: %d sequences from -Dstockroom.model.seed=%d%n", sequences, seed);
		List<Shrinkable<List<Step>>> failing = new ArrayList<>();
		String[] smallest = { "" };
		JqwikSession.run(() -> {
			RandomGenerator<List<Step>> generator = Steps.sequences().generator(sequences);
			failing.addAll(
					play(IntStream.range(0, sequences).mapToObj((i) -> generator.next(new Random(seed + i))).toList()));
			if (!failing.isEmpty()) {
				smallest[0] = report(smallest(failing.getFirst()));
			}
		});
		this.counts.forEach((what, times) -> System.out.printf("model: %6d %s%n", times, what));
		return failing.isEmpty() ? Optional.empty() : Optional.of(failing.size() + " sequences failed. " + smallest[0]);
	}

	/** Kinds of answers that came. */
	public Set<String> reached() {
		return Set.copyOf(this.counts.keySet());
	}

	/** Answers that came. */
	public long answers() {
		return this.counts.values().stream().mapToLong(Integer::longValue).sum();
	}

	/** Plays all and answers those that failed. */
	private List<Shrinkable<List<Step>>> play(List<Shrinkable<List<Step>>> sequences) {
		List<Future<Optional<AssertionError>>> results;
		try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
			results = sequences.stream()
				.map(Shrinkable::value)
				.map((steps) -> threads.submit(() -> failure(steps)))
				.toList();
		}
		results.stream()
			.flatMap((result) -> result.resultNow().stream())
			.limit(SHOWN)
			.forEach((failure) -> System.out.println("model: " + failure.getMessage()));
		return IntStream.range(0, sequences.size())
			.filter((i) -> results.get(i).resultNow().isPresent())
			.mapToObj(sequences::get)
			.toList();
	}

	private List<Step> smallest(Shrinkable<List<Step>> failing) {
		Shrinkable<List<Step>> smallest = failing;
		int[] left = { SHRINKINGS };
		for (Optional<Shrinkable<List<Step>>> next = Optional.of(failing); next.isPresent();) {
			smallest = next.get();
			next = smallest.shrink()
				.takeWhile((candidate) -> left[0]-- > 0)
				.filter((candidate) -> failure(candidate.value()).isPresent())
				.findFirst();
		}
		return smallest.value();
	}

	private String report(List<Step> steps) {
		StringBuilder text = new StringBuilder("The smallest sequence that fails:\n");
		steps.forEach((step) -> text.append("  ").append(step).append('\n'));
		failure(steps).ifPresent((failure) -> text.append(failure.getMessage()));
		return text.toString();
	}

	private Optional<AssertionError> failure(List<Step> steps) {
		try {
			new Sequence(this.web, this.tenants, this.context, (what) -> this.counts.merge(what, 1, Integer::sum))
				.play(steps);
			return Optional.empty();
		}
		catch (AssertionError error) {
			return Optional.of(error);
		}
		catch (RuntimeException ex) {
			return Optional.of(new AssertionError("it threw " + ex, ex));
		}
	}

}
