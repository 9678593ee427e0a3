package app.stockroom.live;

import java.util.List;

import app.stockroom.inventory.InventoryRecord;
import app.stockroom.ledger.Alert;
import app.stockroom.ledger.Entry;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger got at one sequence: the entry, and what it did to alerts. Its frames
 * are encoded when the first subscriber needs them and shared by all, on whatever
 * threads: a frame never changes, so the worst that can happen is that two threads encode
 * the same one at once.
 */
final class Change {

	/** What an entry takes in memory beside its texts, measured. */
	private static final int ENTRY_BYTES = 512;

	/** What a frame will take that is not encoded yet. */
	private static final int FRAME_BYTES = 640;

	private final String epoch;

	private final long sequence;

	private final @Nullable Entry entry;

	private final List<Alert> alerts;

	private @Nullable InventoryRecord record;

	private @Nullable Frame ledgerFrame;

	private @Nullable Frame stockFrame;

	private @Nullable Frame alertFrame;

	private int weight;

	Change(String epoch, Entry entry, List<Alert> alerts) {
		this(epoch, entry.sequence(), entry, alerts);
	}

	private Change(String epoch, long sequence, @Nullable Entry entry, List<Alert> alerts) {
		this.epoch = epoch;
		this.sequence = sequence;
		this.entry = entry;
		this.alerts = alerts;
	}

	/**
	 * A change as a reader of alerts sees it, for whom the entry was not read.
	 */
	static Change ofAlerts(String epoch, long sequence, List<Alert> alerts) {
		return new Change(epoch, sequence, null, alerts);
	}

	long sequence() {
		return this.sequence;
	}

	@Nullable Entry entry() {
		return this.entry;
	}

	/**
	 * The record as the entry left it, or null for an entry without one.
	 */
	@Nullable InventoryRecord record() {
		return this.record;
	}

	void record(InventoryRecord record) {
		this.record = record;
	}

	List<Alert> alerts() {
		return this.alerts;
	}

	@Nullable Frame ledgerFrame(EventEncoder encoder) {
		Frame frame = this.ledgerFrame;
		if (frame == null && this.entry != null) {
			frame = encoder.movement(this.epoch, this.entry);
			this.ledgerFrame = frame;
		}
		return frame;
	}

	@Nullable Frame stockFrame(EventEncoder encoder) {
		Frame frame = this.stockFrame;
		if (frame == null && this.entry != null) {
			frame = encodeStock(encoder, this.entry);
			this.stockFrame = frame;
		}
		return frame;
	}

	@Nullable Frame alertFrame(EventEncoder encoder) {
		Frame frame = this.alertFrame;
		if (frame == null && !this.alerts.isEmpty()) {
			frame = encoder.alerts(this.epoch, this.sequence, this.alerts, committedAt());
			this.alertFrame = frame;
		}
		return frame;
	}

	/**
	 * The frame of some of the alerts, for a subscriber whose filter drops the others.
	 */
	@Nullable Frame alertFrame(EventEncoder encoder, List<Alert> some) {
		if (some.size() == this.alerts.size()) {
			return alertFrame(encoder);
		}
		return some.isEmpty() ? null : encoder.alerts(this.epoch, this.sequence, some, committedAt());
	}

	/**
	 * About how many bytes of memory this takes, as estimated when it is first asked.
	 */
	int weight() {
		if (this.weight == 0) {
			this.weight = ENTRY_BYTES + weight(this.ledgerFrame) + weight(this.stockFrame);
		}
		return this.weight;
	}

	private static int weight(@Nullable Frame frame) {
		return (frame != null) ? frame.bytes().length : FRAME_BYTES;
	}

	/** When the entry was written, as frames tell it. */
	private long committedAt() {
		return (this.entry != null) ? Frame.micros(this.entry.createdAt()) : Frame.UNTIMED;
	}

	private @Nullable Frame encodeStock(EventEncoder encoder, Entry of) {
		if (this.record != null) {
			return encoder.stock(this.epoch, of, this.record);
		}
		return (of.subject() != null) ? encoder.catalog(this.epoch, of, of.subject()) : null;
	}

}
