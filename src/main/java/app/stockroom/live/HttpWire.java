package app.stockroom.live;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;

/**
 * An HTTP/1.1 connection that carries nothing but one stream from the moment its headers
 * are sent. It is then taken from the server: the request ends as far as Spring and
 * Reactor Netty know, which lets go of everything that belongs to it, several times as
 * much memory as an idle stream needs, and every write goes to the socket without a
 * detour. Here every write also tells when the socket has taken it; handing a publisher
 * of buffers to the server would leave 128 of them between us and a slow reader, out of
 * reach of conflation.
 */
final class HttpWire implements Wire {

	private static final byte[] LINE_END = { '\r', '\n' };

	private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

	private final Channel channel;

	/** What is answered, until that has begun. */
	private @Nullable ServerHttpResponse response;

	private boolean chunked;

	HttpWire(ServerHttpResponse response) {
		Channel[] found = new Channel[1];
		server(response).withConnection((connection) -> found[0] = connection.channel());
		this.channel = Objects.requireNonNull(found[0]);
		this.response = response;
	}

	@Override
	public Mono<Void> begin() {
		ServerHttpResponse answer = Objects.requireNonNull(this.response, "begins once");
		this.response = null;
		HttpServerResponse server = server(answer);
		// Commits what Spring knows of the response, then sends it without a body.
		return answer.setComplete()
			.then(Mono.defer(() -> server.sendHeaders().then()))
			.then(Mono.create((taken) -> loop().execute(() -> {
				this.chunked = server.responseHeaders()
					.contains(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED, true);
				take();
				taken.success();
			})));
	}

	@Override
	public Executor loop() {
		return this.channel.eventLoop();
	}

	@Override
	public void later(Runnable step, Duration delay) {
		this.channel.eventLoop().schedule(step, delay.toMillis(), TimeUnit.MILLISECONDS);
	}

	@Override
	public void write(List<byte[]> parts, Written written) {
		this.channel.writeAndFlush(bytes(parts)).addListener((write) -> written.done(write.isSuccess()));
	}

	@Override
	public void onClose(Runnable closed) {
		this.channel.closeFuture().addListener((_) -> closed.run());
	}

	@Override
	public void end() {
		ByteBuf last = this.chunked ? Unpooled.wrappedBuffer(LAST_CHUNK) : Unpooled.EMPTY_BUFFER;
		this.channel.writeAndFlush(last).addListener(ChannelFutureListener.CLOSE);
		later(this::close, FeedLimits.FAREWELL);
	}

	@Override
	public void close() {
		this.channel.close();
	}

	/** From the last handler on, so that what the first lets go of is for nobody. */
	private void take() {
		ChannelPipeline pipeline = this.channel.pipeline();
		pipeline.addLast(Reader.IGNORED);
		List<ChannelHandler> handlers = new ArrayList<>(pipeline.toMap().values());
		for (ChannelHandler handler : handlers.reversed()) {
			if (handler != Reader.IGNORED && !(handler instanceof SslHandler)) {
				pipeline.remove(handler);
			}
		}
		// The system would let megabytes wait for a reader who does not read.
		this.channel.config().setOption(ChannelOption.SO_SNDBUF, FeedLimits.SOCKET_BYTES);
		// Nobody would notice otherwise that the reader has hung up.
		this.channel.config().setAutoRead(true);
	}

	/** The shared bytes are copied once, into the memory that the socket reads. */
	private ByteBuf bytes(List<byte[]> parts) {
		int size = parts.stream().mapToInt((part) -> part.length).sum();
		byte[] head = this.chunked ? (Integer.toHexString(size) + "\r\n").getBytes(StandardCharsets.US_ASCII)
				: new byte[0];
		ByteBuf bytes = this.channel.alloc().ioBuffer(head.length + size + LINE_END.length);
		bytes.writeBytes(head);
		parts.forEach(bytes::writeBytes);
		return this.chunked ? bytes.writeBytes(LINE_END) : bytes;
	}

	private static HttpServerResponse server(ServerHttpResponse response) {
		return ServerHttpResponseDecorator.getNativeResponse(response);
	}

	/**
	 * Ignores what the reader sends, and the end of the response that the server wants to
	 * send when the request has ended: that is up to the stream.
	 */
	@ChannelHandler.Sharable
	private static final class Reader extends ChannelDuplexHandler {

		private static final Reader IGNORED = new Reader();

		@Override
		public void channelRead(ChannelHandlerContext context, Object message) {
			ReferenceCountUtil.release(message);
		}

		@Override
		public void userEventTriggered(ChannelHandlerContext context, Object event) {
			ReferenceCountUtil.release(event);
		}

		@Override
		public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
			context.close();
		}

		@Override
		public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
			if (message instanceof LastHttpContent) {
				ReferenceCountUtil.release(message);
				promise.setSuccess();
			}
			else {
				context.write(message, promise);
			}
		}

	}

}
