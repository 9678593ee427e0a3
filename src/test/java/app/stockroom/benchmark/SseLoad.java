package app.stockroom.benchmark;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import org.HdrHistogram.Histogram;

/**
 * Many readers of event streams, which look for nothing but the time that an event
 * carries between two {@code @}, in microseconds since 1970: they share the cores with
 * what they measure. Nothing else of what they read may contain that sign.
 */
final class SseLoad implements AutoCloseable {

	private static final int LOOPS = 2;

	/** Connections that are being opened at the same time. */
	private static final int OPENING = 200;

	private final EventLoopGroup loops = Transport.loops(LOOPS);

	private final List<Lane> lanes = new ArrayList<>();

	private final List<Channel> channels = new ArrayList<>();

	private final AtomicLong lost = new AtomicLong();

	private SseLoad() {
		for (int i = 0; i < LOOPS; i++) {
			this.lanes.add(new Lane(this.loops.next()));
		}
	}

	/**
	 * Opens the streams.
	 * @param request the bytes of each one's request
	 * @param ready what the answer contains as soon as the stream is live
	 */
	static SseLoad open(int port, int streams, IntFunction<byte[]> request, String ready) {
		SseLoad load = new SseLoad();
		byte[] sign = ready.getBytes(StandardCharsets.US_ASCII);
		List<CompletableFuture<Channel>> opening = new ArrayList<>();
		for (int i = 0; i < streams; i++) {
			opening.add(load.lanes.get(i % LOOPS).open(load, port, request.apply(i), sign));
			if (i >= OPENING) {
				opening.get(i - OPENING).join();
			}
		}
		opening.forEach((stream) -> load.channels.add(stream.join()));
		return load;
	}

	/** The time as an event has to carry it. */
	static String mark() {
		return "@" + now() + "@";
	}

	private static long now() {
		return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
	}

	/** Events that were received by now. */
	long received() {
		return this.lanes.stream().mapToLong((lane) -> lane.received).sum();
	}

	/** Streams that have ended by themselves. */
	long lost() {
		return this.lost.get();
	}

	/** Forgets what was measured so far. */
	void reset() {
		this.lanes.forEach((lane) -> lane.loop.submit(lane::reset).syncUninterruptibly());
	}

	/** From the times in the events until they were received, in microseconds. */
	Histogram latency() {
		Histogram all = Sample.histogram();
		this.lanes.forEach((lane) -> lane.loop.submit(() -> all.add(lane.latency)).syncUninterruptibly());
		return all;
	}

	@Override
	public void close() {
		this.lost.set(Long.MIN_VALUE);
		this.channels.forEach(Channel::close);
		this.loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
	}

	/** The streams of one event loop; written to by its thread only. */
	private static final class Lane {

		private final EventLoop loop;

		private final Histogram latency = Sample.histogram();

		private volatile long received;

		Lane(EventLoop loop) {
			this.loop = loop;
		}

		private void reset() {
			this.latency.reset();
			this.received = 0;
		}

		CompletableFuture<Channel> open(SseLoad load, int port, byte[] request, byte[] ready) {
			CompletableFuture<Channel> live = new CompletableFuture<>();
			new Bootstrap().channel(Transport.CHANNEL)
				.group(this.loop)
				.handler(new Reader(load, this, request, ready, live))
				.connect(new InetSocketAddress("127.0.0.1", port))
				.addListener((connect) -> {
					if (!connect.isSuccess()) {
						live.completeExceptionally(connect.cause());
					}
				});
			return live;
		}

		@SuppressWarnings("NonAtomicOperationOnVolatileField") // one thread writes
		private void received(long time) {
			this.received = this.received + 1;
			this.latency.recordValue(Math.clamp(now() - time, 0, 60_000_000L));
		}

	}

	private static final class Reader extends ChannelInboundHandlerAdapter {

		private final SseLoad load;

		private final Lane lane;

		private final byte[] request;

		private final byte[] ready;

		private final CompletableFuture<Channel> live;

		/** How much of the sign was seen, then of no interest. */
		private int matched;

		/** The time that is being read, or negative outside of one. */
		private long time = -1;

		Reader(SseLoad load, Lane lane, byte[] request, byte[] ready, CompletableFuture<Channel> live) {
			this.load = load;
			this.lane = lane;
			this.request = request;
			this.ready = ready;
			this.live = live;
		}

		@Override
		public void channelActive(ChannelHandlerContext context) {
			context.writeAndFlush(Unpooled.wrappedBuffer(this.request));
		}

		@Override
		public void channelRead(ChannelHandlerContext context, Object message) {
			ByteBuf part = (ByteBuf) message;
			try {
				if (this.matched < this.ready.length) {
					part.forEachByte((next) -> {
						this.matched = (next == this.ready[this.matched]) ? this.matched + 1 : 0;
						return this.matched < this.ready.length;
					});
					if (this.matched == this.ready.length) {
						this.live.complete(context.channel());
					}
				}
				read(part);
			}
			finally {
				part.release();
			}
		}

		private void read(ByteBuf part) {
			int at = part.readerIndex();
			int end = part.writerIndex();
			while (at < end) {
				if (this.time < 0) {
					at = part.indexOf(at, end, (byte) '@');
					if (at < 0) {
						return;
					}
					this.time = 0;
				}
				else {
					byte next = part.getByte(at);
					if (next == '@') {
						this.lane.received(this.time);
						this.time = -1;
					}
					else {
						this.time = this.time * 10 + next - '0';
					}
				}
				at++;
			}
		}

		@Override
		public void channelInactive(ChannelHandlerContext context) {
			this.load.lost.incrementAndGet();
			this.live.completeExceptionally(new IllegalStateException("The stream was closed before it was live"));
		}

		@Override
		public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
			this.live.completeExceptionally(failure);
			context.close();
		}

	}

}
