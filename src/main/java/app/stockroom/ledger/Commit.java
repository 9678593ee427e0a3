package app.stockroom.ledger;

import java.util.List;

import app.stockroom.tenancy.TenantId;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What one call added to a tenant's ledger, as announced on Redis after it was committed.
 *
 * @param tenant whose ledger
 * @param epoch the ledger's epoch; another epoch is another history
 * @param previous the last sequence before this commit
 * @param from the first sequence of this commit
 * @param to the last sequence of this commit
 * @param entries the entries in order, or null where they do not fit a message: read them
 * from the ledger then
 * @param alerts what the entries did to alerts, in order, or null with the entries
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Commit(@JsonIgnore TenantId tenant, String epoch, long previous, long from, long to,
		@Nullable List<Entry> entries, @Nullable List<Alert> alerts) {

	/**
	 * The channel that carries a tenant's commits.
	 */
	public static String channel(TenantId tenant) {
		return "stockroom:" + tenant + ":movements";
	}

	/**
	 * The channel that carries a tenant's alerts alone, for other programs.
	 */
	public static String alertChannel(TenantId tenant) {
		return "stockroom:" + tenant + ":alerts";
	}

}
