package app.stockroom.warehouses;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;

import app.stockroom.platform.Limits;
import app.stockroom.platform.Patch;
import app.stockroom.platform.Versioned;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * A place where stock is kept, as stored and as clients see it.
 *
 * @param id the warehouse's id
 * @param name what people call it, unique among a tenant's live warehouses
 * @param location where it is, or null
 * @param status an inactive warehouse refuses movements
 * @param isDefault whether it is the one that a movement means which names none
 * @param version the number of changes, for If-Match
 * @param createdAt when it was made
 * @param updatedAt when it last changed
 * @param deletedAt when it was deleted, or null while it lives
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Warehouse(UUID id, String name, @Nullable String location, Status status,
		@JsonProperty("isDefault") boolean isDefault, long version, Instant createdAt, Instant updatedAt,
		@Nullable Instant deletedAt) implements Versioned {

	Details details() {
		return new Details(this.name, this.location, this.status);
	}

	public enum Status {

		ACTIVE, INACTIVE

	}

	/**
	 * What a client says about a new warehouse, and the state that the ledger writes.
	 */
	record Details(@NotBlank @Size(max = Limits.TEXT_LENGTH) String name,
			@Size(max = Limits.TEXT_LENGTH) @Nullable String location, @Nullable Status status) {

		Details {
			status = (status != null) ? status : Status.ACTIVE;
		}

	}

	/**
	 * What a client changes about a warehouse: an absent field stays as it is.
	 */
	record Change(@Size(max = Limits.TEXT_LENGTH) @Pattern(regexp = "(?s).*\\S.*") @Nullable String name,
			@Size(max = Limits.TEXT_LENGTH) @Nullable String location, @Nullable Status status) {

		/** The fields that a patch may take away. */
		static final Set<String> OPTIONAL = Set.of("location");

		static Details on(Warehouse warehouse, Patch<Change> patch) {
			Change change = patch.change();
			return new Details((change.name != null) ? change.name : warehouse.name,
					patch.value("location", change.location, warehouse.location),
					(change.status != null) ? change.status : warehouse.status);
		}

	}

}
