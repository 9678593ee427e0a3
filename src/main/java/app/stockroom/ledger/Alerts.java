package app.stockroom.ledger;

import java.util.List;
import java.util.Objects;
import java.util.UUID;

import app.stockroom.tenancy.Reads;
import app.stockroom.tenancy.TenantId;
import io.r2dbc.spi.Readable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.stereotype.Component;

/**
 * The alerts, to read. An alert is stored once; what it was after an entry follows from
 * the sequences of its steps, which the SQL function {@code alert_state} knows.
 */
@Component
public class Alerts {

	/**
	 * Selects what {@link #alert} reads, as the alert stands now; {@code $1} is the
	 * tenant.
	 */
	public static final String SELECT = """
			select alert_state(a, greatest(a.opened_sequence, a.acknowledged_sequence, a.resolved_sequence))::text as state
			from alert a
			where a.tenant_id = $1
			""";

	private static final String OPEN = SELECT + "and a.resolved_sequence is null order by a.opened_sequence";

	private static final String OPEN_OF_RECORD = SELECT + "and a.inventory_id = $2 and a.resolved_sequence is null";

	private static final String CHANGES = """
			select alert_state(a, a.opened_sequence)::text as state, a.opened_sequence as sequence, 2 as step
			from alert a where a.tenant_id = $1 and a.opened_sequence > $2 and a.opened_sequence <= $3
			union all
			select alert_state(a, a.acknowledged_sequence)::text, a.acknowledged_sequence, 1
			from alert a where a.tenant_id = $1 and a.acknowledged_sequence > $2 and a.acknowledged_sequence <= $3
			union all
			select alert_state(a, a.resolved_sequence)::text, a.resolved_sequence, 0
			from alert a where a.tenant_id = $1 and a.resolved_sequence > $2 and a.resolved_sequence <= $3
			order by sequence, step
			""";

	private final Reads reads;

	private final JsonMapper json;

	Alerts(Reads reads, JsonMapper json) {
		this.reads = reads;
		this.json = json;
	}

	/**
	 * All alerts that are not resolved, oldest first.
	 */
	public Mono<List<Alert>> open(TenantId tenant) {
		return this.reads.list(tenant, OPEN, statement -> statement, this::alert);
	}

	/**
	 * The alerts of one record that are not resolved.
	 */
	public Mono<List<Alert>> open(TenantId tenant, UUID inventoryId) {
		return this.reads.list(tenant, OPEN_OF_RECORD, statement -> statement.bind("$2", inventoryId), this::alert);
	}

	/**
	 * What happened to alerts after one sequence up to another, each as it stood then; of
	 * one entry, what it resolved comes before what it opened.
	 * @param after exclusive
	 * @param until inclusive
	 */
	public Mono<List<Alert>> changes(TenantId tenant, long after, long until) {
		return this.reads.list(tenant, CHANGES, statement -> statement.bind("$2", after).bind("$3", until),
				this::alert);
	}

	/**
	 * Reads a row of {@link #SELECT}.
	 */
	public Alert alert(Readable row) {
		return this.json.readValue(Objects.requireNonNull(row.get("state", String.class)), Alert.class);
	}

}
