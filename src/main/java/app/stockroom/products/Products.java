package app.stockroom.products;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

import app.stockroom.ledger.CatalogChange;
import app.stockroom.ledger.CatalogChange.Action;
import app.stockroom.ledger.Entry;
import app.stockroom.ledger.Ledger;
import app.stockroom.platform.Ids;
import app.stockroom.platform.IfMatch;
import app.stockroom.platform.Patch;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Table;
import app.stockroom.tenancy.Caller;
import app.stockroom.tenancy.Conditions;
import app.stockroom.tenancy.Listing;
import app.stockroom.tenancy.Reads;
import app.stockroom.tenancy.Rows;
import app.stockroom.tenancy.Sort;
import app.stockroom.tenancy.TenantId;
import io.r2dbc.spi.Readable;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.stereotype.Repository;

import static app.stockroom.platform.Columns.required;

/**
 * The products of a tenant. Reads leave out what is deleted; changes go through the
 * ledger, so that each has a sequence.
 */
@Repository
public class Products {

	static final String LIVE = "p.deleted_at is null";

	static final Table<Product> TABLE = Table.<Product>named("products")
		.plain("id", Product::id)
		.text("sku", Product::sku)
		.text("name", Product::name)
		.text("description", Product::description)
		.plain("price", Product::price)
		.json("barcodes", (product) -> product.barcodes().isEmpty() ? null : product.barcodes())
		.plain("status", Product::status)
		.plain("version", Product::version)
		.plain("createdAt", Product::createdAt)
		.plain("updatedAt", Product::updatedAt)
		.plain("deletedAt", Product::deletedAt);

	static final Listing<Product> LISTING = new Listing<>("""
			select p.id, p.sku, p.name, p.description, p.price, p.barcodes, p.status, p.version, p.created_at,
			  p.updated_at, p.deleted_at
			from product p
			where p.tenant_id = $1
			""",
			// What has no price comes before what costs nothing.
			Map.of("sku", Sort.text("sku"), "name", Sort.text("name"), "price", Sort.decimal("coalesce(price, -1)"),
					"status", Sort.text("status"), "createdAt", Sort.time("created_at"), "updatedAt",
					Sort.time("updated_at")),
			Sort.id("id"), false, Products::product, TABLE);

	private static final String NAMED = """
			select w.word, p.id from unnest($2) w(word)
			join product p on p.tenant_id = $1 and p.id = product_named_1($1, w.word)
			""";

	private static final String WITH_SKU = """
			select p.id from product p where p.tenant_id = $1 and p.sku = $2 and p.deleted_at is null
			""";

	private final Reads reads;

	private final Ledger ledger;

	private final JsonMapper json;

	Products(Reads reads, Ledger ledger, JsonMapper json) {
		this.reads = reads;
		this.ledger = ledger;
		this.json = json;
	}

	/**
	 * Finds a live product.
	 * @return the product, or the error {@code not-found}
	 */
	public Mono<Product> find(TenantId tenant, UUID id) {
		return find(tenant, new Conditions().and("p.id = ?", id).and(LIVE));
	}

	/**
	 * Finds a product, also one that was deleted.
	 */
	Mono<Product> findEver(TenantId tenant, UUID id) {
		return find(tenant, new Conditions().and("p.id = ?", id));
	}

	private Mono<Product> find(TenantId tenant, Conditions conditions) {
		return this.reads.one(tenant, LISTING.sql() + conditions.sql(), conditions::bind, LISTING.item())
			.switchIfEmpty(Mono.error(() -> Problem.NOT_FOUND.because("There is no product with this id.")));
	}

	/**
	 * Finds the id of the live product with exactly this SKU; empty if there is none.
	 */
	public Mono<UUID> withSku(TenantId tenant, String sku) {
		return this.reads.one(tenant, WITH_SKU, (statement) -> statement.bind("$2", sku),
				(row) -> required(row, "id", UUID.class));
	}

