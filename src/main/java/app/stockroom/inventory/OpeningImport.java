package app.stockroom.inventory;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import app.stockroom.imports.RowResult;
import app.stockroom.imports.RowResult.Status;
import app.stockroom.imports.Settlement;
import app.stockroom.imports.Sheet;
import app.stockroom.imports.SheetRow;
import app.stockroom.inventory.OpeningNames.Place;
import app.stockroom.inventory.OpeningPlaces.Found;
import app.stockroom.ledger.Command;
import app.stockroom.ledger.EntryType;
import app.stockroom.ledger.Idempotency;
import app.stockroom.ledger.Ledger;
import app.stockroom.ledger.Outcome;
import app.stockroom.platform.Bodies;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import app.stockroom.tenancy.Caller;
import app.stockroom.tenancy.TenantId;
import app.stockroom.tenancy.Tenants;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;

/**
 * Opening stock from a file, which is never added to stock that is there. A product
 * without a record in the warehouse gets one. A record in which nothing has moved yet,
 * such as the one that every product has in the default warehouse, is brought to the
 * row's thresholds and quantity. Any other record is refused.
 */
@Component
class OpeningImport {

	private final OpeningPlaces places;

	private final Tenants tenants;

	private final Ledger ledger;

	private final Bodies bodies;

	OpeningImport(OpeningPlaces places, Tenants tenants, Ledger ledger, Bodies bodies) {
		this.places = places;
		this.tenants = tenants;
		this.ledger = ledger;
		this.bodies = bodies;
	}

	/**
	 * Works off the rows.
	 * @param key the key for the whole, or null; each row has its own, derived from it
	 */
	Flux<List<RowResult>> run(Caller caller, Sheet sheet, boolean dryRun, Command.@Nullable Key key) {
		return this.tenants.find(caller.tenant())
			.map((tenant) -> new Thresholds(tenant.defaultMinStock(), tenant.defaultMaxStock()))
			.flatMapMany((defaults) -> {
				Map<Place, Long> lines = new HashMap<>();
				return Settlement.of(sheet,
						(rows) -> prepare(caller, rows, defaults, key)
							.flatMap((chunk) -> dryRun ? rehearse(caller.tenant(), chunk) : Mono.just(chunk)),
						(row, chunk) -> {
							OpeningWish wish = chunk.wish(row);
							Long line = lines.putIfAbsent(wish.place(), row.line());
							if (line != null && line != row.line()) {
								throw repeated(line);
							}
							return (dryRun ? Mono.justOrEmpty(chunk.rehearsed().get(row.line()))
									: post(caller.tenant(), wish, chunk.records().get(wish.place())))
								.map((outcome) -> result(row, wish.place(), outcome));
						});
			});
	}

	private Mono<Outcome> post(TenantId tenant, OpeningWish wish, @Nullable Found found) {
		// What was read for the whole chunk is good in nearly all cases.
		return this.ledger.post(tenant, wish.command(found))
			.flatMap(
					(outcome) -> refusedFor(outcome, Problem.STALE_VERSION) ? again(tenant, wish) : Mono.just(outcome));
	}

	private Mono<Outcome> again(TenantId tenant, OpeningWish wish) {
		return this.ledger.post(tenant, this.places.records(tenant, Set.of(wish.place()))
			.map((records) -> wish.command(records.get(wish.place()))));
	}

	private static boolean refusedFor(Outcome outcome, Problem problem) {
		return outcome instanceof Outcome.Refused refused && refused.refusal().problem() == problem;
	}

	private static RowResult result(SheetRow row, Place place, Outcome outcome) {
		return switch (outcome) {
			case Outcome.Accepted accepted ->
				RowResult.of(row, status(accepted), place.productId(), place.warehouseId(), accepted.replayed());
			case Outcome.Refused refused when refused.refusal().problem() == Problem.RECORD_EXISTS ->
				throw Problem.RECORD_EXISTS.because("Stock of this product has moved in this warehouse already, and "
						+ "opening stock is never added to it; post a movement or a stock count.");
			case Outcome.Refused refused -> throw refused.refusal();
		};
	}

	private static Status status(Outcome.Accepted accepted) {
		if (accepted.entries().isEmpty()) {
			return Status.UNCHANGED;
		}
		return (accepted.entries().getFirst().type() == EntryType.OPENING) ? Status.CREATED : Status.UPDATED;
	}

	private static Refusal repeated(long line) {
		return OpeningNames.invalid("sku", "repeated", "line " + line + " has this product and warehouse already");
	}

	/** Reads what a chunk of rows is about: a few reads for hundreds of rows. */
	private Mono<Chunk> prepare(Caller caller, List<SheetRow> sheet, Thresholds defaults, Command.@Nullable Key key) {
		Map<SheetRow, OpeningRow> rows = new LinkedHashMap<>();
		Map<Long, OpeningWish> wishes = new LinkedHashMap<>();
		Map<Long, Refusal> refusals = new HashMap<>();
		sheet.forEach((row) -> attempt(row.line(), refusals,
				() -> rows.put(row, this.bodies.parse(row.json(), OpeningRow.class))));
		return this.places.names(caller.tenant(), rows.values())
			.doOnNext((names) -> rows.forEach((row, wanted) -> attempt(row.line(), refusals,
					() -> wishes.put(row.line(),
							new OpeningWish(wanted, names.place(wanted), defaults, caller.subject(), part(key, row))))))
			.flatMap((_) -> this.places.records(caller.tenant(),
					wishes.values().stream().map(OpeningWish::place).toList()))
			.map((records) -> new Chunk(wishes, refusals, records, new HashMap<>()));
	}

	private static Command.@Nullable Key part(Command.@Nullable Key whole, SheetRow row) {
		return (whole != null) ? new Command.Key(Idempotency.part(whole.value(), (int) row.line()), whole.fingerprint())
				: null;
	}

	/** Judges a chunk in one call, as no other row of the file is about its places. */
	private Mono<Chunk> rehearse(TenantId tenant, Chunk chunk) {
		Map<Long, Command> commands = new LinkedHashMap<>();
		chunk.wishes()
			.forEach((line, wish) -> attempt(line, chunk.refusals(),
					() -> commands.put(line, wish.command(chunk.records().get(wish.place())))));
		List<Long> lines = List.copyOf(commands.keySet());
		return commands.isEmpty() ? Mono.just(chunk)
				: this.ledger.rehearse(tenant, List.copyOf(commands.values())).map((outcomes) -> {
					for (int i = 0; i < outcomes.size(); i++) {
						chunk.rehearsed().put(lines.get(i), outcomes.get(i));
					}
					return chunk;
				});
	}

	private static void attempt(long line, Map<Long, Refusal> refusals, Runnable reading) {
		try {
			reading.run();
		}
		catch (Refusal refusal) {
			refusals.put(line, refusal);
		}
	}

	/**
	 * Some rows by their lines: what they want, or why nothing, the records where they
	 * want it, and in a dry run what would become of them.
	 */
	private record Chunk(Map<Long, OpeningWish> wishes, Map<Long, Refusal> refusals, Map<Place, Found> records,
			Map<Long, Outcome> rehearsed) {

		OpeningWish wish(SheetRow row) {
			Refusal refusal = this.refusals.get(row.line());
			if (refusal != null) {
				throw refusal;
			}
			return Objects.requireNonNull(this.wishes.get(row.line()));
		}

	}

}
