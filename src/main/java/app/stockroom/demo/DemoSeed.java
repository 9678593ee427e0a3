package app.stockroom.demo;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;

import app.stockroom.ledger.CatalogChange;
import app.stockroom.ledger.Command;
import app.stockroom.ledger.Entries;
import app.stockroom.ledger.Entry.SubjectKind;
import app.stockroom.ledger.EntryType;
import app.stockroom.ledger.Ledger;
import app.stockroom.ledger.Outcome;
import app.stockroom.platform.Ids;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import app.stockroom.sales.ProductSales;
import app.stockroom.sales.SaleLine;
import app.stockroom.tenancy.TenantId;
import app.stockroom.tenancy.Tenants;
import app.stockroom.warehouses.Warehouses;
import io.r2dbc.spi.R2dbcDataIntegrityViolationException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.stereotype.Component;

/**
 * Seeds tenant {@code demo}. Everything has a fixed id, a unique name or a key, so that a
 * seed which was cut off is completed at the next start, and one that is complete is left
 * as people have changed it since.
 */
@Component
class DemoSeed {

	static final TenantId TENANT = new TenantId(UUID.fromString("00000000-0000-7000-8000-00000000d3e0"));

	/** The length of the complete ledger, known without reading the sample. */
	static final long ENTRIES = 1_550;

	private static final UUID SHOP = UUID.fromString("00000000-0000-7000-8000-00000000d3e1");

	private static final String ACTOR = "demo";

	private static final String ACTIVE = "ACTIVE";

	private static final long MIN_STOCK = 10;

	private static final long MAX_STOCK = 1000;

	/** Far below the tenant's queue, so that a visitor's change does not wait. */
	private static final int IN_FLIGHT = 64;

	private final Tenants tenants;

	private final Warehouses warehouses;

	private final Ledger ledger;

	private final Entries entries;

	private final JsonMapper json;

	DemoSeed(Tenants tenants, Warehouses warehouses, Ledger ledger, Entries entries, JsonMapper json) {
		this.tenants = tenants;
		this.warehouses = warehouses;
		this.ledger = ledger;
		this.entries = entries;
		this.json = json;
	}

	/**
	 * Opens the tenant unless it was opened before.
	 */
	Mono<Void> open() {
		return this.entries.position(TENANT).hasElement().filter((known) -> !known).flatMap((_) -> openNow()).then();
	}

	private Mono<Void> openNow() {
		return this.tenants.open(TENANT, "demo", MIN_STOCK, MAX_STOCK)
			.then()
			// Another process was faster; both may go on, the keys keep them apart.
			.onErrorComplete(R2dbcDataIntegrityViolationException.class);
	}

	/**
	 * Brings the open tenant to its full stock.
	 * @return what was seeded; empty if there was nothing to do
	 */
	Mono<DemoData> seed() {
		return isDue().filter((due) -> due)
			.flatMap((due) -> Mono.fromCallable(DemoData::read).subscribeOn(Schedulers.boundedElastic()))
			.flatMap((data) -> createShop().thenMany(create(data)).then().thenReturn(data));
	}

	/** A demo that was deleted stays deleted. */
	private Mono<Boolean> isDue() {
		return this.entries.position(TENANT)
			.filter((position) -> position.sequence() < ENTRIES)
			.flatMap((_) -> this.tenants.find(TENANT).hasElement())
			.defaultIfEmpty(false);
	}

	private Mono<?> createShop() {
		return this.warehouses.find(TENANT, SHOP)
			.cast(Object.class)
			.onErrorResume(is(Problem.NOT_FOUND), (missing) -> create(SubjectKind.WAREHOUSE, SHOP,
					new NewWarehouse("High Street", "London", ACTIVE)));
	}

	/**
	 * One step after the other: a product must be there before its stock, that before its
	 * sales.
	 */
	private Flux<?> create(DemoData data) {
		Flux<Object> products = Flux.fromIterable(data.shelves())
			.flatMap((shelf) -> createProduct(shelf.product()), IN_FLIGHT);
		Flux<Object> mainStock = Flux.fromIterable(data.shelves())
			.flatMap((shelf) -> post("main:" + shelf.sku(), shelf.mainStock()), IN_FLIGHT);
		Flux<Object> shopStock = Flux.fromIterable(data.shelves())
			.filter(Shelf::inShop)
			.flatMap((shelf) -> post("shop:" + shelf.sku(), shelf.shopStock(SHOP)), IN_FLIGHT);
		Flux<Object> sales = Flux.fromIterable(data.sales())
			.flatMap((sale) -> post("sale:" + sale.number(), List.of(line(sale))), IN_FLIGHT);
		return Flux.concat(products, mainStock, shopStock, sales);
	}

	private Mono<?> createProduct(ProductSales product) {
		return create(SubjectKind.PRODUCT, Ids.next(),
				new NewProduct(product.sku(), product.name(), product.price(), List.of(), ACTIVE))
			.onErrorResume(is(Problem.SKU_TAKEN), (seeded) -> Mono.empty());
	}

	private Mono<Object> create(SubjectKind kind, UUID id, Object state) {
		return this.ledger
			.change(TENANT,
					new CatalogChange(kind, id, CatalogChange.Action.CREATE, null, this.json.writeValueAsString(state),
							ACTOR))
			.cast(Object.class);
	}

	/**
	 * A refusal is no failure: a visitor may have sold the piece that the seed wanted to
	 * sell.
	 */
	private Mono<Outcome> post(String name, List<Command.Line> lines) {
		String key = "demo:" + name;
		UUID fingerprint = UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8));
		return this.ledger.post(TENANT, new Command(ACTOR, lines, new Command.Key(key, fingerprint)));
	}

	private static Command.Line line(SaleLine sale) {
		return new Command.Line(new Command.ProductRef(null, sale.sku()), null,
				(sale.quantity() > 0) ? EntryType.OUT : EntryType.IN, -sale.quantity(), 0,
				new Command.Note(null, sale.invoice(), sale.at()), null);
	}

	private static Predicate<Throwable> is(Problem problem) {
		return (error) -> error instanceof Refusal refusal && refusal.problem() == problem;
	}

	/** A product's state, in the words of its table. */
	record NewProduct(String sku, String name, @Nullable BigDecimal price, List<String> barcodes, String status) {
	}

	/** A warehouse's state, in the words of its table. */
	record NewWarehouse(String name, String location, String status) {
	}

}
