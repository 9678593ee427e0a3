package app.stockroom.live;

import java.util.List;
import java.util.Objects;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;

/**
 * An HTTP response that is written to one buffer after the other. Handing a publisher of
 * buffers to the server instead would leave 128 of them between us and a slow reader, out
 * of reach of conflation: Reactor Netty asks that far ahead. Here every write tells when
 * the socket has taken it.
 */
final class HttpWire implements Wire {

	private final ServerHttpResponse response;

	private final HttpServerResponse server;

	private final Channel channel;

	HttpWire(ServerHttpResponse response) {
		this.response = response;
		this.server = ServerHttpResponseDecorator.getNativeResponse(response);
		Channel[] found = new Channel[1];
		this.server.withConnection((connection) -> found[0] = connection.channel());
		this.channel = Objects.requireNonNull(found[0]);
	}

	/**
	 * Commits what Spring knows of the response, then sends it without a body: the body
	 * follows by itself.
	 */
	@Override
	public Mono<Void> begin() {
		return this.response.setComplete().then(Mono.defer(() -> this.server.sendHeaders().then()));
	}

	@Override
	public void write(List<byte[]> parts, Written written) {
		// Not copied here: the shared bytes are copied once, on the event loop, into the
		// memory that the socket reads.
		this.channel.writeAndFlush(Unpooled.wrappedBuffer(parts.toArray(byte[][]::new)))
			.addListener((write) -> written.done(write.isSuccess()));
	}

	@Override
	public void onClose(Runnable closed) {
		this.channel.closeFuture().addListener((_) -> closed.run());
	}

	@Override
	public void close() {
		this.channel.close();
	}

}
