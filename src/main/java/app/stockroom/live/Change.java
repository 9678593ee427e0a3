package app.stockroom.live;

import java.util.List;

import app.stockroom.inventory.InventoryRecord;
import app.stockroom.ledger.Alert;
import app.stockroom.ledger.Entry;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger got at one sequence: the entry, and what it did to alerts. Its frames
 * are encoded when the first subscriber needs them and shared by all; so a change belongs
 * to one thread at a time.
 */
final class Change {

	private final String epoch;

	private final long sequence;

	private final @Nullable Entry entry;

	private final List<Alert> alerts;

	private @Nullable InventoryRecord record;

	private @Nullable Frame ledgerFrame;

	private @Nullable Frame stockFrame;

	private @Nullable Frame alertFrame;

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
		if (this.ledgerFrame == null && this.entry != null) {
			this.ledgerFrame = encoder.movement(this.epoch, this.entry);
		}
		return this.ledgerFrame;
	}

	@Nullable Frame stockFrame(EventEncoder encoder) {
		if (this.stockFrame == null && this.record != null) {
			this.stockFrame = encoder.stock(this.epoch, this.sequence, this.record);
		}
		else if (this.stockFrame == null && this.entry != null && this.entry.subject() != null) {
			this.stockFrame = encoder.catalog(this.epoch, this.sequence, this.entry.subject());
		}
		return this.stockFrame;
	}

	@Nullable Frame alertFrame(EventEncoder encoder) {
		if (this.alertFrame == null && !this.alerts.isEmpty()) {
			this.alertFrame = encoder.alerts(this.epoch, this.sequence, this.alerts);
		}
		return this.alertFrame;
	}

	/**
	 * The frame of some of the alerts, for a subscriber whose filter drops the others.
	 */
	@Nullable Frame alertFrame(EventEncoder encoder, List<Alert> some) {
		if (some.size() == this.alerts.size()) {
			return alertFrame(encoder);
		}
		return some.isEmpty() ? null : encoder.alerts(this.epoch, this.sequence, some);
	}

}
