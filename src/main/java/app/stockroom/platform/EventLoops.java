package app.stockroom.platform;

import java.util.concurrent.Executor;

import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import reactor.netty.resources.LoopResources;

import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.stereotype.Component;

/**
 * The event loops that carry the connections of clients. An answer from the database
 * comes on a loop of the {@link Database}; whoever asked goes on where it came from, so
 * that the database's loops are free for the next answer, and a response is written by
 * the loop that owns its connection.
 */
@Component
public class EventLoops {

	private static final Executor HERE = Runnable::run;

	private final EventLoopGroup loops;

	EventLoops(ReactorResourceFactory resources) {
		this.loops = resources.getLoopResources().onServer(LoopResources.DEFAULT_NATIVE);
	}

	/**
	 * Runs tasks on the loop that this thread belongs to; at once, where it belongs to
	 * none or the loop is being closed.
	 */
	public Executor current() {
		for (EventExecutor loop : this.loops) {
			if (loop.inEventLoop()) {
				return new Loop(loop);
			}
		}
		return HERE;
	}

	/**
	 * One loop. Equal to another where it is the same loop.
	 */
	private record Loop(EventExecutor loop) implements Executor {

		@Override
		public void execute(Runnable task) {
			if (this.loop.inEventLoop() || this.loop.isShuttingDown()) {
				task.run();
			}
			else {
				this.loop.execute(task);
			}
		}

	}

}
