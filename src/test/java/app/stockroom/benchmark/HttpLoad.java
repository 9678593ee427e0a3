package app.stockroom.benchmark;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import org.HdrHistogram.Histogram;

/**
 * A load generator that costs as little as it can, because it shares the cores with what
 * it measures: requests are bytes that the scenario wrote beforehand, and of an answer
 * only the status and the length are looked at.
 * <p>
 * Closed loop: each connection sends its next request when the last is answered. Constant
 * rate: requests are due at fixed times whether or not the service keeps up, and latency
 * counts from when a request was due, so that no slow answer hides the ones behind it
 * (coordinated omission, Gil Tene).
 */
final class HttpLoad {

	private static final int LOOPS = 2;

	private static final byte[] LENGTH = "content-length: ".getBytes(StandardCharsets.US_ASCII);

	private HttpLoad() {
	}

	/** Writes the bytes of a connection's next request. */
	@FunctionalInterface
	interface Requests {

		/**
		 * Writes one request with its headers.
		 * @param connection 0 to connections - 1
		 * @param number how many this connection has sent before
		 */
		void write(int connection, long number, ByteBuf out);

		/**
		 * Looks at an answer before the connection's next request.
		 */
		default void answered(int connection, int status, ByteBuf answer) {
		}

	}

	/**
	 * Runs a load.
	 * @param perSecond the rate, or 0 for a closed loop
	 */
	static Sample run(int port, int connections, double perSecond, Duration warmUp, Duration measured,
			Requests requests) {
		EventLoopGroup loops = Transport.loops(LOOPS);
		try {
			long start = System.nanoTime();
			Clock clock = new Clock(start + warmUp.toNanos(), start + warmUp.toNanos() + measured.toNanos());
			List<Lane> lanes = new ArrayList<>();
			for (int i = 0; i < LOOPS; i++) {
				lanes.add(new Lane(clock, loops.next(), perSecond / LOOPS, requests));
			}
			Bootstrap bootstrap = new Bootstrap().channel(Transport.CHANNEL).option(ChannelOption.TCP_NODELAY, true);
			List<CompletableFuture<Void>> opened = new ArrayList<>();
			for (int i = 0; i < connections; i++) {
				opened.add(lanes.get(i % LOOPS).open(bootstrap, port, i));
			}
			CompletableFuture.allOf(opened.toArray(CompletableFuture[]::new)).join();
			List<CompletableFuture<Tally>> tallies = lanes.stream().map(Lane::run).toList();
			return tallies.stream().map(CompletableFuture::join).reduce(Tally::plus).orElseThrow().sample(measured);
		}
		finally {
			loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
		}
	}

	private record Clock(long from, long until) {

		boolean measures(long now) {
			return now >= this.from && now < this.until;
		}

		boolean over(long now) {
			return now >= this.until;
		}

	}

	private record Tally(Histogram latency, Map<Integer, Long> statuses) {

		Tally plus(Tally other) {
			this.latency.add(other.latency);
			other.statuses.forEach((status, count) -> this.statuses.merge(status, count, Long::sum));
			return this;
		}

		Sample sample(Duration measured) {
			return new Sample(this.latency.getTotalCount(), measured, this.latency, this.statuses);
		}

	}

	/** The connections of one event loop; touched by its thread only. */
	private static final class Lane {

		private final Clock clock;

		private final EventLoop loop;

		private final double perSecond;

		private final Requests requests;

		private final Tally tally = new Tally(Sample.histogram(), new HashMap<>());

		private final List<Caller> callers = new ArrayList<>();

		private final ArrayDeque<Caller> idle = new ArrayDeque<>();

		private final CompletableFuture<Tally> finished = new CompletableFuture<>();

		private long begun;

		private long sent;

		Lane(Clock clock, EventLoop loop, double perSecond, Requests requests) {
			this.clock = clock;
			this.loop = loop;
			this.perSecond = perSecond;
			this.requests = requests;
		}

		CompletableFuture<Void> open(Bootstrap bootstrap, int port, int number) {
			CompletableFuture<Void> opened = new CompletableFuture<>();
			bootstrap.clone()
				.group(this.loop)
				.handler(new Caller(this, number))
				.connect(new InetSocketAddress("127.0.0.1", port))
				.addListener((connect) -> {
					if (connect.isSuccess()) {
						opened.complete(null);
					}
					else {
						opened.completeExceptionally(connect.cause());
					}
				});
			return opened;
		}

