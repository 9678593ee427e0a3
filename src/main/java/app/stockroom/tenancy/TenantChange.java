package app.stockroom.tenancy;

import java.util.Set;

import app.stockroom.platform.Limits;
import app.stockroom.platform.Patch;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal.FieldError;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * What is to change about a tenant; null leaves it as it is.
 *
 * @param name for people
 * @param defaultMinStock the minimum of a new record, in pieces
 * @param defaultMaxStock the maximum of a new record, in pieces
 * @param rateLimit requests per second; 0 for the service's own
 */
record TenantChange(
		@Nullable @Size(min = 1, max = Limits.TEXT_LENGTH) @Pattern(regexp = TenantChange.TRIMMED,
				message = "must not begin or end with space") String name,
		@Nullable @Min(0) @Max(Limits.QUANTITY) Long defaultMinStock,
		@Nullable @Min(0) @Max(Limits.QUANTITY) Long defaultMaxStock,
		@Nullable @Min(0) @Max(1_000_000) Integer rateLimit) {

	static final String TRIMMED = "(?s)\\S|\\S.*\\S|";

	/** The fields that a patch may take away. */
	static final Set<String> OPTIONAL = Set.of("rateLimit");

	/** Without a rate limit of its own a tenant has the service's. */
	static TenantChange of(Patch<TenantChange> patch) {
		TenantChange change = patch.change();
		return new TenantChange(change.name, change.defaultMinStock, change.defaultMaxStock,
				patch.cleared().contains("rateLimit") ? Integer.valueOf(0) : change.rateLimit);
	}

	/** As given or, where nothing is, as a new tenant has it. */
	TenantChange orDefaults() {
		TenantChange wanted = new TenantChange(this.name, (this.defaultMinStock != null) ? this.defaultMinStock : 10L,
				(this.defaultMaxStock != null) ? this.defaultMaxStock : 1000L, this.rateLimit);
		if (this.name == null) {
			throw Problem.INVALID_REQUEST.because("The body is not valid.")
				.with(new FieldError("name", "required", "must not be null"));
		}
		requireOrder(wanted.defaultMinStock, wanted.defaultMaxStock);
		return wanted;
	}

	/**
	 * Refuses what this tenant cannot become.
	 */
	void requirePossible(Tenant current) {
		requireOrder((this.defaultMinStock != null) ? this.defaultMinStock : current.defaultMinStock(),
				(this.defaultMaxStock != null) ? this.defaultMaxStock : current.defaultMaxStock());
	}

	private static void requireOrder(@Nullable Long minimum, @Nullable Long maximum) {
		if (minimum != null && maximum != null && minimum > maximum) {
			throw Problem.INVALID_REQUEST.because("The body is not valid.")
				.with(new FieldError("defaultMinStock", "out-of-range", "must not be above defaultMaxStock"));
		}
	}

}
