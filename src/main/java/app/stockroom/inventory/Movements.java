package app.stockroom.inventory;

import java.util.Map;

import app.stockroom.ledger.Entries;
import app.stockroom.ledger.Entry;
import app.stockroom.platform.Page;
import app.stockroom.platform.PageRequest;
import app.stockroom.tenancy.Listing;
import app.stockroom.tenancy.Reads;
import app.stockroom.tenancy.TenantId;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Repository;

/**
 * The entries of a tenant's ledger as a list, the newest first.
 */
@Repository
class Movements {

	private final Listing<Entry> listing;

	private final Reads reads;

	Movements(Entries entries, Reads reads) {
		this.listing = new Listing<>(Entries.SELECT, Map.of(), "sequence desc", entries::entry);
		this.reads = reads;
	}

	Mono<Page<Entry>> list(TenantId tenant, MovementFilter filter, PageRequest page) {
		return this.listing.page(this.reads, tenant, filter.conditions(), page);
	}

}
