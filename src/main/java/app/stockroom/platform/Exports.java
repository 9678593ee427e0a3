package app.stockroom.platform;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * Answers with all rows of a list, streamed: read from the database no faster than the
 * client takes them, and in memory that does not depend on how many there are.
 */
@Component
public class Exports implements DisposableBean {

	private static final Logger logger = LoggerFactory.getLogger(Exports.class);

	/** Where the ledger stood when the rows were read. */
	private static final String POSITION = "Stockroom-Position";

	private static final MediaType CSV = new MediaType("text", "csv", StandardCharsets.UTF_8);

	private final JsonMapper json;

	private final Duration stall;

	private final Counter rows;

	// Threads of their own: a long export must not hold up the timers of others.
	private final Scheduler encoding = Schedulers.newParallel("export",
			Math.max(1, Runtime.getRuntime().availableProcessors() / 2));

	@Autowired
	Exports(JsonMapper json, MeterRegistry meters) {
		this(json, meters, Duration.ofSeconds(Limits.EXPORT_STALL_SECONDS));
	}

	/**
	 * Prepares to export.
	 * @param stall the longest time that neither reader nor database may let the other
	 * wait
	 */
	Exports(JsonMapper json, MeterRegistry meters, Duration stall) {
		this.json = json;
		this.stall = stall;
		this.rows = Counter.builder("stockroom.export.rows")
			.description("Rows that were written to clients, whole lists only")
			.register(meters);
	}

	/**
	 * Answers in the representation that was chosen for the request. While nothing is
	 * written an error is answered as any other; afterwards it is the last line of
	 * NDJSON, and closes the connection amid CSV, which has no place for it.
	 * @param rows reads the rows, and tells the position they are true at before the
	 * first
	 */
	public <T> Mono<ServerResponse> answer(ServerRequest request, Table<T> table,
			Function<Consumer<String>, Flux<T>> rows) {
		boolean csv = Representation.of(request) == Representation.CSV;
		ServerResponse.BodyBuilder reply = ServerResponse.ok().contentType(csv ? CSV : MediaType.APPLICATION_NDJSON);
		if (csv) {
			reply.header(HttpHeaders.CONTENT_DISPOSITION,
					ContentDisposition.attachment().filename(table.name() + ".csv").build().toString());
		}
		if (request.method().equals(HttpMethod.HEAD)) {
			return reply.build();
		}
		return reply.body((response, _) -> response.writeWith(Flux.defer(() -> {
			Flux<T> source = rows.apply((position) -> response.getHeaders().set(POSITION, position));
			return csv ? csv(source, table, response.bufferFactory()) : ndjson(source, response.bufferFactory());
		})));
	}

	<T> Flux<DataBuffer> csv(Flux<T> rows, Table<T> table, DataBufferFactory factory) {
		Bytes bytes = new Bytes(factory);
		return buffers(rows, new Csv<>(table, bytes), bytes);
	}

	/** What is not in a buffer yet is lost with an error: no matter, begin again. */
	<T> Flux<DataBuffer> ndjson(Flux<T> rows, DataBufferFactory factory) {
		Bytes bytes = new Bytes(factory);
		AtomicBoolean begun = new AtomicBoolean();
		return buffers(rows, new JsonLines<>(this.json, bytes), bytes).doOnNext((_) -> begun.set(true))
			.onErrorResume((error) -> begun.get() ? lastLine(error, factory) : Mono.error(error));
	}

	/** Every buffer ends where a row ends. */
	private <T> Flux<DataBuffer> buffers(Flux<T> rows, RowWriter<T> writer, Bytes bytes) {
		writer.begin();
		return rows.publishOn(this.encoding, Limits.EXPORT_ROWS_AHEAD).<DataBuffer>handle((row, sink) -> {
			writer.write(row);
			this.rows.increment();
			if (bytes.size() >= Limits.EXPORT_BUFFER_BYTES) {
				sink.next(bytes.drain());
			}
		}).concatWith(Mono.fromSupplier(() -> (bytes.size() > 0) ? bytes.drain() : null)).timeout(this.stall);
	}

	private Mono<DataBuffer> lastLine(Throwable error, DataBufferFactory factory) {
		logger.warn("An export broke off: {}", error.toString());
		Refusal refusal = (error instanceof Refusal known) ? known
				: Problem.UNAVAILABLE.because("The export broke off here and is not whole. Begin again.");
		String line = this.json.writeValueAsString(Problems.document(refusal)) + '\n';
		return Mono.<DataBuffer>fromSupplier(() -> factory.wrap(line.getBytes(StandardCharsets.UTF_8)))
			.timeout(this.stall);
	}

	@Override
	public void destroy() {
		this.encoding.dispose();
	}

}
