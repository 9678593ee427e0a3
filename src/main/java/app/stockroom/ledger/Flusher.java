package app.stockroom.ledger;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

import app.stockroom.ledger.Work.Acknowledging;
import app.stockroom.ledger.Work.Cataloguing;
import app.stockroom.ledger.Work.Posting;
import app.stockroom.ledger.Work.Rehearsal;
import app.stockroom.ledger.Work.Waiting;
import app.stockroom.platform.Problem;
import app.stockroom.tenancy.TenantId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/**
 * Has the work of a tenant sent in a database call, settles each outcome and announces
 * what was committed. The returned publishers answer when the lane may send again, with
 * what is still to be told, and never fail: every failure has been told to whoever waits.
 */
final class Flusher {

	private static final Logger logger = LoggerFactory.getLogger(Flusher.class);

	private static final Duration PAUSE = Duration.ofMillis(250);

	private final Writer writer;

	private final PostEntries postEntries;

	private final SharedCalls calls;

	private final Announcer announcer;

	private final Entries entries;

	private final JsonMapper json;

	private final Duration resolution;

	private final FlushMeters meters;

	private final FlushTrace trace;

	/**
	 * @param tenants the most whose commands go in one call
	 * @param resolution how long a keyed command is sent again until its outcome is known
	 */
	Flusher(Writer writer, Announcer announcer, Entries entries, JsonMapper json, int tenants, Duration resolution,
			FlushMeters meters, FlushTrace trace) {
		this.writer = writer;
		this.postEntries = new PostEntries(json);
		this.calls = new SharedCalls(writer, this.postEntries, trace, tenants);
		this.announcer = announcer;
		this.entries = entries;
		this.json = json;
		this.resolution = resolution;
		this.meters = meters;
		this.trace = trace;
	}

	Mono<Runnable> post(Share share) {
		return this.meters.around(() -> share.postings().size(), this.calls.post(share))
			.map(rows -> Answer.of(share.tenant(), share.commands(), rows, this.json))
			.<Runnable>map(answer -> () -> settle(share.tenant(), share.postings(), answer))
			.onErrorResume(failure -> recover(share.tenant(), share.postings(), failure));
	}

	private Mono<Runnable> post(TenantId tenant, List<Posting> postings) {
		return post(Share.alone(tenant, postings));
	}

	Mono<Runnable> rehearse(TenantId tenant, Rehearsal rehearsal) {
		return this.writer
			.call(PostEntries.SQL, statement -> this.postEntries.bind(statement, tenant, true, rehearsal.commands()),
					this.postEntries::read)
			.map(rows -> Answer.of(tenant, rehearsal.commands(), rows, this.json))
			.map(Answer::outcomes)
			.<Runnable>map(outcomes -> () -> rehearsal.waiting().succeed(outcomes))
			.onErrorResume(failure -> {
				boolean data = failure instanceof WriteFailure known
						&& known.knowledge() == WriteFailure.Knowledge.BAD_DATA;
				rehearsal.waiting().fail((failure instanceof WriteFailure && !data) ? unavailable(failure) : failure);
				return Mono.empty();
			});
	}

	private void settle(TenantId tenant, List<Posting> postings, Answer answer) {
		List<Replay> replays = new ArrayList<>();
		for (int i = 0; i < postings.size(); i++) {
			Waiting<Outcome> waiting = postings.get(i).waiting();
			switch (answer.rulings().get(i)) {
				case Ruling.Decided decided -> waiting.succeed(decided.outcome());
				case Ruling.Earlier earlier -> replays.add(new Replay(earlier, waiting));
			}
		}
		if (!replays.isEmpty()) {
			replay(tenant, replays);
		}
		// Last, so that nothing that goes wrong here is told as a failure of the change.
		Commit commit = answer.commit();
		if (commit != null) {
			this.trace.around(postings, () -> this.announcer.announce(commit));
		}
		this.meters.settled(answer.rulings());
	}

