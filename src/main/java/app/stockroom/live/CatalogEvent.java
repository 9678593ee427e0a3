package app.stockroom.live;

import java.util.UUID;

import app.stockroom.ledger.Entry;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A change of the catalogue as the stock feed tells it.
 *
 * @param sequence the entry that made it
 * @param kind what changed
 * @param id its id
 * @param state the subject as its own resource shows it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record CatalogEvent(long sequence, Entry.SubjectKind kind, UUID id, @Nullable JsonNode state) {

	static CatalogEvent of(long sequence, Entry.Subject subject) {
		return new CatalogEvent(sequence, subject.kind(), subject.id(), subject.state());
	}

}
