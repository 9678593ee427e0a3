package app.stockroom.products;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import app.stockroom.platform.Limits;
import app.stockroom.platform.Patch;
import app.stockroom.platform.Versioned;
import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * Something that is stocked, as stored and as clients see it.
 *
 * @param id the product's id
 * @param sku the stock keeping unit: exact, unique among a tenant's live products
 * @param name what people call it
 * @param description more words, or null
 * @param price price of one piece, without a currency, or null
 * @param barcodes what scanners read on it
 * @param status whether shops offer it; stock moves either way
 * @param version the number of changes, for If-Match
 * @param createdAt when it was made
 * @param updatedAt when it last changed
 * @param deletedAt when it was deleted, or null while it lives
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Product(UUID id, String sku, String name, @Nullable String description, @Nullable BigDecimal price,
		List<String> barcodes, Status status, long version, Instant createdAt, Instant updatedAt,
		@Nullable Instant deletedAt) implements Versioned {

	/** Spaces at either end would make two SKUs that look the same. */
	private static final String TRIMMED = "(?s)\\S(.*\\S)?";

	private static final String NOT_BLANK = "(?s).*\\S.*";

	private static final int MAX_BARCODES = 32;

	public Product {
		price = plain(price);
		barcodes = (barcodes != null) ? List.copyOf(barcodes) : List.of();
	}

	Details details() {
		return new Details(this.sku, this.name, this.description, this.price, this.barcodes, this.status);
	}

	/** 2.50 and 2.5 are one price: equal, and written the same way. */
	private static @Nullable BigDecimal plain(@Nullable BigDecimal price) {
		if (price == null) {
			return null;
		}
		BigDecimal stripped = price.stripTrailingZeros();
		// 1e600000000 is short as text and refused only after this: its digits would
		// fill the memory.
		boolean expandable = stripped.scale() < 0 && stripped.scale() >= -Limits.NUMBER_LENGTH;
		return expandable ? stripped.setScale(0) : stripped;
	}

	public enum Status {

		ACTIVE, INACTIVE

	}

	/**
	 * What a client says about a new product, and the state that the ledger writes.
	 */
	record Details(@NotNull @Size(max = Limits.TEXT_LENGTH) @Pattern(regexp = TRIMMED) String sku,
			@NotBlank @Size(max = Limits.TEXT_LENGTH) String name,
			@Size(max = Limits.TEXT_LENGTH) @Nullable String description,
			@PositiveOrZero @Digits(integer = 15, fraction = 4) @Nullable BigDecimal price,
			@Size(max = MAX_BARCODES) @Nullable List<@NotBlank @Size(max = Limits.TEXT_LENGTH) String> barcodes,
			@Nullable Status status) {

		Details {
			price = plain(price);
			barcodes = (barcodes != null) ? barcodes : List.of();
			status = (status != null) ? status : Status.ACTIVE;
		}

	}

	/**
	 * What a client changes about a product: an absent field stays as it is.
	 */
	record Change(@Size(max = Limits.TEXT_LENGTH) @Pattern(regexp = TRIMMED) @Nullable String sku,
			@Size(max = Limits.TEXT_LENGTH) @Pattern(regexp = NOT_BLANK) @Nullable String name,
			@Size(max = Limits.TEXT_LENGTH) @Nullable String description,
			@PositiveOrZero @Digits(integer = 15, fraction = 4) @Nullable BigDecimal price,
			@Size(max = MAX_BARCODES) @Nullable List<@NotBlank @Size(max = Limits.TEXT_LENGTH) String> barcodes,
			@Nullable Status status) {

		/** The fields that a patch may take away. */
		static final Set<String> OPTIONAL = Set.of("description", "price", "barcodes");

		static Details on(Product product, Patch<Change> patch) {
			Change change = patch.change();
			return new Details(or(change.sku, product.sku), or(change.name, product.name),
					patch.value("description", change.description, product.description),
					patch.value("price", change.price, product.price),
					patch.value("barcodes", change.barcodes, product.barcodes), or(change.status, product.status));
		}

		private static <T> T or(@Nullable T changed, T current) {
			return (changed != null) ? changed : current;
		}

	}

}
