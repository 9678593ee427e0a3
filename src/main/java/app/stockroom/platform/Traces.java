package app.stockroom.platform;

import java.util.List;
import java.util.function.Consumer;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;

/**
 * The spans of OpenTelemetry, where tracing is on. Where it is off there is no tracer and
 * every publisher comes back as it was given: nothing is paid for what nobody looks at.
 * The span of a request travels in Reactor's context, never in a thread's.
 */
@Component
public final class Traces {

	private static final Headers HEADERS = new Headers();

	private final @Nullable Tracer tracer;

	private final TextMapPropagator propagator;

	@Autowired
	Traces(ObjectProvider<OpenTelemetry> telemetry) {
		this(telemetry.getIfAvailable(OpenTelemetry::noop));
	}

	private Traces(OpenTelemetry telemetry) {
		this.tracer = (telemetry != OpenTelemetry.noop()) ? telemetry.getTracer("app.stockroom") : null;
		this.propagator = telemetry.getPropagators().getTextMapPropagator();
	}

	/** Traces nothing. */
	public static Traces off() {
		return new Traces(OpenTelemetry.noop());
	}

	/** Whether anything is traced at all. */
	public boolean isOn() {
		return this.tracer != null;
	}

	/**
	 * The context of the request that a subscriber works for, if that is recorded; null
	 * where tracing is off or this request was not sampled.
	 */
	public @Nullable Context recorded(ContextView subscriber) {
		Context request = (this.tracer != null) ? subscriber.getOrDefault(Context.class, null) : null;
		return (request != null && Span.fromContext(request).isRecording()) ? request : null;
	}

	/** Begins a span below another. */
	public Span begin(Context parent, String name, SpanKind kind) {
		return begin(parent, name, kind, (_) -> {
		});
	}

	/** Begins a span below another, with what must be known before it begins. */
	public Span begin(Context parent, String name, SpanKind kind, Consumer<SpanBuilder> details) {
		if (this.tracer == null) {
			return Span.getInvalid();
		}
		SpanBuilder span = this.tracer.spanBuilder(name).setParent(parent).setSpanKind(kind);
		details.accept(span);
		return span.startSpan();
	}

	/** A span around some work of a request. */
	public <T> Mono<T> around(String name, SpanKind kind, Mono<T> work) {
		return (this.tracer == null) ? work : Mono.deferContextual((subscriber) -> {
			Context request = recorded(subscriber);
			if (request == null) {
				return work;
			}
			Span span = begin(request, name, kind);
			return work.doOnError((failure) -> fail(span, failure)).doFinally((_) -> span.end());
		});
	}

	/** The context that a request came with. */
	Context received(HttpHeaders headers) {
		return this.propagator.extract(Context.root(), headers, HEADERS);
	}

	/**
	 * Marks a span as failed. Only the kind of the failure is told: its message may name
	 * what a client has sent.
	 */
	public static void fail(Span span, Throwable failure) {
		span.setStatus(StatusCode.ERROR).setAttribute("error.type", failure.getClass().getName());
	}

	private static final class Headers implements TextMapGetter<HttpHeaders> {

		@Override
		public Iterable<String> keys(HttpHeaders headers) {
			return List.copyOf(headers.headerNames());
		}

		@Override
		public @Nullable String get(@Nullable HttpHeaders headers, String name) {
			return (headers != null) ? headers.getFirst(name) : null;
		}

	}

}
