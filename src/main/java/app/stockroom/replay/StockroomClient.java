package app.stockroom.replay;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.function.Consumer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelException;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufMono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.resources.ConnectionProvider;
import reactor.util.retry.Retry;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Speaks HTTP with the service. What did not get a final answer is sent again with
 * back-off: every change the replay asks for is safe to repeat.
 */
class StockroomClient {

	private static final String JSON_TYPE = "application/json";

	private static final String NDJSON_TYPE = "application/x-ndjson";

	/** How long the service may be silent within one exchange. */
	private static final Duration SILENCE = Duration.ofSeconds(60);

	private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

	/** Attempts in a row without any progress: about ten minutes. */
	private static final int ATTEMPTS = 120;

	private final JsonMapper json = JsonMapper.shared();

	private final HttpClient http;

	private final Consumer<String> notices;

	private StockroomClient(HttpClient http, Consumer<String> notices) {
		this.http = http;
		this.notices = notices;
	}

	/**
	 * Opens a client that has no token yet.
	 * @param notices is told what is being waited for
	 */
	static StockroomClient of(URI url, int connections, Consumer<String> notices) {
		ConnectionProvider pool = ConnectionProvider.builder("replay")
			.maxConnections(connections)
			.pendingAcquireMaxCount(-1)
			.build();
		return new StockroomClient(HttpClient.create(pool).baseUrl(url.toString()).responseTimeout(SILENCE), notices);
	}

	/**
	 * The same client for one token and, where the token may name several, one tenant.
	 */
	StockroomClient with(String token, @Nullable Object tenant) {
		return new StockroomClient(this.http.headers((headers) -> {
			headers.set(HttpHeaderNames.AUTHORIZATION, "Bearer " + token);
			if (tenant != null) {
				headers.set("X-Tenant-Id", tenant);
			}
		}), this.notices);
	}

	/**
	 * Reads a list, page after page.
	 */
	<T> Flux<T> list(String path, Class<T> type) {
		return page(path, 1).expand((page) -> page.isLast() ? Mono.empty() : page(path, page.page() + 1))
			.concatMapIterable(Page::items)
			.map((item) -> this.json.treeToValue(item, type));
	}

	private Mono<Page> page(String path, int number) {
		return exchange(this.http, HttpMethod.GET, "%s?limit=%d&page=%d".formatted(path, Page.MAX_SIZE, number), null)
			.map((answer) -> read(answer, Page.class));
	}

	Mono<Answer> put(String path, Object body) {
		return exchange(this.http, HttpMethod.PUT, path, body);
	}

	Mono<Answer> post(String path, Object body) {
		return exchange(this.http, HttpMethod.POST, path, body);
	}

	Mono<Answer> post(String path, Object body, String idempotencyKey) {
		HttpClient keyed = this.http.headers((headers) -> headers.set("Idempotency-Key", idempotencyKey));
		return exchange(keyed, HttpMethod.POST, path, body);
	}

	/**
	 * Streams lines to the service and its lines back, both at the same time. Not
	 * repeated here: only the caller knows which lines are still open.
	 */
	Flux<byte[]> stream(String path, Flux<ByteBuf> lines) {
		return this.http.headers((headers) -> mediaTypes(headers, NDJSON_TYPE, NDJSON_TYPE))
			.post()
			.uri(path)
			.send(lines)
			.response((response, content) -> {
				if (response.status().code() == 200) {
					LineSplitter splitter = new LineSplitter();
					return content.asByteArray().concatMapIterable(splitter::split);
				}
				return answer(response, content.aggregate()).flatMap((answer) -> Mono.error(failure(answer)));
			});
	}

	/**
	 * Reads the body of an answer.
	 * @throws ReplayFailure if the request was not accepted
	 */
	<T> T read(Answer answer, Class<T> type) {
		accepted(answer);
		return parse(answer.body(), type);
	}

	/**
	 * Reads what the service sent.
	 * @throws ReplayFailure if it is something else
	 */
	<T> T parse(byte[] body, Class<T> type) {
		try {
			return this.json.readValue(body, type);
		}
		catch (JacksonException ex) {
			throw new ReplayFailure("this does not answer like Stockroom: " + ex.getOriginalMessage());
		}
	}

	/**
	 * Insists on an answer.
	 * @throws ReplayFailure if the request was not accepted
	 */
	void accepted(Answer answer) {
		if (!answer.accepted()) {
			throw failure(answer);
		}
	}

	private ReplayFailure failure(Answer answer) {
		return new ReplayFailure("the service refused: " + answer.problem());
	}

	/**
	 * Asks again after connection loss and when the service says to come back later.
	 */
	Retry patience() {
		return Retry.backoff(ATTEMPTS, FIRST_PAUSE)
			.maxBackoff(LONGEST_PAUSE)
			.transientErrors(true)
			.filter(StockroomClient::isLoss)
			.doBeforeRetry((signal) -> this.notices.accept("waiting for the service: " + signal.failure().getMessage()))
			.onRetryExhaustedThrow((spec, signal) -> new ReplayFailure(
					"the service cannot be reached, run the replay again later: " + signal.failure().getMessage()));
	}

	private static boolean isLoss(Throwable error) {
		return error instanceof IOException || error instanceof ChannelException
				|| error instanceof PrematureChannelClosureException;
	}

	private Mono<Answer> exchange(HttpClient client, HttpMethod method, String path, @Nullable Object body) {
		return client.headers((headers) -> mediaTypes(headers, JSON_TYPE, (body != null) ? JSON_TYPE : null))
			.request(method)
			.uri(path)
			.send((body != null) ? Mono.fromSupplier(() -> Unpooled.wrappedBuffer(encode(body))) : Mono.empty())
			.responseSingle(this::answer)
			.retryWhen(patience());
	}

	private static void mediaTypes(HttpHeaders headers, String accepted, @Nullable String sent) {
		headers.set(HttpHeaderNames.ACCEPT, accepted);
		if (sent != null) {
			headers.set(HttpHeaderNames.CONTENT_TYPE, sent);
		}
	}

	/**
	 * Writes what the service reads.
	 */
	byte[] encode(Object body) {
		return this.json.writeValueAsBytes(body);
	}

	private Mono<Answer> answer(HttpClientResponse response, ByteBufMono content) {
		int status = response.status().code();
		boolean replayed = response.responseHeaders().contains("Idempotency-Replayed", "true", true);
		return content.asByteArray()
			.defaultIfEmpty(new byte[0])
			.map((body) -> new Answer(status, replayed, body))
			.flatMap((answer) -> Unavailable.saidBy(status) ? Mono.error(new Unavailable(answer.problem().toString()))
					: Mono.just(answer));
	}

}
