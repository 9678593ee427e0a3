package app.stockroom.live;

import java.util.List;
import java.util.Set;
import java.util.UUID;

import app.stockroom.alerts.AlertFilter;
import app.stockroom.inventory.InventoryFilter;
import app.stockroom.inventory.InventoryRecord;
import app.stockroom.ledger.Alert;
import app.stockroom.ledger.Entry;
import app.stockroom.ledger.EntryType;
import app.stockroom.ledger.StockStatus;
import org.jspecify.annotations.Nullable;

/**
 * What one subscriber sees of a tenant's changes: its feed and its filter.
 */
sealed interface View {

	Feed feed();

	/**
	 * What a change says to the subscriber, or null if it says nothing.
	 */
	@Nullable Frame frame(Change change, EventEncoder encoder);

	/**
	 * The stock as it stands, and the catalogue that names it.
	 *
	 * @param filter what the subscriber asked for
	 * @param anyStatus the same, whatever the status
	 */
	record Stock(InventoryFilter filter, InventoryFilter anyStatus) implements View {

		Stock(InventoryFilter filter) {
			this(filter,
					new InventoryFilter(filter.productId(), filter.sku(), filter.warehouseId(), Set.of(), filter.q()));
		}

		@Override
		public Feed feed() {
			return Feed.STOCK;
		}

		@Override
		public @Nullable Frame frame(Change change, EventEncoder encoder) {
			Entry entry = change.entry();
			InventoryRecord record = change.record();
			if (entry == null) {
				return null;
			}
			boolean admitted = (record != null) ? admits(record, entry)
					: entry.type() == EntryType.CATALOG && entry.subject() != null && admits(entry.subject());
			return admitted ? change.stockFrame(encoder) : null;
		}

		/**
		 * A record that leaves the status that is asked for is shown once more, with its
		 * new one: otherwise the subscriber would show the old one for ever.
		 */
		private boolean admits(InventoryRecord after, Entry entry) {
			Set<StockStatus> statuses = this.filter.statuses();
			if (!this.anyStatus.matches(after)) {
				return false;
			}
			// What the thresholds were before they were set is not known here.
			return statuses.isEmpty() || entry.type() == EntryType.SETTINGS || statuses.contains(after.status())
					|| statuses
						.contains(StockStatus.of(after.quantity() - entry.delta(), after.minStock(), after.maxStock()));
		}

		/** The names of what is shown; everything else only to who sees everything. */
		private boolean admits(Entry.Subject subject) {
			UUID product = this.filter.productId();
			UUID warehouse = this.filter.warehouseId();
			return switch (subject.kind()) {
				case PRODUCT -> product == null || product.equals(subject.id());
				case WAREHOUSE -> warehouse == null || warehouse.equals(subject.id());
				case RESERVATION, TRANSFER -> product == null && warehouse == null && this.filter.statuses().isEmpty();
				case ALERT -> false;
			};
		}

	}

	/**
	 * The ledger.
	 *
	 * @param products entries of one of these products, or null for all
	 * @param warehouseId entries in this warehouse, or null for all
	 * @param inventoryId entries of this record, or null for all
	 * @param types entries of these types; empty is all
	 * @param reference entries with this reference, or null for all
	 */
	record Ledger(@Nullable Set<UUID> products, @Nullable UUID warehouseId, @Nullable UUID inventoryId,
			Set<EntryType> types, @Nullable String reference) implements View {

		@Override
		public Feed feed() {
			return Feed.LEDGER;
		}

		@Override
		public @Nullable Frame frame(Change change, EventEncoder encoder) {
			Entry entry = change.entry();
			return (entry != null && admits(entry)) ? change.ledgerFrame(encoder) : null;
		}

		private boolean admits(Entry entry) {
			return (this.products == null || (entry.productId() != null && this.products.contains(entry.productId())))
					&& (this.warehouseId == null || this.warehouseId.equals(entry.warehouseId()))
					&& (this.inventoryId == null || this.inventoryId.equals(entry.inventoryId()))
					&& (this.types.isEmpty() || this.types.contains(entry.type()))
					&& (this.reference == null || this.reference.equals(entry.reference()));
		}

	}

	/**
	 * The alerts.
	 *
	 * @param filter what the subscriber asked for
	 * @param products alerts of one of these products, or null for all
	 */
	record Alerts(AlertFilter filter, @Nullable Set<UUID> products) implements View {

		@Override
		public Feed feed() {
			return Feed.ALERTS;
		}

		@Override
		public @Nullable Frame frame(Change change, EventEncoder encoder) {
			return change.alerts().isEmpty() ? null
					: change.alertFrame(encoder, change.alerts().stream().filter(this::admits).toList());
		}

		/**
		 * Whether an alert is among those that are asked for.
		 */
		boolean shows(Alert alert) {
			return this.filter.matches(alert) && isOfProduct(alert);
		}

		/**
		 * Like a record and its status, an alert that leaves the state that is asked for
		 * is told once more.
		 */
		private boolean admits(Alert alert) {
			Alert.State left = left(alert);
			return shows(alert) || (left != null && this.filter.states().contains(left)
					&& this.filter.inAnyState().matches(alert) && isOfProduct(alert));
		}

		private boolean isOfProduct(Alert alert) {
			return this.products == null || this.products.contains(alert.productId());
		}

		private static Alert.@Nullable State left(Alert alert) {
			return switch (alert.state()) {
				case OPEN -> null;
				case ACKNOWLEDGED -> Alert.State.OPEN;
				case RESOLVED -> (alert.acknowledgedAt() != null) ? Alert.State.ACKNOWLEDGED : Alert.State.OPEN;
			};
		}

	}

}