	/**
	 * Reads what earlier commands wrote, for all replays of a call at once: a client that
	 * repeats a long stream after a failure repeats thousands. The lane does not wait.
	 */
	private void replay(TenantId tenant, List<Replay> replays) {
		Long[] sequences = replays.stream().flatMapToLong(Replay::sequences).distinct().boxed().toArray(Long[]::new);
		this.entries.at(tenant, sequences).subscribe((found) -> {
			Map<Long, Entry> bySequence = found.stream()
				.collect(Collectors.toMap(Entry::sequence, Function.identity()));
			replays
				.forEach(
						(replay) -> replay.waiting()
							.succeed(new Outcome.Accepted(
									replay.sequences().mapToObj(bySequence::get).filter(Objects::nonNull).toList(),
									true)));
		}, (failure) -> {
			logger.warn("Earlier outcomes could not be read: {}", failure.getMessage());
			replays.forEach((replay) -> replay.waiting()
				.fail(Problem.UNAVAILABLE.because("The earlier outcome cannot be read right now. Try again.")));
		});
	}

	private Mono<Runnable> recover(TenantId tenant, List<Posting> postings, Throwable failure) {
		WriteFailure.Knowledge knowledge = (failure instanceof WriteFailure known) ? known.knowledge() : null;
		return switch (knowledge) {
			case BAD_DATA -> (postings.size() > 1) ? halve(tenant, postings) : fail(postings, failure);
			case LOST_RACE -> resend(tenant, postings, failure);
			case UNKNOWN -> resolve(tenant, postings, failure);
			case NOT_SENT, NOT_WRITTEN -> failUnlessDoubtful(postings, failure);
			case null -> fail(postings, failure);
		};
	}

	/**
	 * One command carries data that the database does not take: sent in halves until the
	 * culprit fails alone, the others are written.
	 */
	private Mono<Runnable> halve(TenantId tenant, List<Posting> postings) {
		int middle = postings.size() / 2;
		return post(tenant, postings.subList(0, middle)).doOnNext(Runnable::run)
			.then(Mono.defer(() -> post(tenant, postings.subList(middle, postings.size()))));
	}

	private Mono<Runnable> resend(TenantId tenant, List<Posting> postings, Throwable failure) {
		boolean patient = postings.getFirst().waiting().nanos() < this.resolution.toNanos();
		return patient ? post(tenant, postings) : failUnlessDoubtful(postings, failure);
	}

	/**
	 * It is not known whether the call was committed. A key tells: sent again, the
	 * command replays if it was, and is decided now if it was not. Without a key nothing
	 * can be sent again, and the client must be told so.
	 */
	private Mono<Runnable> resolve(TenantId tenant, List<Posting> postings, Throwable failure) {
		List<Posting> again = postings.stream()
			.filter(posting -> posting.keyed() && posting.waiting().nanos() < this.resolution.toNanos())
			.toList();
		postings.stream().filter(posting -> !again.contains(posting)).forEach(posting -> {
			this.meters.unknown();
			posting.waiting().fail(unknown(failure));
		});
		again.forEach(posting -> posting.waiting().doubt());
		return again.isEmpty() ? Mono.empty() : Mono.delay(PAUSE).then(Mono.defer(() -> post(tenant, again)));
	}

	/** What was sent before without an answer may have been done then. */
	private Mono<Runnable> failUnlessDoubtful(List<Posting> postings, Throwable failure) {
		List<Posting> doubtful = postings.stream().filter(posting -> posting.waiting().isDoubtful()).toList();
		List<Posting> others = postings.stream().filter(posting -> !posting.waiting().isDoubtful()).toList();
		if (!doubtful.isEmpty()) {
			doubtful.forEach(_ -> this.meters.unknown());
			fail(doubtful, unknown(failure));
		}
		return others.isEmpty() ? Mono.empty() : fail(others, unavailable(failure));
	}

	Mono<Runnable> change(TenantId tenant, List<Cataloguing> works) {
		List<CatalogChange> changes = works.stream().map(Cataloguing::change).toList();
		boolean rehearsal = works.getFirst().rehearsal();
		return this.writer
			.call(rehearsal ? CatalogAnswer.REHEARSE : CatalogAnswer.CHANGE,
					statement -> CatalogAnswer.bind(statement, tenant, changes), CatalogAnswer::read)
			.doOnNext(answers -> settle(tenant, works.stream().map(Cataloguing::waiting).toList(), answers,
					i -> answers.get(i).entries(changes.get(i), this.json), rehearsal))
			.then(Mono.<Runnable>empty())
			.onErrorResume(failure -> recoverChanges(tenant, works, failure));
	}

