package app.stockroom.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import app.stockroom.ledger.Work.Posting;
import app.stockroom.platform.Traces;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * What becomes of traced commands in the lane: each has in its own trace how long it
 * waited, the flush that carried it and the announcement. The flush of the first links to
 * the requests of all that went with it, the flushes of the others link to that of the
 * first. Of commands that nobody traces nothing is kept.
 */
final class FlushTrace {

	private final Traces traces;

	FlushTrace(Traces traces) {
		this.traces = traces;
	}

	/**
	 * Begins the wait of a command.
	 * @return null where its request is not traced
	 */
	@Nullable Journey begin(ContextView subscriber) {
		Context request = this.traces.recorded(subscriber);
		return (request != null) ? new Journey(request, this.traces.begin(request, "ledger wait", SpanKind.INTERNAL))
				: null;
	}

	/** The call that carries these commands. */
	<T> Mono<T> around(List<Posting> postings, Mono<T> call) {
		List<Journey> journeys = journeys(postings);
		return journeys.isEmpty() ? call : Mono.defer(() -> {
			depart(journeys, postings.size());
			return call.doOnNext((_) -> journeys.forEach((journey) -> journey.flush.end())).doOnError((failure) -> {
				journeys.forEach((journey) -> Traces.fail(journey.flush, failure));
				journeys.forEach((journey) -> journey.flush.end());
			});
		});
	}

	private void depart(List<Journey> journeys, int commands) {
		Journey carrier = journeys.getFirst();
		for (Journey journey : journeys) {
			journey.wait.end();
			journey.flush = this.traces.begin(journey.request, "ledger flush", SpanKind.CLIENT, (span) -> {
				span.setAttribute("db.system.name", "postgresql").setAttribute("db.operation.batch.size", commands);
				if (journey == carrier) {
					journeys.forEach((other) -> span.addLink(Span.fromContext(other.request).getSpanContext()));
				}
				else {
					span.addLink(carrier.flush.getSpanContext());
				}
			});
		}
	}

	/** The announcement of what these commands have done. */
	void around(List<Posting> postings, Supplier<CompletionStage<?>> announcement) {
		List<Journey> journeys = journeys(postings);
		List<Span> spans = new ArrayList<>(journeys.size());
		for (Journey journey : journeys) {
			spans.add(this.traces.begin(journey.request.with(journey.flush), "ledger publish", SpanKind.PRODUCER,
					(span) -> span.setAttribute("messaging.system", "redis")));
		}
		CompletionStage<?> announced = announcement.get();
		if (!spans.isEmpty()) {
			announced.whenComplete((_, failure) -> spans.forEach((span) -> {
				if (failure != null) {
					Traces.fail(span, failure);
				}
				span.end();
			}));
		}
	}

	private List<Journey> journeys(List<Posting> postings) {
		List<Journey> journeys = List.of();
		if (!this.traces.isOn()) {
			return journeys;
		}
		for (Posting posting : postings) {
			if (posting.waiting().journey() != null) {
				journeys = journeys.isEmpty() ? new ArrayList<>() : journeys;
				journeys.add(Objects.requireNonNull(posting.waiting().journey()));
			}
		}
		return journeys;
	}

	/** A traced command on its way through the lane. */
	static final class Journey {

		private final Context request;

		private final Span wait;

		private volatile Span flush = Span.getInvalid();

		private Journey(Context request, Span wait) {
			this.request = request;
			this.wait = wait;
		}

		/** Ends the wait of a command that is not sent. */
		void abandon() {
			this.wait.end();
		}

	}

}
