package app.stockroom;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import app.stockroom.tenancy.TenantId;

import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The invariants of docs/guarantees.md that SQL can judge, asked of the database behind
 * the service as its owner, across all tenants.
 */
public final class Invariants {

	private static final Map<String, String> VIOLATIONS = new LinkedHashMap<>();

	static {
		VIOLATIONS.put("I1 0 <= reserved <= quantity", """
				select tenant_id, id from inventory where not (0 <= reserved and reserved <= quantity)
				""");
		VIOLATIONS.put("I2 quantity and reserved are the sums of the entries, version is their count",
				"""
						select i.tenant_id, i.id from inventory i
						left join lateral (select coalesce(sum(m.delta), 0) q, coalesce(sum(m.reserved_delta), 0) r, count(*) n from movement m
						  where m.tenant_id = i.tenant_id and m.inventory_id = i.id) s on true
						where (i.quantity, i.reserved, i.version) is distinct from (s.q, s.r, s.n)
						""");
		VIOLATIONS.put("I2 each quantityAfter is the one before plus delta",
				"""
						select tenant_id, sequence from (
						  select m.*, lag(quantity_after, 1, 0::bigint) over w q, lag(reserved_after, 1, 0::bigint) over w r, lag(version, 1, 0::bigint) over w v
						  from movement m where inventory_id is not null
						  window w as (partition by tenant_id, inventory_id order by sequence)) x
						where (quantity_after, reserved_after, version) is distinct from (q + delta, r + reserved_delta, v + 1)
						""");
		VIOLATIONS.put("I3 sequences are dense and end at the head, times never run backwards", """
				select h.tenant_id, h.sequence from ledger_head h
				left join lateral (select count(*) n, coalesce(max(sequence), 0) last, coalesce(min(sequence), 1) first,
				  count(*) filter (where created_at < before) back
				  from (select sequence, created_at, lag(created_at) over (order by sequence) before
				    from movement m where m.tenant_id = h.tenant_id) e) s on true
				where not (s.n = h.sequence and s.last = h.sequence and s.first = 1 and s.back = 0)
				""");
		VIOLATIONS.put("I4 an accepted key's entries are in the ledger",
				"""
						select k.tenant_id, k.key from idempotency_key k where k.verdict = 0 and k.last_sequence - k.first_sequence + 1 <>
						  (select count(*) from movement m where m.tenant_id = k.tenant_id and m.sequence between k.first_sequence and k.last_sequence)
						""");
		VIOLATIONS.put("I12 what held reservations hold is what is reserved",
				"""
						select i.tenant_id, i.id from inventory i
						where exists (select from hold h where h.tenant_id = i.tenant_id and h.inventory_id = i.id) and i.reserved <>
						  (select sum(h.quantity) from hold h where h.tenant_id = i.tenant_id and h.inventory_id = i.id)
						union all
						select h.tenant_id, h.document_id from hold h join document d on d.tenant_id = h.tenant_id and d.id = h.document_id
						where d.status <> 'HELD'
						""");
		VIOLATIONS.put("I10 an alert is open exactly where a crossing left one",
				"""
						select a.tenant_id, a.id from alert a join inventory i on i.tenant_id = a.tenant_id and i.id = a.inventory_id
						join product p on p.tenant_id = i.tenant_id and p.id = i.product_id
						where a.resolved_sequence is null and p.deleted_at is null and a.kind <> stock_status(i.quantity, i.min_stock, i.max_stock)
						""");
	}

	private Invariants() {
	}

	/** Fails with every row that breaks an invariant. */
	public static void hold(Environment environment) throws SQLException {
		assertThat(violations(environment)).isEmpty();
	}

	/** Fails with every row of one tenant that breaks an invariant. */
	public static void hold(Environment environment, TenantId tenant) {
		try {
			assertThat(violations(environment, "where tenant_id = '" + tenant + "'")).isEmpty();
		}
		catch (SQLException ex) {
			throw new IllegalStateException("The invariants cannot be read", ex);
		}
	}

	/** Every row that breaks an invariant, in words. */
	public static List<String> violations(Environment environment) throws SQLException {
		return violations(environment, "");
	}

	private static List<String> violations(Environment environment, String whose) throws SQLException {
		List<String> found = new ArrayList<>();
		try (Connection connection = owner(environment); Statement statement = connection.createStatement()) {
			for (Map.Entry<String, String> invariant : VIOLATIONS.entrySet()) {
				ResultSet rows = statement
					.executeQuery("select * from (%s) violation %s limit 10".formatted(invariant.getValue(), whose));
				while (rows.next()) {
					found.add(invariant.getKey() + ": " + rows.getString(1) + " " + rows.getString(2));
				}
			}
		}
		return found;
	}

	/** A connection as the owner, who sees all tenants. */
	public static Connection owner(Environment environment) throws SQLException {
		return DriverManager.getConnection(environment.getRequiredProperty("spring.flyway.url"),
				environment.getRequiredProperty("spring.flyway.user"),
				environment.getRequiredProperty("spring.flyway.password"));
	}

}
