package app.stockroom.live;

import org.springframework.stereotype.Component;

/**
 * What a stream begins from.
 *
 * @param feeds the live feeds
 * @param replays the past
 * @param snapshots stock and alerts as they stand
 * @param encoder writes events
 * @param metrics counts
 */
@Component
record Sources(Feeds feeds, Replays replays, Snapshots snapshots, EventEncoder encoder, FeedMetrics metrics) {
}
