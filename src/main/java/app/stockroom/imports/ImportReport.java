package app.stockroom.imports;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import app.stockroom.platform.Limits;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Problems;
import app.stockroom.platform.Refusal;
import app.stockroom.platform.Representation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.util.DisconnectedClientHelper;

/**
 * Answers an import with what became of each row, written as it becomes: the counts come
 * last. A client that does not read is not worked for.
 */
@Component
public class ImportReport {

	private static final Logger logger = LoggerFactory.getLogger(ImportReport.class);

	private final JsonMapper json;

	private final Duration stall = Duration.ofSeconds(Limits.EXPORT_STALL_SECONDS);

	ImportReport(JsonMapper json) {
		this.json = json;
	}

	/**
	 * One JSON object or, if the client prefers, a line of JSON for each row and one for
	 * the counts.
	 */
	public Mono<ServerResponse> answer(ServerRequest request, Flux<List<RowResult>> results) {
		Representation representation = Representation.of(request);
		return ServerResponse.ok().contentType(representation.type()).body((response, context) -> {
			DataBufferFactory buffers = response.bufferFactory();
			// Whoever takes nothing must not keep a place among the imports.
			Flux<byte[]> pieces = Flux.defer(() -> new Writing(representation == Representation.NDJSON).of(results))
				.timeout(this.stall);
			return response.writeAndFlushWith(pieces.map((piece) -> Mono.just(buffers.wrap(piece))));
		});
	}

	/** One report on its way. */
	private final class Writing {

		private final boolean lines;

		private final Map<RowResult.Status, Integer> counts = new LinkedHashMap<>();

		private int rows;

		Writing(boolean lines) {
			this.lines = lines;
			for (RowResult.Status status : RowResult.Status.values()) {
				this.counts.put(status, 0);
			}
		}

		Flux<byte[]> of(Flux<List<RowResult>> results) {
			return results.map(this::piece)
				.concatWith(Mono.fromSupplier(() -> end(null)))
				.onErrorResume((error) -> begun() ? brokenOff(error) : Mono.error(error));
		}

		private boolean begun() {
			return this.rows > 0;
		}

		private byte[] piece(List<RowResult> results) {
			ByteArrayOutputStream bytes = new ByteArrayOutputStream(results.size() * 256);
			for (RowResult result : results) {
				if (!this.lines) {
					bytes.writeBytes(ascii(begun() ? "," : "{\"results\":["));
				}
				bytes.writeBytes(ImportReport.this.json.writeValueAsBytes(result));
				if (this.lines) {
					bytes.write('\n');
				}
				this.rows++;
				this.counts.merge(result.status(), 1, Integer::sum);
			}
			return bytes.toByteArray();
		}

		/**
		 * The end of a report that cannot go on. The answer has begun, so this is the
		 * place that is left to say so.
		 */
		private Mono<byte[]> brokenOff(Throwable error) {
			if (DisconnectedClientHelper.isClientDisconnectedException(error)) {
				return Mono.error(error);
			}
			logger.error("An import broke off", error);
			return Mono.just(end((error instanceof Refusal known) ? known : Problem.INTERNAL_ERROR
				.because("The import broke off here: repeat it for the rows that have no result.")));
		}

		private byte[] end(@Nullable Refusal refusal) {
			Map<String, Object> end = new LinkedHashMap<>();
			end.put("rows", this.rows);
			this.counts.forEach((status, count) -> end.put(status.name().toLowerCase(Locale.ROOT), count));
			if (refusal != null) {
				end.put("problem", Problems.document(refusal));
			}
			String text = ImportReport.this.json.writeValueAsString(end);
			return (this.lines ? text + "\n" : (begun() ? "]," : "{\"results\":[],") + text.substring(1))
				.getBytes(StandardCharsets.UTF_8);
		}

		private static byte[] ascii(String text) {
			return text.getBytes(StandardCharsets.US_ASCII);
		}

	}

}
