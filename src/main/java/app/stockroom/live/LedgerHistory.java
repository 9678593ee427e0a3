package app.stockroom.live;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import app.stockroom.inventory.Inventory;
import app.stockroom.ledger.Alert;
import app.stockroom.ledger.Alerts;
import app.stockroom.ledger.Entries;
import app.stockroom.ledger.Entry;
import app.stockroom.ledger.Position;
import app.stockroom.platform.Problem;
import app.stockroom.tenancy.TenantId;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;

/**
 * The past as the ledger has it.
 */
@Component
class LedgerHistory implements History {

	private final Entries entries;

	private final Alerts alerts;

	private final Inventory inventory;

	LedgerHistory(Entries entries, Alerts alerts, Inventory inventory) {
		this.entries = entries;
		this.alerts = alerts;
		this.inventory = inventory;
	}

	@Override
	public Mono<Position> position(TenantId tenant) {
		return this.entries.position(tenant)
			.switchIfEmpty(Mono.error(() -> Problem.FORBIDDEN.because("The tenant does not exist any more.")));
	}

	@Override
	public Mono<Chunk> changes(TenantId tenant, Position after, long until) {
		return entries(tenant, after, until, FeedLimits.CHUNK).flatMap((entries) -> {
			long upTo = upTo(entries, until);
			return this.alerts.changes(tenant, after.sequence(), upTo).map((steps) -> {
				Map<Long, List<Alert>> bySequence = bySequence(steps);
				return new Chunk(entries.stream()
					.map((entry) -> new Change(after.epoch(), entry,
							bySequence.getOrDefault(entry.sequence(), List.of())))
					.toList(), upTo);
			});
		});
	}

	@Override
	public Mono<Chunk> changes(TenantId tenant, Feed feed, Position after, long until) {
		return switch (feed) {
			case LEDGER -> entryChanges(tenant, after, until);
			case STOCK -> entryChanges(tenant, after, until).flatMap((chunk) -> named(tenant, chunk));
			case ALERTS -> alertChanges(tenant, after, until);
		};
	}

	private Mono<Chunk> entryChanges(TenantId tenant, Position after, long until) {
		return entries(tenant, after, until, FeedLimits.REPLAY_STEP).map((entries) -> new Chunk(
				entries.stream().map((entry) -> new Change(after.epoch(), entry, List.of())).toList(),
				upTo(entries, until)));
	}

	private Mono<Chunk> named(TenantId tenant, Chunk chunk) {
		StockNames names = new StockNames((ids) -> this.inventory.records(tenant, ids));
		return names.load(chunk.changes()).map((records) -> {
			names.remember(records);
			names.attach(chunk.changes());
			return chunk;
		});
	}

	private Mono<Chunk> alertChanges(TenantId tenant, Position after, long until) {
		return this.alerts.changes(tenant, after.sequence(), until)
			.map((steps) -> new Chunk(bySequence(steps).entrySet()
				.stream()
				.map((step) -> Change.ofAlerts(after.epoch(), step.getKey(), step.getValue()))
				.toList(), until));
	}

	private Mono<List<Entry>> entries(TenantId tenant, Position after, long until, int limit) {
		return this.entries.between(tenant, after.sequence(), until, limit);
	}

	private static long upTo(List<Entry> entries, long until) {
		return entries.isEmpty() ? until : entries.getLast().sequence();
	}

	private static Map<Long, List<Alert>> bySequence(List<Alert> steps) {
		return steps.stream().collect(Collectors.groupingBy(Alert::sequence, TreeMap::new, Collectors.toList()));
	}

}
