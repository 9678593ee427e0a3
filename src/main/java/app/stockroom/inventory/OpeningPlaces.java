package app.stockroom.inventory;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

import app.stockroom.inventory.OpeningNames.Place;
import app.stockroom.products.Products;
import app.stockroom.tenancy.Reads;
import app.stockroom.tenancy.TenantId;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Repository;

import static app.stockroom.platform.Columns.required;

/**
 * Finds where the opening stock of many rows belongs, and how it stands there.
 */
@Repository
class OpeningPlaces {

	private static final String PRODUCTS = """
			select p.id from product p where p.tenant_id = $1 and p.deleted_at is null and p.id = any($2)
			""";

	private static final String WAREHOUSES = """
			select w.id, w.name, w.is_default from warehouse w
			where w.tenant_id = $1 and w.deleted_at is null and (w.is_default or w.name = any($2) or w.id = any($3))
			""";

	private static final String RECORDS = """
			select listed.*, exists (select from movement m where m.tenant_id = $1 and m.inventory_id = listed.id
			  and (m.delta <> 0 or m.reserved_delta <> 0)) as moved
			from (%s and (i.product_id, i.warehouse_id) in (select * from unnest($2::uuid[], $3::uuid[]))) listed
			""".formatted(Inventory.LISTING.sql());

	private final Reads reads;

	private final Products products;

	OpeningPlaces(Reads reads, Products products) {
		this.reads = reads;
		this.products = products;
	}

	/**
	 * What the names in some rows mean.
	 */
	Mono<OpeningNames> names(TenantId tenant, Collection<OpeningRow> rows) {
		OpeningNames names = new OpeningNames();
		return ids(tenant, names, rows).then(words(tenant, names, "sku", rows, OpeningRow::sku))
			.then(words(tenant, names, "barcode", rows, OpeningRow::barcode))
			.then(warehouses(tenant, names, rows))
			.thenReturn(names);
	}

	private Mono<?> ids(TenantId tenant, OpeningNames names, Collection<OpeningRow> rows) {
		UUID[] ids = values(rows, OpeningRow::productId, UUID[]::new);
		return (ids.length == 0) ? Mono.empty()
				: this.reads.list(tenant, PRODUCTS, (statement) -> statement.bind("$2", ids), (row) -> {
					UUID id = required(row, "id", UUID.class);
					names.add("productId", id, id);
					return id;
				});
	}

	private Mono<?> words(TenantId tenant, OpeningNames names, String column, Collection<OpeningRow> rows,
			Column word) {
		return this.products.ids(tenant, List.of(values(rows, word, String[]::new)))
			.doOnNext((ids) -> ids.forEach((named, id) -> names.add(column, named, id)));
	}

	private Mono<?> warehouses(TenantId tenant, OpeningNames names, Collection<OpeningRow> rows) {
		return this.reads.list(tenant, WAREHOUSES,
				(statement) -> statement.bind("$2", values(rows, OpeningRow::warehouse, String[]::new))
					.bind("$3", values(rows, OpeningRow::warehouseId, UUID[]::new)),
				(row) -> {
					UUID id = required(row, "id", UUID.class);
					names.add("warehouseId", id, id);
					names.add("warehouse", required(row, "name", String.class), id);
					if (required(row, "is_default", Boolean.class)) {
						names.setDefaultWarehouse(id);
					}
					return id;
				});
	}

	/**
	 * The records in some places; what there is not is left out.
	 */
	Mono<Map<Place, Found>> records(TenantId tenant, Collection<Place> places) {
		return this.reads
			.list(tenant, RECORDS,
					(statement) -> statement.bind("$2", places.stream().map(Place::productId).toArray(UUID[]::new))
						.bind("$3", places.stream().map(Place::warehouseId).toArray(UUID[]::new)),
					(row) -> new Found(Inventory.LISTING.item().apply(row), required(row, "moved", Boolean.class)))
			.map((found) -> found.stream().collect(Collectors.toMap(Found::place, Function.identity())));
	}

	private static <T> T[] values(Collection<OpeningRow> rows, Column column, IntFunction<T[]> array) {
		Set<Object> values = new LinkedHashSet<>();
		for (OpeningRow row : rows) {
			Object value = column.of(row);
			if (value != null) {
				values.add(value);
			}
		}
		return values.toArray(array);
	}

	/** What a row says in one column. */
	private interface Column {

		@Nullable Object of(OpeningRow row);

	}

	/**
	 * A record as it stands.
	 *
	 * @param row the record
	 * @param moved whether stock has ever come or gone: a record that is 0 because all
	 * was sold has had its opening
	 */
	record Found(InventoryRecord row, boolean moved) {

		Place place() {
			return new Place(this.row.productId(), this.row.warehouseId());
		}

	}

}
