package app.stockroom.live;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The subscribers of one tenant whose connections belong to the same thread: what there
 * is for all of them is handed to that thread once, which then writes to one after the
 * other. They are handed over in the order of the worker's steps.
 */
final class Lane {

	private static final Logger log = LoggerFactory.getLogger(Lane.class);

	private final Executor loop;

	private final EventEncoder encoder;

	/** Belongs to the loop. */
	private final List<FeedSubscriber> subscribers = new ArrayList<>();

	/** How many there are when all steps are done; belongs to the worker. */
	private int size;

	/**
	 * A lane.
	 * @param loop the thread
	 * @param encoder writes what somebody is sent away with who cannot be served
	 */
	Lane(Executor loop, EventEncoder encoder) {
		this.loop = loop;
		this.encoder = encoder;
	}

	void add(FeedSubscriber subscriber) {
		this.size++;
		this.loop.execute(() -> this.subscribers.add(subscriber));
	}

	void remove(FeedSubscriber subscriber) {
		this.size--;
		this.loop.execute(() -> this.subscribers.remove(subscriber));
	}

	boolean isEmpty() {
		return this.size == 0;
	}

	/**
	 * Does the same for every subscriber.
	 */
	void each(Consumer<FeedSubscriber> step) {
		this.loop.execute(() -> {
			for (FeedSubscriber subscriber : this.subscribers) {
				try {
					step.accept(subscriber);
				}
				catch (RuntimeException ex) {
					// One who cannot be served is sent away, to come back for what it
					// missed; the others must not miss anything because of it.
					log.error("A subscriber of tenant {} could not be served", subscriber.tenant(), ex);
					subscriber.end(this.encoder.retry());
				}
			}
		});
	}

}