	/**
	 * Finds the ids of live products by the words that name them: SKUs or barcodes. What
	 * there is not is left out.
	 */
	public Mono<Map<String, UUID>> ids(TenantId tenant, Collection<String> words) {
		return words
			.isEmpty()
					? Mono.just(Map.of())
					: this.reads
						.list(tenant, NAMED, (statement) -> statement.bind("$2", words.toArray(String[]::new)),
								(row) -> Map.entry(required(row, "word", String.class),
										required(row, "id", UUID.class)))
						.map((named) -> named.stream()
							.collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
	}

	/**
	 * Finds live products by their SKUs; what there is not is left out.
	 */
	Mono<Map<String, Product>> bySku(TenantId tenant, Collection<String> skus) {
		return skus.isEmpty() ? Mono.just(Map.of())
				: this.reads
					.list(tenant, LISTING.sql() + "and p.deleted_at is null and p.sku = any($2)",
							(statement) -> statement.bind("$2", skus.toArray(String[]::new)), LISTING.item())
					.map((products) -> products.stream().collect(Collectors.toMap(Product::sku, Function.identity())));
	}

	Rows<Product> rows(TenantId tenant, ProductFilter filter) {
		return LISTING.rows(this.reads, tenant, filter.conditions(), "m.subject_kind = 1");
	}

	/**
	 * Creates a product and its record in the default warehouse.
	 */
	Mono<Product> create(Caller caller, Product.Details details) {
		return this.ledger.change(caller.tenant(), creation(caller, details)).map(this::product);
	}

	/**
	 * Changes a product. What changes nothing writes nothing.
	 */
	Mono<Product> update(Caller caller, UUID id, IfMatch seen, Patch<Product.Change> patch) {
		return seen.attempt(find(caller.tenant(), id).doOnNext(seen::check).flatMap((product) -> {
			Product.Details details = Product.Change.on(product, patch);
			return details.equals(product.details()) ? Mono.just(product)
					: this.ledger.change(caller.tenant(), update(caller, product, details)).map(this::product);
		}));
	}

	CatalogChange creation(Caller caller, Product.Details details) {
		return new CatalogChange(Entry.SubjectKind.PRODUCT, Ids.next(), Action.CREATE, null,
				this.json.writeValueAsString(details), caller.subject());
	}

	CatalogChange update(Caller caller, Product product, Product.Details details) {
		return change(caller, product, Action.UPDATE, this.json.writeValueAsString(details));
	}

	/**
	 * Deletes a product that has no stock; its history stays.
	 */
	Mono<Entry> delete(Caller caller, UUID id, IfMatch seen) {
		return seen.attempt(find(caller.tenant(), id).doOnNext(seen::check)
			.flatMap((product) -> write(caller, product, Action.DELETE, null)));
	}

	/**
	 * Brings a deleted product back.
	 */
	Mono<Product> restore(Caller caller, UUID id, IfMatch seen) {
		return seen.attempt(findEver(caller.tenant(), id).doOnNext(seen::check)
			.flatMap((product) -> write(caller, product, Action.RESTORE, null))
			.map(this::product));
	}

	private Mono<Entry> write(Caller caller, Product product, Action action, @Nullable String state) {
		return this.ledger.change(caller.tenant(), change(caller, product, action, state));
	}

	private static CatalogChange change(Caller caller, Product product, Action action, @Nullable String state) {
		return new CatalogChange(Entry.SubjectKind.PRODUCT, product.id(), action, product.version(), state,
				caller.subject());
	}

	private Product product(Entry entry) {
		return this.json.treeToValue(Objects.requireNonNull(entry.subject()).state(), Product.class);
	}

	private static Product product(Readable row) {
		return new Product(required(row, "id", UUID.class), required(row, "sku", String.class),
				required(row, "name", String.class), row.get("description", String.class),
				row.get("price", BigDecimal.class), List.of(required(row, "barcodes", String[].class)),
				Product.Status.valueOf(required(row, "status", String.class)), required(row, "version", Long.class),
				required(row, "created_at", Instant.class), required(row, "updated_at", Instant.class),
				row.get("deleted_at", Instant.class));
	}

}
