package app.stockroom.inventory;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;

import app.stockroom.platform.RepeatedTask;
import app.stockroom.tenancy.Reads;
import app.stockroom.tenancy.TenantId;
import app.stockroom.tenancy.Tenants;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.stereotype.Component;

import static app.stockroom.platform.Columns.required;

/**
 * Looks at one tenant after the other, round and round, whether its records say what its
 * ledger ends on, and counts where they do not: a counter that is not zero is an alarm.
 * {@link Verification} reads the whole ledger and names what deviates; this reads a row
 * for each record.
 */
@Component
class InvariantWatch {

	private static final Logger logger = LoggerFactory.getLogger(InvariantWatch.class);

	private static final String GLANCE = """
			select 'I1' as invariant, count(*) as deviations from inventory i
			where i.tenant_id = $1 and not (i.reserved between 0 and i.quantity)
			union all
			select 'I2', count(*) from inventory i
			left join lateral (
			  select e.quantity_after, e.reserved_after, e.version from movement e
			  where e.tenant_id = $1 and e.inventory_id >= i.id and e.inventory_id <= i.id
			  order by e.inventory_id desc, e.sequence desc limit 1) m on true
			where i.tenant_id = $1
			  and (m.quantity_after, m.reserved_after, m.version) is distinct from (i.quantity, i.reserved, i.version)
			union all
			select 'I3', count(*) from ledger_head h
			left join lateral (select max(e.sequence) as sequence from movement e where e.tenant_id = $1) m on true
			where h.tenant_id = $1 and h.sequence <> coalesce(m.sequence, 0)
			union all
			select 'I12', count(*) from inventory i
			where i.tenant_id = $1 and i.reserved < (select coalesce(sum(h.quantity), 0) from hold h
			  where h.tenant_id = $1 and h.inventory_id = i.id)
			""";

	private final Tenants tenants;

	private final Reads reads;

	private final InvariantSettings settings;

	private final Map<String, Counter> deviations = new HashMap<>();

	private final Counter looks;

	/** The tenant that was looked at last; of the one round that runs. */
	private @Nullable UUID last;

	InvariantWatch(Tenants tenants, Reads reads, InvariantSettings settings, MeterRegistry meters) {
		this.tenants = tenants;
		this.reads = reads;
		this.settings = settings;
		this.looks = Counter.builder("stockroom.invariants.looks")
			.description("Tenants whose invariants were looked at")
			.register(meters);
		for (String invariant : List.of("I1", "I2", "I3", "I12")) {
			this.deviations.put(invariant,
					Counter.builder("stockroom.invariants.deviations")
						.description("Records, or ledgers, found to break an invariant")
						.tag("invariant", invariant)
						.register(meters));
		}
	}

	@Bean
	RepeatedTask watchingInvariants() {
		return new RepeatedTask("The invariants are not watched", this.settings.interval(), this::next);
	}

	private Mono<?> next() {
		return this.tenants.ids(this.last, 1).flatMap((found) -> {
			this.last = found.isEmpty() ? null : found.getFirst().value();
			return found.isEmpty() ? Mono.<Map<String, Long>>empty() : look(found.getFirst());
		});
	}

	/**
	 * Counts a tenant's deviations by invariant.
	 */
	Mono<Map<String, Long>> look(TenantId tenant) {
		return this.reads
			.list(tenant, GLANCE, (statement) -> statement,
					(row) -> Map.entry(required(row, "invariant", String.class),
							required(row, "deviations", Long.class)))
			.map((rows) -> rows.stream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)))
			.doOnNext((found) -> count(tenant, found));
	}

	private void count(TenantId tenant, Map<String, Long> found) {
		this.looks.increment();
		found.forEach((invariant, count) -> {
			Objects.requireNonNull(this.deviations.get(invariant)).increment(count);
			if (count > 0) {
				logger.atError()
					.addKeyValue("tenant", tenant)
					.log("{} records of tenant {} break invariant {}: GET /api/verification names them", count, tenant,
							invariant);
			}
		});
	}

}
