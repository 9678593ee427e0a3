package app.stockroom.alerts;

import java.util.Map;

import app.stockroom.ledger.Alert;
import app.stockroom.ledger.Alerts;
import app.stockroom.platform.Table;
import app.stockroom.tenancy.Listing;
import app.stockroom.tenancy.Reads;
import app.stockroom.tenancy.Rows;
import app.stockroom.tenancy.Sort;
import app.stockroom.tenancy.TenantId;

import org.springframework.stereotype.Repository;

/**
 * All alerts of a tenant as a list, the newest first.
 */
@Repository
class AlertList {

	private static final String SELECT = """
			select a.id, a.opened_sequence,
			  alert_state(a, greatest(a.opened_sequence, a.acknowledged_sequence, a.resolved_sequence))::text as state
			from alert a
			where a.tenant_id = $1
			""";

	/** One entry opens one alert at most. */
	private static final Sort KEY = Sort.whole("opened_sequence");

	private static final Table<Alert> TABLE = Table.<Alert>named("alerts")
		.plain("id", Alert::id)
		.plain("sequence", Alert::sequence)
		.plain("kind", Alert::kind)
		.plain("state", Alert::state)
		.plain("inventoryId", Alert::inventoryId)
		.plain("productId", Alert::productId)
		.plain("warehouseId", Alert::warehouseId)
		.plain("quantity", Alert::quantity)
		.plain("minStock", Alert::minStock)
		.plain("openedAt", Alert::openedAt)
		.plain("openedSequence", Alert::openedSequence)
		.plain("acknowledgedAt", Alert::acknowledgedAt)
		.text("acknowledgedBy", Alert::acknowledgedBy)
		.plain("acknowledgedSequence", Alert::acknowledgedSequence)
		.plain("resolvedAt", Alert::resolvedAt)
		.plain("resolvedSequence", Alert::resolvedSequence);

	private final Listing<Alert> listing;

	private final Reads reads;

	AlertList(Alerts alerts, Reads reads) {
		this.listing = new Listing<>(SELECT, Map.of("openedAt", KEY), KEY, true, alerts::alert, TABLE);
		this.reads = reads;
	}

	Rows<Alert> rows(TenantId tenant, AlertFilter filter) {
		return this.listing.rows(this.reads, tenant, filter.conditions());
	}

}
