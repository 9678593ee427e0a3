package app.stockroom.inventory;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * What the names in rows of opening stock mean.
 */
final class OpeningNames {

	private final Map<Name, UUID> meanings = new HashMap<>();

	private @Nullable UUID defaultWarehouse;

	void add(String column, Object value, UUID meaning) {
		this.meanings.put(new Name(column, value), meaning);
	}

	void setDefaultWarehouse(UUID id) {
		this.defaultWarehouse = id;
	}

	/**
	 * Where a row's stock is.
	 * @throws Refusal if a name means nothing, or names mean different things
	 */
	Place place(OpeningRow row) {
		UUID product = one(new Name("productId", row.productId()), new Name("sku", row.sku()),
				new Name("barcode", row.barcode()));
		if (product == null) {
			throw invalid("sku", "required", "give sku, productId or barcode");
		}
		UUID warehouse = one(new Name("warehouseId", row.warehouseId()), new Name("warehouse", row.warehouse()));
		return new Place(product, Objects.requireNonNull((warehouse != null) ? warehouse : this.defaultWarehouse));
	}

	private @Nullable UUID one(Name... names) {
		List<Name> given = Arrays.stream(names).filter((name) -> name.value() != null).toList();
		List<UUID> meant = given.stream().map(this::meaning).distinct().toList();
		if (meant.size() > 1) {
			throw invalid(given.getLast().column(), "contradictory",
					"means another one than " + given.getFirst().column());
		}
		return meant.isEmpty() ? null : meant.getFirst();
	}

	private UUID meaning(Name name) {
		UUID meaning = this.meanings.get(name);
		if (meaning == null) {
			throw Problem.NOT_FOUND.because("There is no %s %s.".formatted(name.column(), name.value()));
		}
		return meaning;
	}

	static Refusal invalid(String column, String code, String detail) {
		return Problem.INVALID_REQUEST.because("The row is not valid.")
			.with(new Refusal.FieldError(column, code, detail));
	}

	/** A product in a warehouse: there is at most one record of it. */
	record Place(UUID productId, UUID warehouseId) {
	}

	private record Name(String column, @Nullable Object value) {
	}

}
