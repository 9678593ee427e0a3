package app.stockroom.benchmark;

import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.function.Supplier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/**
 * What clients ask of the service, each scenario as bytes.
 */
final class Traffic {

	private static final int LINES_PER_BUFFER = 100;

	private static final byte[] BEFORE = ascii("\r\n{\"productId\": \"");

	private static final byte[] AFTER = ascii("\", \"type\": \"OUT\", \"quantity\": 1}");

	/** Bytes of a movement's body. */
	private static final int LENGTH = BEFORE.length - 2 + 36 + AFTER.length;

	private static final AtomicLong KEYS = new AtomicLong(System.nanoTime());

	private final int port;

	private final int tenants;

	private final int records;

	private final List<String> tokens;

	Traffic(Service service) throws IOException, InterruptedException {
		this(service, Bed.TENANTS, Bed.RECORDS);
	}

	/** For tenants and records of another number. */
	Traffic(Service service, int tenants, int records) throws IOException, InterruptedException {
		this.port = service.port();
		this.tenants = tenants;
		this.records = records;
		List<String> all = new ArrayList<>();
		for (int tenant = 0; tenant <= tenants; tenant++) {
			all.add(service.token(Bed.tenant(tenant)));
		}
		this.tokens = List.copyOf(all);
	}

	/** One OUT of a random record of a random tenant in each request. */
	HttpLoad.Requests movements(boolean keyed) {
		return post("/api/stock-movements", keyed, () -> {
			ThreadLocalRandom random = ThreadLocalRandom.current();
			int tenant = random.nextInt(this.tenants);
			return new Target(tenant, Bed.product(tenant, 2 + random.nextInt(this.records - 2)));
		});
	}

	/** One OUT of always the same record. */
	HttpLoad.Requests movements(int record, boolean keyed) {
		Target target = new Target(0, Bed.product(0, record));
		return post("/api/stock-movements", keyed, () -> target);
	}

	private HttpLoad.Requests post(String path, boolean keyed, Supplier<Target> targets) {
		List<byte[]> heads = this.tokens.stream()
			.map((token) -> ascii("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token
					+ "\r\nContent-Type: application/json\r\nContent-Length: " + LENGTH + "\r\n"))
			.toList();
		return (_, _, out) -> {
			Target target = targets.get();
			out.writeBytes(heads.get(target.tenant()));
			if (keyed) {
				out.writeCharSequence("Idempotency-Key: %016x\r\n".formatted(KEYS.incrementAndGet()),
						StandardCharsets.US_ASCII);
			}
			out.writeBytes(BEFORE);
			out.writeCharSequence(target.product().toString(), StandardCharsets.US_ASCII);
			out.writeBytes(AFTER);
		};
	}

	/** One record of a random tenant. */
	HttpLoad.Requests record() {
		return get(() -> {
			ThreadLocalRandom random = ThreadLocalRandom.current();
			int tenant = random.nextInt(Bed.TENANTS);
			return new Request(tenant, "/api/inventory/" + Bed.record(tenant, random.nextInt(Bed.RECORDS)));
		});
	}

	/**
	 * The route of one record with an id that is none: routed, token checked, tenant
	 * known, and answered with a constant, a problem, without the database.
	 */
	HttpLoad.Requests noRecord() {
		return get(() -> new Request(ThreadLocalRandom.current().nextInt(Bed.TENANTS), "/api/inventory/none"));
	}

	/** Fifty records of a random tenant. */
	HttpLoad.Requests page() {
		return get(() -> new Request(ThreadLocalRandom.current().nextInt(Bed.TENANTS), "/api/inventory?limit=50"));
	}

