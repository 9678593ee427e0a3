package app.stockroom.live;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

import app.stockroom.inventory.InventoryRecord;
import app.stockroom.ledger.Alert;
import app.stockroom.ledger.Entry;
import app.stockroom.ledger.Position;
import app.stockroom.platform.Problems;
import app.stockroom.platform.Refusal;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.stereotype.Component;

/**
 * Writes the feed's events in the form of
 * <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-Sent
 * Events</a>.
 */
@Component
class EventEncoder {

	private final JsonMapper json;

	EventEncoder(JsonMapper json) {
		this.json = json;
	}

	Frame movement(String epoch, Entry entry) {
		return frame(epoch, entry, entry.sequence(), "movement", entry);
	}

	Frame stock(String epoch, Entry entry, InventoryRecord record) {
		return frame(epoch, entry, record.id(), "stock", record);
	}

	Frame catalog(String epoch, Entry entry, Entry.Subject subject) {
		return frame(epoch, entry, subject.id(), "catalog", CatalogEvent.of(entry.sequence(), subject));
	}

	/**
	 * Several alerts of one sequence: only the last event has the position, so that a
	 * reader who is cut off between two of them gets both again.
	 */
	Frame alerts(String epoch, long sequence, List<Alert> alerts, long committedAt) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		for (Alert alert : alerts) {
			boolean last = alert == alerts.getLast();
			bytes.writeBytes(event("alert", alert, last ? new Position(epoch, sequence).toString() : null));
		}
		return new Frame(sequence, sequence, bytes.toByteArray(), committedAt);
	}

	/**
	 * A record of the snapshot: without a position, because it is not one yet.
	 */
	byte[] snapshot(InventoryRecord record) {
		return event("stock", record, null);
	}

	byte[] openAlert(Alert alert) {
		return event("alert", alert, null);
	}

	byte[] ready(Position position) {
		return event("ready", position, position.toString());
	}

	/**
	 * An event and not a comment: a comment is invisible to scripts, which want to show
	 * that the feed is alive, and some client libraries forget the {@code id:} of a block
	 * without data.
	 */
	Frame heartbeat(Position position) {
		return new Frame(position.sequence(), Frame.HEARTBEAT, event("heartbeat", position, position.toString()),
				Frame.UNTIMED);
	}

	/**
	 * Tells the client to forget what it has. The empty position makes a browser forget
	 * that too, so that it is told once only.
	 */
	byte[] reset(String reason) {
		return event("reset", Map.of("reason", reason), "");
	}

	byte[] problem(Refusal refusal) {
		return event("problem", Problems.document(refusal), null);
	}

	/**
	 * Spreads the return of clients who lose their streams at the same moment.
	 */
	byte[] retry() {
		Duration spread = FeedLimits.RETRY_MAX.minus(FeedLimits.RETRY_MIN);
		long wait = FeedLimits.RETRY_MIN.toMillis() + ThreadLocalRandom.current().nextLong(spread.toMillis());
		return ("retry: " + wait + "\n\n").getBytes(StandardCharsets.US_ASCII);
	}

	private Frame frame(String epoch, Entry entry, Object key, String name, Object data) {
		return new Frame(entry.sequence(), key, event(name, data, new Position(epoch, entry.sequence()).toString()),
				Frame.micros(entry.createdAt()));
	}

	private byte[] event(String name, Object data, @Nullable String id) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
		bytes.writeBytes(("event: " + name + "\ndata: ").getBytes(StandardCharsets.US_ASCII));
		bytes.writeBytes(this.json.writeValueAsBytes(data));
		bytes.writeBytes(((id != null) ? "\nid: " + id + "\n\n" : "\n\n").getBytes(StandardCharsets.US_ASCII));
		return bytes.toByteArray();
	}

}
