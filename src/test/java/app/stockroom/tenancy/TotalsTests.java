package app.stockroom.tenancy;

import java.util.Map;
import java.util.List;
import java.util.UUID;

import app.stockroom.StockroomTest;
import app.stockroom.ledger.Ledger;
import app.stockroom.ledger.Shop;
import app.stockroom.platform.PageRequest;
import app.stockroom.platform.Table;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Autowired;

import static app.stockroom.platform.Columns.required;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whether a total that is remembered is told: these remember a wrong one, to see when it
 * is.
 */
@StockroomTest
class TotalsTests {

	private static final long WRONG = 7777;

	private static final String SQL = "select p.id from product p where p.tenant_id = $1\n";

	private static final Listing<UUID> LISTING = new Listing<>(SQL, Map.of(), Sort.id("id"), false,
			(row) -> required(row, "id", UUID.class), Table.named("products"));

	@Autowired
	private Reads reads;

	@Autowired
	private Ledger ledger;

	@Autowired
	private Tenants tenants;

	private Shop shop;

	private UUID product;

	@BeforeEach
	void open() {
		this.shop = Shop.open(this.ledger, this.tenants);
		this.product = this.shop.product("A", 1);
		assertThat(total()).isEqualTo(1);
	}

	@Test
	void nothingIsCountedWhileTheLedgerStandsStill() {
		lie();
		assertThat(total()).isEqualTo(WRONG);
		assertThat(totalOfTheUntold()).isEqualTo(1);
		lieAboutTheUntold();
		assertThat(totalOfTheUntold()).isEqualTo(WRONG);
	}

	@Test
	void entriesThatCannotChangeTheListAreLookedThroughUpToTheLimit() {
		lie();
		move(Totals.ENTRIES_LOOKED_THROUGH);
		assertThat(total()).isEqualTo(WRONG);
		// That page stood at a later position, which is the one to go on from.
		move(Totals.ENTRIES_LOOKED_THROUGH);
		assertThat(total()).isEqualTo(WRONG);
		move(Totals.ENTRIES_LOOKED_THROUGH + 1);
		assertThat(total()).isEqualTo(1);
	}

	@Test
	void oneEntryThatCanChangeTheListIsFoundAmongOthers() {
		lie();
		move(Totals.ENTRIES_LOOKED_THROUGH / 2);
		this.shop.product("B", 0);
		move(10);
		assertThat(total()).isEqualTo(2);
	}

	@Test
	void anyEntryCountsWhereItIsNotKnownWhatChangesTheList() {
		lieAboutTheUntold();
		move(1);
		assertThat(totalOfTheUntold()).isEqualTo(1);
	}

	@Test
	void anotherEpochForgets() {
		Totals.Known known = this.reads.totals().of(list(this.shop.tenant()));
		keep(new Totals.Known("00000000", known.sequence(), WRONG));
		assertThat(total()).isEqualTo(1);
		assertThat(this.reads.totals().of(list(this.shop.tenant()))).isEqualTo(known);
		keep(new Totals.Known("00000000", known.sequence() - 1, WRONG));
		assertThat(total()).isEqualTo(1);
	}

	/** As after a restored backup that nobody gave a new epoch. */
	@Test
	void aPositionBehindTheLedgersEndIsNotBelieved() {
		Totals.Known known = this.reads.totals().of(list(this.shop.tenant()));
		keep(new Totals.Known(known.epoch(), known.sequence() + 1, WRONG));
		assertThat(total()).isEqualTo(1);
	}

	@Test
	void everyTenantAndEveryFilterHasItsOwn() {
		lie();
		Shop other = Shop.open(this.ledger, this.tenants);
		other.product("A", 1);
		assertThat(total(LISTING.rows(this.reads, other.tenant(), new Conditions(), "m.subject_kind = 1")))
			.isEqualTo(1);
		assertThat(total(LISTING.rows(this.reads, this.shop.tenant(), new Conditions().and("p.sku = ?", "A"), "false")))
			.isEqualTo(1);
		assertThat(total(LISTING.rows(this.reads, this.shop.tenant(), new Conditions().and("p.sku = ?", "B"), "false")))
			.isZero();
		assertThat(total()).isEqualTo(WRONG);
	}

	@Test
	void asManyListsAreRememberedAsTheLimitSays() {
		Totals totals = new Totals();
		for (int i = 0; i < Totals.LISTS; i++) {
			totals.keep(list(i), new Totals.Known("e", i, i));
		}
		assertThat(totals.size()).isEqualTo(Totals.LISTS);
		totals.keep(list(-1), new Totals.Known("e", 0, 0));
		assertThat(totals.size()).isEqualTo(Totals.LISTS);
	}

	private Totals.Filtered list(int number) {
		return new Totals.Filtered(this.shop.tenant(), SQL, "and p.sku = $2", List.of(Integer.toString(number)));
	}

	private static Totals.Filtered list(TenantId tenant) {
		return new Totals.Filtered(tenant, SQL, "", List.of());
	}

	private void lie() {
		Totals.Known known = this.reads.totals().of(list(this.shop.tenant()));
		assertThat(known.total()).isEqualTo(1);
		keep(new Totals.Known(known.epoch(), known.sequence(), WRONG));
	}

	private void keep(Totals.Known known) {
		this.reads.totals().keep(list(this.shop.tenant()), known);
	}

	/** With a condition of its own, and so a place of its own. */
	private void lieAboutTheUntold() {
		assertThat(totalOfTheUntold()).isEqualTo(1);
		Totals.Filtered list = new Totals.Filtered(this.shop.tenant(), SQL, "and true\n", List.of());
		Totals.Known known = this.reads.totals().of(list);
		this.reads.totals().keep(list, new Totals.Known(known.epoch(), known.sequence(), WRONG));
	}

	private void move(int entries) {
		Flux.range(0, entries)
			.flatMap((i) -> this.ledger.post(this.shop.tenant(),
					Shop.command((i % 2 == 0) ? Shop.in(this.product, 1) : Shop.out(this.product, 1))), 200)
			.blockLast();
	}

	private long total() {
		return total(LISTING.rows(this.reads, this.shop.tenant(), new Conditions(), "m.subject_kind = 1"));
	}

	private long totalOfTheUntold() {
		return total(LISTING.rows(this.reads, this.shop.tenant(), new Conditions().and("true")));
	}

	private static long total(Rows<UUID> rows) {
		return rows.page(new PageRequest(1, 50, null, null, null, "/")).map((page) -> page.total()).block();
	}

}
