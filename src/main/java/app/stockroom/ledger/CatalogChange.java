package app.stockroom.ledger;

import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * A change of the catalogue, which the ledger writes so that it has a sequence like every
 * other change that a page or a feed shows.
 *
 * @param subject what changes
 * @param id its id
 * @param action what happens to it
 * @param expectedVersion the version the change was compiled against; null for CREATE
 * @param state the subject's whole new state as JSON, in the columns' words; null for
 * DELETE and RESTORE
 * @param actor the token subject
 */
public record CatalogChange(Entry.SubjectKind subject, UUID id, Action action, @Nullable Long expectedVersion,
		@Nullable String state, String actor) {

	public enum Action {

		CREATE, UPDATE, DELETE, RESTORE

	}

}
