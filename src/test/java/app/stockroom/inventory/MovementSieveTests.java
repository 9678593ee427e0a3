package app.stockroom.inventory;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.ledger.Entries;
import app.stockroom.ledger.Entry;
import app.stockroom.ledger.EntryType;
import app.stockroom.platform.Page;
import app.stockroom.platform.PageRequest;
import app.stockroom.tenancy.Reads;
import app.stockroom.tenancy.Rows;
import app.stockroom.tenancy.Tenants;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Filters that no index has in order, where a page may look at a few entries only: it is
 * short, and nothing is lost.
 */
@StockroomTest
class MovementSieveTests {

	private static final int LIMIT = 3;

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@Autowired
	Entries entries;

	@Autowired
	Reads reads;

	private TenantClient client;

	private UUID product;

	private UUID north;

	private UUID record;

	private int pages;

	private int shortPages;

	/** Some 500 entries: most refer to the till, and few of those are of the product. */
	@BeforeEach
	void fill() {
		this.client = TenantClient.open(this.web, this.tenants);
		this.product = UUID.fromString(this.client.product("A"));
		this.client.product("B");
		this.north = UUID.fromString(this.client.warehouse("North"));
		String movements = IntStream.range(0, 490)
			.mapToObj((i) -> "{\"sku\": \"%s\", \"type\": \"%s\", \"quantity\": 1, \"reference\": \"%s\"%s}".formatted(
					(i % 61 == 0) ? "A" : "B", (i % 7 == 3) ? "ADJUSTMENT" : "IN", (i % 5 == 0) ? "shelf" : "till",
					(i % 4 == 0) ? ", \"warehouseId\": \"%s\"".formatted(this.north) : ""))
			.collect(Collectors.joining(",", "[", "]"));
		this.client.post("/api/stock-movements/batch?atomic=true", movements).expect(200);
		this.record = UUID.fromString(this.client.stock(this.product.toString()).get("id").asString());
	}

	@Test
	void everyCombinationIsFoundWholeHoweverLittleAPageLooksAt() {
		List<Set<EntryType>> types = List.of(Set.of(), Set.of(EntryType.ADJUSTMENT), Set.of(EntryType.REVERSAL), Set
			.of(EntryType.ADJUSTMENT, EntryType.OPENING, EntryType.CATALOG, EntryType.COMMIT, EntryType.SETTINGS));
		for (int searched : new int[] { 1, 25, 20_000 }) {
			Movements movements = new Movements(this.entries, this.reads, searched);
			for (Set<EntryType> type : types) {
				for (String reference : new String[] { null, "till", "shelf", "none" }) {
					for (Object place : new Object[] { "", "A", this.product, this.north, this.record }) {
						MovementFilter filter = filter(place, type, reference);
						if (searched > 1 || place.equals("A")) {
							compare(movements, filter, true);
							compare(movements, filter, false);
						}
					}
				}
			}
		}
		assertThat(this.shortPages).isGreaterThan(20).isLessThan(this.pages);
	}

	private MovementFilter filter(Object place, Set<EntryType> types, @Nullable String reference) {
		return new MovementFilter((place == this.product) ? this.product : null, place.equals("A") ? "A" : null,
				(place == this.north) ? this.north : null, (place == this.record) ? this.record : null, types,
				reference, null, 480L, null, null);
	}

	private void compare(Movements movements, MovementFilter filter, boolean descending) {
		Rows<Entry> rows = movements.rows(this.client.tenant(), filter).block();
		List<Long> all = rows.all(request(descending, null), (_) -> {
		}).map(Entry::sequence).collectList().block();
		Page<Entry> page = rows.page(request(descending, null)).block();
		if (page.totalIsLowerBound() == null) {
			assertThat(page.total()).as("%s", filter).isEqualTo(all.size());
		}
		else {
			assertThat(page.total()).as("%s", filter).isLessThanOrEqualTo(all.size());
		}
		List<Long> found = new ArrayList<>(sequences(page));
		while (page.nextCursor() != null) {
			this.pages++;
			this.shortPages += (page.items().size() < LIMIT) ? 1 : 0;
			page = rows.page(request(descending, page.nextCursor())).block();
			found.addAll(sequences(page));
		}
		assertThat(found).as("%s %s", filter, descending).isEqualTo(all);
	}

	@Test
	void whatIsRareInAnotherIndexIsFoundAtOnce() {
		Movements movements = new Movements(this.entries, this.reads, 25);
		Rows<Entry> rows = movements.rows(this.client.tenant(), filter(this.product, Set.of(), "till")).block();
		Page<Entry> page = rows.page(new PageRequest(1, 50, null, null, null, "")).block();
		assertThat(page.items()).isNotEmpty().isEqualTo(rows.all(request(true, null), (_) -> {
		}).collectList().block());
		assertThat(page.total()).isEqualTo(page.items().size());
		assertThat(page.totalIsLowerBound()).isNull();
		assertThat(page.nextCursor()).isNull();
	}

	private static List<Long> sequences(Page<Entry> page) {
		return page.items().stream().map(Entry::sequence).toList();
	}

	private PageRequest request(boolean descending, @Nullable String cursor) {
		return new PageRequest(1, LIMIT, "sequence", descending, cursor, "");
	}

}
