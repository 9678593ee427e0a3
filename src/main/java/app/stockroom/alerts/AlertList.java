package app.stockroom.alerts;

import java.util.Map;

import app.stockroom.ledger.Alert;
import app.stockroom.ledger.Alerts;
import app.stockroom.platform.Page;
import app.stockroom.platform.PageRequest;
import app.stockroom.tenancy.Listing;
import app.stockroom.tenancy.Reads;
import app.stockroom.tenancy.TenantId;
import reactor.core.publisher.Mono;

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

	private final Listing<Alert> listing;

	private final Reads reads;

	AlertList(Alerts alerts, Reads reads) {
		this.listing = new Listing<>(SELECT, Map.of(), "opened_sequence desc, id", alerts::alert);
		this.reads = reads;
	}

	Mono<Page<Alert>> page(TenantId tenant, AlertFilter filter, PageRequest page) {
		return this.listing.page(this.reads, tenant, filter.conditions(), page);
	}

}