		CompletableFuture<Tally> run() {
			this.loop.execute(() -> {
				this.begun = System.nanoTime();
				if (this.perSecond == 0) {
					this.callers.forEach((caller) -> caller.send(System.nanoTime()));
				}
				else {
					this.idle.addAll(this.callers);
					this.loop.scheduleAtFixedRate(this::sendDue, 0, 500, TimeUnit.MICROSECONDS);
				}
			});
			this.loop.schedule(() -> this.callers.forEach((caller) -> caller.channel.close()),
					this.clock.until() - System.nanoTime() + 50_000_000, TimeUnit.NANOSECONDS);
			this.loop.schedule(() -> this.finished.complete(this.tally),
					this.clock.until() - System.nanoTime() + 100_000_000, TimeUnit.NANOSECONDS);
			return this.finished;
		}

		private void sendDue() {
			long now = System.nanoTime();
			while (!this.idle.isEmpty() && !this.clock.over(now)) {
				long due = this.begun + (long) (this.sent / this.perSecond * 1e9);
				if (due > now) {
					return;
				}
				this.sent++;
				this.idle.poll().send(due);
			}
		}

		void answered(Caller caller, int status, long due) {
			long now = System.nanoTime();
			if (this.clock.measures(now)) {
				this.tally.latency().recordValue(Math.min((now - due) / 1000, 60_000_000L));
				this.tally.statuses().merge(status, 1L, Long::sum);
			}
			if (this.clock.over(now)) {
				return;
			}
			if (this.perSecond == 0) {
				caller.send(now);
			}
			else {
				this.idle.add(caller);
				sendDue();
			}
		}

		void failed(Throwable failure) {
			this.finished.completeExceptionally(failure);
		}

	}

	/** One connection with one request under way. */
	private static final class Caller extends ChannelInboundHandlerAdapter {

		private final Lane lane;

		private final int number;

		private Channel channel;

		/** An array, which costs less to look at than memory outside of the heap. */
		private ByteBuf received;

		private long requests;

		private long due;

		Caller(Lane lane, int number) {
			this.lane = lane;
			this.number = number;
		}

		@Override
		public void channelActive(ChannelHandlerContext context) {
			this.channel = context.channel();
			this.received = Unpooled.buffer(4096);
			this.lane.callers.add(this);
		}

		void send(long due) {
			this.due = due;
			ByteBuf request = this.channel.alloc().buffer(1024);
			this.lane.requests.write(this.number, this.requests++, request);
			this.channel.writeAndFlush(request, this.channel.voidPromise());
		}

		@Override
		public void channelRead(ChannelHandlerContext context, Object message) {
			ByteBuf part = (ByteBuf) message;
			this.received.writeBytes(part);
			part.release();
			if (!isWhole()) {
				return;
			}
			byte[] answer = this.received.array();
			int status = (answer[9] - '0') * 100 + (answer[10] - '0') * 10 + (answer[11] - '0');
			this.lane.requests.answered(this.number, status, this.received);
			this.received.clear();
			this.lane.answered(this, status, this.due);
		}

		/** Looks at each byte of the headers once. */
		private boolean isWhole() {
			byte[] answer = this.received.array();
			int size = this.received.writerIndex();
			int length = 0; // that of a 204
			int line = 0;
			for (int i = 0; i < size; i++) {
				if (answer[i] == '\n') {
					if (i == line + 1) {
						return size >= i + 1 + length;
					}
					length = isLength(answer, line, i) ? number(answer, line + LENGTH.length) : length;
					line = i + 1;
				}
			}
			return false;
		}

		private static boolean isLength(byte[] answer, int line, int end) {
			int k = 0;
			while (k < LENGTH.length && line + k < end && (answer[line + k] | 0x20) == LENGTH[k]) {
				k++;
			}
			return k == LENGTH.length;
		}

		private static int number(byte[] answer, int from) {
			int number = 0;
			for (int i = from; answer[i] != '\r'; i++) {
				number = number * 10 + answer[i] - '0';
			}
			return number;
		}

		@Override
		public void channelInactive(ChannelHandlerContext context) {
			if (!this.lane.clock.over(System.nanoTime())) {
				this.lane.failed(new IllegalStateException("The service closed a connection"));
			}
		}

		@Override
		public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
			this.lane.failed(failure);
		}

	}

}
