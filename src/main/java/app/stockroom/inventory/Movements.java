package app.stockroom.inventory;

import java.util.Map;

import app.stockroom.ledger.Entries;
import app.stockroom.ledger.Entry;
import app.stockroom.tenancy.Listing;
import app.stockroom.tenancy.Reads;
import app.stockroom.tenancy.Rows;
import app.stockroom.tenancy.Sort;
import app.stockroom.tenancy.TenantId;

import org.springframework.stereotype.Repository;

/**
 * The entries of a tenant's ledger as a list, the newest first.
 */
@Repository
class Movements {

	private static final Sort KEY = Sort.whole("sequence");

	private final Listing<Entry> listing;

	private final Reads reads;

	Movements(Entries entries, Reads reads) {
		this.listing = new Listing<>(Entries.SELECT, Map.of("sequence", KEY), KEY, true, entries::entry);
		this.reads = reads;
	}

	Rows<Entry> rows(TenantId tenant, MovementFilter filter) {
		return this.listing.rows(this.reads, tenant, filter.conditions());
	}

}