	private HttpLoad.Requests get(Supplier<Request> requests) {
		List<byte[]> tails = this.tokens.stream()
			.map((token) -> ascii(" HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token + "\r\n\r\n"))
			.toList();
		byte[] verb = ascii("GET ");
		return (_, _, out) -> {
			Request request = requests.get();
			out.writeBytes(verb);
			out.writeCharSequence(request.path(), StandardCharsets.US_ASCII);
			out.writeBytes(tails.get(request.tenant()));
		};
	}

	/**
	 * One reservation after the other, each committed at once.
	 */
	HttpLoad.Requests reservations(int connections) {
		return new Reservations(this.tokens, connections);
	}

	/**
	 * One NDJSON stream for each tenant, as fast as it is taken. Counts answered lines.
	 */
	Sample stream(Duration warmUp, Duration measured) {
		long from = System.nanoTime() + warmUp.toNanos();
		long until = from + measured.toNanos();
		AtomicLong lines = new AtomicLong();
		Flux.range(0, Bed.TENANTS).flatMap((tenant) -> {
			List<byte[]> buffers = IntStream.range(0, 64).mapToObj((_) -> lines(tenant)).toList();
			return client(tenant).headers((headers) -> headers.set("Content-Type", "application/x-ndjson"))
				.post()
				.uri("/api/stock-movements/batch")
				.send((_, out) -> out.sendByteArray(Flux.<byte[]>generate((sink) -> {
					if (System.nanoTime() >= until) {
						sink.complete();
					}
					else {
						sink.next(buffers.get(ThreadLocalRandom.current().nextInt(buffers.size())));
					}
				})))
				.response((response, body) -> {
					if (response.status().code() != 200) {
						return Mono.error(new IllegalStateException("The batch was answered " + response.status()));
					}
					return body.doOnNext((part) -> {
						long now = System.nanoTime();
						if (now >= from && now < until) {
							lines.addAndGet(newLines(part));
						}
					}).then();
				});
		}, Bed.TENANTS).blockLast();
		return Sample.of(lines.get(), measured);
	}

	private static byte[] lines(int tenant) {
		StringBuilder text = new StringBuilder();
		for (int i = 0; i < LINES_PER_BUFFER; i++) {
			text.append("{\"productId\": \"")
				.append(Bed.product(tenant, 2 + ThreadLocalRandom.current().nextInt(Bed.RECORDS - 2)))
				.append("\", \"type\": \"OUT\", \"quantity\": 1}\n");
		}
		return ascii(text.toString());
	}

	/** The long ledger from its beginning to its end. Counts rows. */
	Sample export() {
		long begun = System.nanoTime();
		Long rows = client(Bed.ARCHIVE).headers((headers) -> headers.set("Accept", "application/x-ndjson"))
			.get()
			.uri("/api/stock-movements")
			.response((response, body) -> {
				if (response.status().code() != 200) {
					return Mono.error(new IllegalStateException("The export was answered " + response.status()));
				}
				return body.map(Traffic::newLines).reduce(0L, Long::sum);
			})
			.blockLast();
		return Sample.of(rows, Duration.ofNanos(System.nanoTime() - begun));
	}

	private HttpClient client(int tenant) {
		return HttpClient.create(ConnectionProvider.newConnection())
			.baseUrl("http://127.0.0.1:" + this.port)
			.headers((headers) -> headers.set("Authorization", "Bearer " + this.tokens.get(tenant)));
	}

	private static long newLines(ByteBuf part) {
		long found = 0;
		for (int i = part.readerIndex(); i < part.writerIndex(); i++) {
			found += (part.getByte(i) == '\n') ? 1 : 0;
		}
		return found;
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

	private record Target(int tenant, UUID product) {
	}

	private record Request(int tenant, String path) {
	}

	/** Creates on even requests and commits what it has created on odd ones. */
	private static final class Reservations implements HttpLoad.Requests {

		private static final byte[] ID = ascii("\"id\":\"");

		private final List<String> tokens;

		private final String[] created;

		Reservations(List<String> tokens, int connections) {
			this.tokens = tokens;
			this.created = new String[connections];
		}

		@Override
		public void write(int connection, long number, ByteBuf out) {
			int tenant = connection % Bed.TENANTS;
			String body = (number % 2 != 0) ? ""
					: "{\"lines\": [{\"productId\": \"%s\", \"quantity\": 1}], \"ttlSeconds\": 3600}"
						.formatted(Bed.product(tenant, 2 + ThreadLocalRandom.current().nextInt(Bed.RECORDS - 2)));
			String path = (number % 2 != 0) ? "/" + this.created[connection] + "/commit" : "";
			out.writeCharSequence(
					"POST /api/reservations%s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n%sContent-Length: %d\r\n\r\n%s"
						.formatted(path, this.tokens.get(tenant),
								body.isEmpty() ? "" : "Content-Type: application/json\r\n", body.length(), body),
					StandardCharsets.US_ASCII);
		}

		@Override
		public void answered(int connection, int status, ByteBuf answer) {
			if (status == 201) {
				int at = ByteBufUtil.indexOf(Unpooled.wrappedBuffer(ID), answer);
				this.created[connection] = answer.toString(at + ID.length, 36, StandardCharsets.US_ASCII);
			}
		}

	}

}
