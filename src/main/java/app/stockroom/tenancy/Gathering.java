package app.stockroom.tenancy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;

import app.stockroom.platform.EventLoops;
import app.stockroom.platform.Limits;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Turns;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Questions about one thing that wait together and are asked together: while a query
 * about it is under way, those that arrive form the next one, which goes when its
 * {@linkplain Turns turn} has come. A lone question is asked at once. A question only
 * joins a query that has not been sent, so that its answer is as fresh as that of a query
 * of its own.
 *
 * @param <K> what the questions of one query have in common
 * @param <Q> a question
 * @param <A> an answer
 */
final class Gathering<K, Q, A> {

	/**
	 * A second one beside a query that is slow, so that it does not hold up all that
	 * follow. Not beside one that is not: few would ask in many, where many can ask in
	 * few.
	 */
	private static final int QUERIES_UNDER_WAY = 2;

	static final Duration SLOW = Duration.ofMillis(20);

	private static final int QUESTIONS_PER_QUERY = 256;

	private final Map<K, Line<Q, A>> lines = new ConcurrentHashMap<>();

	private final EventLoops loops;

	private final BiFunction<K, List<Q>, Mono<Answers<Q, A>>> query;

	private final Turns turns;

	private final LongSupplier nanoTime;

	/**
	 * Gathers.
	 * @param turns who may ask when
	 * @param query asks several questions at once; its result knows the answer to each,
	 * or null where there is none
	 */
	Gathering(EventLoops loops, Turns turns, BiFunction<K, List<Q>, Mono<Answers<Q, A>>> query) {
		this(loops, turns, query, System::nanoTime);
	}

	Gathering(EventLoops loops, Turns turns, BiFunction<K, List<Q>, Mono<Answers<Q, A>>> query, LongSupplier nanoTime) {
		this.loops = loops;
		this.turns = turns;
		this.query = query;
		this.nanoTime = nanoTime;
	}

	/**
	 * Asks.
	 * @return the answer, empty where there is none; errors are those of the query,
	 * {@link java.util.concurrent.TimeoutException} where it got no turn, and
	 * {@code unavailable} where {@link Limits#WAITING_READS} wait already
	 */
	Mono<A> ask(K about, Q question) {
		return Mono.create((sink) -> {
			if (enqueue(about, new Asked<>(question, sink, this.loops.current()))) {
				sendNext(about);
			}
			else {
				sink.error(Problem.UNAVAILABLE.because("Too many reads of this tenant are waiting. Try again."));
			}
		});
	}

	private boolean enqueue(K about, Asked<Q, A> asked) {
		boolean[] room = new boolean[1];
		this.lines.compute(about, (_, known) -> {
			Line<Q, A> line = (known != null) ? known : new Line<>();
			room[0] = line.waiting.size() < Limits.WAITING_READS;
			if (room[0]) {
				line.waiting.add(asked);
			}
			return line;
		});
		return room[0];
	}

	private void sendNext(K about) {
		Query<Q, A> next = begin(about);
		if (next == null) {
			return;
		}
		// Who did not get a turn has been waiting with all the others.
		Mono<Turns.Turn> turn = this.turns.take(new Turns.Caller(next.pace)).doOnError((_) -> take(about, next));
		Mono.usingWhen(turn, (_) -> send(about, next), (taken) -> Mono.fromRunnable(taken::end))
			.subscribe((answers) -> {
				ended(about, next);
				next.together.forEach((asked) -> asked.tell(answers));
			}, (failure) -> {
				ended(about, next);
				next.together.forEach((asked) -> asked.fail(failure));
			});
	}

	private @Nullable Query<Q, A> begin(K about) {
		List<Query<Q, A>> begun = new ArrayList<>(1);
		long now = this.nanoTime.getAsLong();
		this.lines.computeIfPresent(about, (_, line) -> line.begin(begun, now));
		return begun.isEmpty() ? null : begun.getFirst();
	}

	/** Whoever waits by now is asked for. */
	private Mono<Answers<Q, A>> send(K about, Query<Q, A> query) {
		take(about, query);
		return this.query.apply(about, query.together.stream().map(Asked::question).toList());
	}

	private void take(K about, Query<Q, A> query) {
		long now = this.nanoTime.getAsLong();
		this.lines.computeIfPresent(about, (_, line) -> line.take(query, now));
	}

	/** The next is sent before anybody is told. */
	private void ended(K about, Query<Q, A> query) {
		this.lines.computeIfPresent(about, (_, line) -> line.ended(query));
		sendNext(about);
	}

	/** How many things are asked about at this moment. */
	int size() {
		return this.lines.size();
	}

	/** What one query answered. */
	@FunctionalInterface
	interface Answers<Q, A> {

		@Nullable A to(Q question);

	}

	/** Touched inside of the map's compute methods only. */
	private static final class Line<Q, A> {

		private final Turns.Pace pace = new Turns.Pace();

		private final Deque<Asked<Q, A>> waiting = new ArrayDeque<>();

		/** The oldest first. */
		private final List<Query<Q, A>> underWay = new ArrayList<>(QUERIES_UNDER_WAY);

		Line<Q, A> begin(List<Query<Q, A>> begun, long now) {
			boolean free = this.underWay.isEmpty()
					|| (this.underWay.size() < QUERIES_UNDER_WAY && this.underWay.getFirst().isSlow(now));
			if (free && !this.waiting.isEmpty()) {
				Query<Q, A> query = new Query<>(this.pace);
				this.underWay.add(query);
				begun.add(query);
			}
			return this;
		}

		Line<Q, A> take(Query<Q, A> query, long now) {
			query.sent = now;
			while (query.together.size() < QUESTIONS_PER_QUERY && !this.waiting.isEmpty()) {
				query.together.add(this.waiting.remove());
			}
			return this;
		}

		@Nullable Line<Q, A> ended(Query<Q, A> query) {
			this.underWay.remove(query);
			return (this.underWay.isEmpty() && this.waiting.isEmpty()) ? null : this;
		}

	}

	/**
	 * One that has been sent or waits for its turn. Touched inside of the map's compute
	 * methods until it is sent, and by whoever sent it from then on.
	 */
	private static final class Query<Q, A> {

		private final Turns.Pace pace;

		/** Who is asked for; nobody before it is sent. */
		private final List<Asked<Q, A>> together = new ArrayList<>();

		private long sent;

		Query(Turns.Pace pace) {
			this.pace = pace;
		}

		boolean isSlow(long now) {
			return !this.together.isEmpty() && now - this.sent >= SLOW.toNanos();
		}

	}

	private record Asked<Q, A>(Q question, MonoSink<A> sink, Executor home) {

		void tell(Answers<Q, A> answers) {
			this.home.execute(() -> this.sink.success(answers.to(this.question)));
		}

		void fail(Throwable failure) {
			this.home.execute(() -> this.sink.error(failure));
		}

	}

}
