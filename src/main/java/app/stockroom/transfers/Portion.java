package app.stockroom.transfers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

import app.stockroom.inventory.OneProduct;
import app.stockroom.platform.Limits;
import app.stockroom.platform.Problem;
import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * Pieces of one product, as a line of a request names them.
 *
 * @param productId the product, unless its SKU is given
 * @param sku the product's SKU, unless its id is given
 * @param quantity pieces, from 1
 */
@OneProduct
@JsonInclude(JsonInclude.Include.NON_NULL)
record Portion(@Nullable UUID productId, @Size(max = Limits.TEXT_LENGTH) @Nullable String sku,
		@NotNull @Min(1) @Max(Limits.QUANTITY) Long quantity) implements OneProduct.Named {

	/**
	 * The SKUs among the lines.
	 */
	static List<String> skus(List<Portion> lines) {
		return lines.stream().map(Portion::sku).filter(Objects::nonNull).distinct().toList();
	}

	/**
	 * The pieces of each product, lines of one product summed, in the order of the lines.
	 * @param ids the ids of the SKUs; one that is missing is refused
	 */
	static Map<UUID, Long> sum(List<Portion> lines, Map<String, UUID> ids) {
		Map<UUID, Long> pieces = new LinkedHashMap<>();
		lines.forEach((line) -> pieces.merge(line.product(ids), line.quantity, Long::sum));
		return pieces;
	}

	private UUID product(Map<String, UUID> ids) {
		UUID id = (this.productId != null) ? this.productId : ids.get(this.sku);
		if (id == null) {
			throw Problem.NOT_FOUND.because("There is no product " + this.sku + ".");
		}
		return id;
	}

}
