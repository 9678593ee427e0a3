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
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Questions about one thing that wait together and are asked together: while a query
 * about it is under way, those that arrive form the next one. No timer: a lone question
 * is asked at once. A question only joins a query that has not been sent, so that its
 * answer is as fresh as that of a query of its own.
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

	private final LongSupplier nanoTime;

	/**
	 * Gathers.
	 * @param query asks several questions at once; its result knows the answer to each,
	 * or null where there is none
	 */
	Gathering(EventLoops loops, BiFunction<K, List<Q>, Mono<Answers<Q, A>>> query) {
		this(loops, query, System::nanoTime);
	}

	Gathering(EventLoops loops, BiFunction<K, List<Q>, Mono<Answers<Q, A>>> query, LongSupplier nanoTime) {
		this.loops = loops;
		this.query = query;
		this.nanoTime = nanoTime;
	}

	/**
	 * Asks.
	 * @return the answer, empty where there is none; errors are those of the query, and
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
		List<Asked<Q, A>> together = new ArrayList<>();
		long now = this.nanoTime.getAsLong();
		this.lines.computeIfPresent(about, (_, line) -> line.take(together, now));
		if (!together.isEmpty()) {
			List<Q> questions = together.stream().map(Asked::question).toList();
			this.query.apply(about, questions).subscribe((answers) -> {
				ended(about, now);
				together.forEach((asked) -> asked.tell(answers));
			}, (failure) -> {
				ended(about, now);
				together.forEach((asked) -> asked.fail(failure));
			});
		}
	}

	/** The next is sent before anybody is told. */
	private void ended(K about, long sent) {
		this.lines.computeIfPresent(about, (_, line) -> line.ended(sent));
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

		private final Deque<Asked<Q, A>> waiting = new ArrayDeque<>();

		/** When each was sent, the oldest first. */
		private final List<Long> underWay = new ArrayList<>(QUERIES_UNDER_WAY);

		Line<Q, A> take(List<Asked<Q, A>> together, long now) {
			boolean free = this.underWay.isEmpty()
					|| (this.underWay.size() < QUERIES_UNDER_WAY && now - this.underWay.getFirst() >= SLOW.toNanos());
			if (free && !this.waiting.isEmpty()) {
				this.underWay.add(now);
				while (together.size() < QUESTIONS_PER_QUERY && !this.waiting.isEmpty()) {
					together.add(this.waiting.remove());
				}
			}
			return this;
		}

		@Nullable Line<Q, A> ended(Long sent) {
			this.underWay.remove(sent);
			return (this.underWay.isEmpty() && this.waiting.isEmpty()) ? null : this;
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