	/** As of commands, one with bad data is found by halving. */
	private Mono<Runnable> recoverChanges(TenantId tenant, List<Cataloguing> works, Throwable failure) {
		boolean badData = failure instanceof WriteFailure known && known.knowledge() == WriteFailure.Knowledge.BAD_DATA;
		if (badData && works.size() > 1) {
			int middle = works.size() / 2;
			return change(tenant, works.subList(0, middle)).doOnNext(Runnable::run)
				.then(Mono.defer(() -> change(tenant, works.subList(middle, works.size()))));
		}
		Throwable told = told(failure);
		works.forEach(work -> work.waiting().fail(told));
		return Mono.empty();
	}

	Mono<Runnable> acknowledge(TenantId tenant, Acknowledging work) {
		return this.writer
			.call(CatalogAnswer.ACKNOWLEDGE,
					statement -> statement.bind(0, tenant.value()).bind(1, work.alert()).bind(2, work.actor()),
					CatalogAnswer::read)
			.doOnNext(answers -> settle(tenant, List.of(work.waiting()), answers,
					i -> List.of(answers.get(i).entry(work, this.json)), false))
			.then(Mono.<Runnable>empty())
			.onErrorResume(failure -> {
				work.waiting().fail(told(failure));
				return Mono.empty();
			});
	}

	private static Throwable told(Throwable failure) {
		return switch (failure) {
			case WriteFailure known when known.knowledge() == WriteFailure.Knowledge.UNKNOWN -> unknown(failure);
			case WriteFailure known when known.knowledge() != WriteFailure.Knowledge.BAD_DATA -> unavailable(failure);
			default -> failure;
		};
	}

	private void settle(TenantId tenant, List<Waiting<Entry>> waiting, List<CatalogAnswer> answers,
			IntFunction<List<Entry>> entriesOf, boolean rehearsal) {
		CatalogAnswer first = null;
		List<Entry> entries = new ArrayList<>();
		List<Alert> alerts = new ArrayList<>();
		for (int i = 0; i < answers.size(); i++) {
			CatalogAnswer answer = answers.get(i);
			if (answer.verdict() != Verdict.ACCEPTED) {
				waiting.get(i).fail(answer.refusal(this.json));
				continue;
			}
			List<Entry> written = entriesOf.apply(i);
			waiting.get(i).succeed(written.getFirst());
			first = (first != null) ? first : answer;
			entries.addAll(written);
			alerts.addAll(answer.alerts(this.json));
		}
		if (first != null && first.previous() != null && !rehearsal) {
			this.announcer.announce(new Commit(tenant, Objects.requireNonNull(first.epoch()), first.previous(),
					entries.getFirst().sequence(), entries.getLast().sequence(), entries, alerts));
		}
	}

	private static Mono<Runnable> fail(List<Posting> postings, Throwable failure) {
		postings.forEach(posting -> posting.waiting().fail(failure));
		return Mono.empty();
	}

	private static Throwable unavailable(Throwable failure) {
		logger.warn("The ledger's database did not take a call: {}", failure.getMessage());
		return Problem.UNAVAILABLE.because("The database is out of reach; nothing was changed. Try again.");
	}

	private static Throwable unknown(Throwable failure) {
		logger.warn("The outcome of a call is unknown: {}", failure.getMessage());
		return Problem.OUTCOME_UNKNOWN.because("The connection to the database broke before it answered. Look whether "
				+ "the change is there, or send it with an Idempotency-Key: then it can be repeated safely.");
	}

	/** A command that repeats an accepted one, and who waits for its entries. */
	private record Replay(Ruling.Earlier earlier, Waiting<Outcome> waiting) {

		LongStream sequences() {
			return LongStream.rangeClosed(this.earlier.firstSequence(), this.earlier.lastSequence());
		}

	}

}
