package app.stockroom.benchmark;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.ResourceLeakDetector;

/**
 * How the load generators reach the network: on Linux as the service does, which costs
 * the cores that both share less than the JDK's own way.
 */
final class Transport {

	static final Class<? extends Channel> CHANNEL = Epoll.isAvailable() ? EpollSocketChannel.class
			: NioSocketChannel.class;

	static {
		// It takes a stack trace of one buffer in 128.
		ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
	}

	private Transport() {
	}

	static EventLoopGroup loops(int count) {
		return new MultiThreadIoEventLoopGroup(count,
				Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
	}

}
