package app.stockroom.tenancy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

import app.stockroom.Patience;
import app.stockroom.StockroomTest;
import app.stockroom.platform.EventLoops;
import app.stockroom.platform.Limits;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import app.stockroom.platform.Turns;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Sinks;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@StockroomTest
class GatheringTests {

	@Autowired
	EventLoops loops;

	private final List<List<Integer>> queries = new ArrayList<>();

	private final List<Sinks.One<String>> results = new ArrayList<>();

	private Gathering<String, Integer, String> subject;

	private long now = 1;

	@BeforeEach
	void gather() {
		this.subject = gathering(new Turns(2, 8, Patience.LONG, Patience.LONG));
	}

	private Gathering<String, Integer, String> gathering(Turns turns) {
		return new Gathering<>(this.loops, turns, (_, questions) -> {
			this.queries.add(questions);
			Sinks.One<String> result = Sinks.one();
			this.results.add(result);
			return result.asMono().map((text) -> (question) -> (question < 0) ? null : text + question);
		}, () -> this.now);
	}

	@Test
	void aLoneQuestionIsAskedAtOnce() {
		CompletableFuture<String> answer = ask(7);
		assertThat(this.queries).containsExactly(List.of(7));
		this.results.getFirst().tryEmitValue("is ");
		assertThat(answer).isCompletedWithValue("is 7");
		assertThat(this.subject.size()).isZero();
	}

	@Test
	void whatArrivesWhileOneIsUnderWayIsAskedTogetherAndNeverJoinsWhatWasSent() {
		ask(1);
		CompletableFuture<String> second = ask(2);
		CompletableFuture<String> third = ask(3);
		assertThat(this.queries).containsExactly(List.of(1));
		this.results.getFirst().tryEmitValue("old ");
		assertThat(this.queries).containsExactly(List.of(1), List.of(2, 3));
		assertThat(second).isNotDone();
		this.results.getLast().tryEmitValue("new ");
		assertThat(second).isCompletedWithValue("new 2");
		assertThat(third).isCompletedWithValue("new 3");
	}

	@Test
	void oneThatIsSlowDoesNotHoldUpWhoComesLater() {
		ask(1);
		this.now += Gathering.SLOW.toNanos() - 1;
		CompletableFuture<String> second = ask(2);
		assertThat(this.queries).containsExactly(List.of(1));
		this.now++;
		ask(3);
		assertThat(this.queries).containsExactly(List.of(1), List.of(2, 3));
		this.results.getLast().tryEmitValue("beside ");
		assertThat(second).isCompletedWithValue("beside 2");
		ask(4);
		this.now += Gathering.SLOW.toNanos();
		ask(5);
		assertThat(this.queries).as("no third").containsExactly(List.of(1), List.of(2, 3), List.of(4));
		this.results.getFirst().tryEmitValue("at last ");
		assertThat(this.queries).as("the other is slow by now").hasSize(4).endsWith(List.of(5));
	}

	@Test
	void aQuestionWithoutAnAnswerEndsEmpty() {
		CompletableFuture<String> answer = ask(-1);
		this.results.getFirst().tryEmitValue("none");
		assertThat(answer).isCompletedWithValue(null);
	}

	@Test
	void aFailureIsToldToAllWhoAskedTogetherAndTheNextGoesOn() {
		ask(1);
		List<CompletableFuture<String>> failed = List.of(ask(3), ask(4));
		this.results.getFirst().tryEmitError(new IllegalStateException("down"));
		assertThat(failed).noneMatch(CompletableFuture::isDone);
		this.results.getLast().tryEmitError(new IllegalStateException("down"));
		assertThat(failed).allMatch(CompletableFuture::isCompletedExceptionally);
		CompletableFuture<String> later = ask(5);
		this.results.getLast().tryEmitValue("up ");
		assertThat(later).isCompletedWithValue("up 5");
	}

	@Test
	void asManyWaitAsTheLimitSaysAndOneMoreIsRefused() {
		IntStream.range(0, 1 + Limits.WAITING_READS).forEach(this::ask);
		assertThatThrownBy(() -> this.subject.ask("thing", 1).block()).isInstanceOf(Refusal.class)
			.extracting((refused) -> ((Refusal) refused).problem())
			.isEqualTo(Problem.UNAVAILABLE);
		this.results.getFirst().tryEmitValue("done");
		assertThat(ask(1)).isNotDone();
	}

	@Test
	void whileOthersAskOneThatFollowsWaitsForItsTurnAndTakesAllWhoWaitByThen() {
		ask("one", 1);
		ask("another", 2);
		ask(3);
		assertThat(this.queries).as("who has not asked for a while")
			.containsExactly(List.of(1), List.of(2), List.of(3));
		ask(4);
		this.results.get(2).tryEmitValue("first ");
		CompletableFuture<String> late = ask(5);
		assertThat(this.queries).hasSize(3);
		this.results.getFirst().tryEmitValue("gone ");
		assertThat(this.queries).hasSize(4).endsWith(List.of(4, 5));
		this.results.getLast().tryEmitValue("together ");
		assertThat(late).isCompletedWithValue("together 5");
	}

	@Test
	void whoGetsNoTurnIsToldSoAndTheNextGoesOn() {
		this.subject = gathering(new Turns(2, 1, Duration.ZERO, Duration.ofMillis(20)));
		ask("one", 1);
		assertThatThrownBy(ask(2)::join).hasCauseInstanceOf(TimeoutException.class);
		assertThat(this.queries).hasSize(1);
		assertThat(this.subject.size()).isOne();
		this.results.getFirst().tryEmitValue("gone ");
		CompletableFuture<String> later = ask(3);
		this.results.getLast().tryEmitValue("later ");
		assertThat(later).isCompletedWithValue("later 3");
	}

	private CompletableFuture<String> ask(int question) {
		return ask("thing", question);
	}

	private CompletableFuture<String> ask(String about, int question) {
		return this.subject.ask(about, question).toFuture();
	}

}
