package app.stockroom.tenancy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import app.stockroom.StockroomTest;
import app.stockroom.platform.EventLoops;
import app.stockroom.platform.Limits;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
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

	@BeforeEach
	void gather() {
		this.subject = new Gathering<>(this.loops, (_, questions) -> {
			this.queries.add(questions);
			Sinks.One<String> result = Sinks.one();
			this.results.add(result);
			return result.asMono().map((text) -> (question) -> (question < 0) ? null : text + question);
		});
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
	void whatArrivesWhileTwoAreUnderWayIsAskedTogetherAndNeverJoinsWhatWasSent() {
		ask(1);
		ask(2);
		CompletableFuture<String> third = ask(3);
		CompletableFuture<String> fourth = ask(4);
		assertThat(this.queries).containsExactly(List.of(1), List.of(2));
		this.results.getFirst().tryEmitValue("old ");
		assertThat(this.queries).containsExactly(List.of(1), List.of(2), List.of(3, 4));
		assertThat(third).isNotDone();
		this.results.getLast().tryEmitValue("new ");
		assertThat(third).isCompletedWithValue("new 3");
		assertThat(fourth).isCompletedWithValue("new 4");
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
		ask(2);
		List<CompletableFuture<String>> failed = List.of(ask(3), ask(4));
		this.results.getFirst().tryEmitError(new IllegalStateException("down"));
		this.results.getLast().tryEmitError(new IllegalStateException("down"));
		assertThat(failed).allMatch(CompletableFuture::isCompletedExceptionally);
		CompletableFuture<String> later = ask(5);
		this.results.getLast().tryEmitValue("up ");
		assertThat(later).isCompletedWithValue("up 5");
	}

	@Test
	void asManyWaitAsTheLimitSaysAndOneMoreIsRefused() {
		IntStream.range(0, 2 + Limits.WAITING_READS).forEach(this::ask);
		assertThatThrownBy(() -> this.subject.ask("thing", 1).block()).isInstanceOf(Refusal.class)
			.extracting((refused) -> ((Refusal) refused).problem())
			.isEqualTo(Problem.UNAVAILABLE);
		this.results.getFirst().tryEmitValue("done");
		assertThat(ask(1)).isNotDone();
	}

	private CompletableFuture<String> ask(int question) {
		Mono<String> answer = this.subject.ask("thing", question);
		return answer.toFuture();
	}

}
