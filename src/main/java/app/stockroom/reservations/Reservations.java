package app.stockroom.reservations;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;

import app.stockroom.ledger.Command;
import app.stockroom.ledger.Entry;
import app.stockroom.ledger.Ledger;
import app.stockroom.ledger.Outcome;
import app.stockroom.platform.Ids;
import app.stockroom.platform.IfMatch;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import app.stockroom.platform.Table;
import app.stockroom.tenancy.Caller;
import app.stockroom.tenancy.Listing;
import app.stockroom.tenancy.Reads;
import app.stockroom.tenancy.Rows;
import app.stockroom.tenancy.Sort;
import app.stockroom.tenancy.TenantId;
import io.r2dbc.spi.Readable;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.stereotype.Repository;

import static app.stockroom.platform.Columns.required;

/**
 * The reservations of a tenant. A change is compiled from what was read and decided by
 * the ledger, with the database's clock; if the reservation changed in between it is
 * compiled again.
 */
@Repository
class Reservations {

	private static final String SELECT = """
			select d.id, d.status, d.created_at, d.updated_at, d.expires_at, document_state(d)::text as state
			from document d
			where d.tenant_id = $1 and d.kind = 3
			""";

	private static final Map<String, Sort> SORTS = Map.of("createdAt", Sort.time("created_at"), "updatedAt",
			Sort.time("updated_at"), "expiresAt", Sort.time("expires_at"), "status", Sort.text("status"));

	private static final Table<Reservation> TABLE = Table.<Reservation>named("reservations")
		.plain("id", Reservation::id)
		.plain("status", Reservation::status)
		.text("reference", Reservation::reference)
		.json("lines", Reservation::lines)
		.plain("expiresAt", Reservation::expiresAt)
		.plain("version", Reservation::version)
		.plain("createdAt", Reservation::createdAt)
		.plain("updatedAt", Reservation::updatedAt);

	private static final String DUE = SELECT + """
			and d.id = any($2) and d.status = 'HELD' and d.expires_at <= clock_timestamp()
			order by d.expires_at
			""";

	private static final String NAMES = """
			select h.default_warehouse_id, w.word as sku, product_named_1($1, w.word) as id
			from ledger_head h
			left join unnest($2) w(word) on true
			where h.tenant_id = $1
			""";

	private final Listing<Reservation> listing;

	private final Reads reads;

	private final Ledger ledger;

	private final Shortages shortages;

	private final JsonMapper json;

	Reservations(Reads reads, Ledger ledger, Shortages shortages, JsonMapper json) {
		this.listing = new Listing<>(SELECT, SORTS, Sort.id("id"), true, this::reservation, TABLE);
		this.reads = reads;
		this.ledger = ledger;
		this.shortages = shortages;
		this.json = json;
	}

	Mono<Reservation> find(TenantId tenant, UUID id) {
		return this.reads
			.one(tenant, SELECT + "and d.id = $2", (statement) -> statement.bind("$2", id), this::reservation)
			.switchIfEmpty(Mono.error(() -> Problem.NOT_FOUND.because("There is no reservation with this id.")));
	}

	Rows<Reservation> rows(TenantId tenant, ReservationFilter filter) {
		// A product too, which a filter may name by its SKU.
		return this.listing.rows(this.reads, tenant, filter.conditions(), "m.subject_kind in (1, 3)");
	}

	/**
	 * Those of the given reservations whose time is over.
	 */
	Mono<List<Reservation>> due(TenantId tenant, List<UUID> ids) {
		return this.reads.list(tenant, DUE, (statement) -> statement.bind("$2", ids.toArray(UUID[]::new)),
				this::reservation);
	}

	/**
	 * Holds every line of a request or none.
	 */
	Mono<Outcome> create(Caller caller, ReservationRequest request, Command.@Nullable Key key) {
		return names(caller.tenant(), request.lines(), Wanted::vague).map((names) -> names.summed(request.lines()))
			.flatMap((wanted) -> hold(caller, request, wanted, key)
				.flatMap((outcome) -> this.ledger.told(caller.tenant(), key, outcome,
						(refused) -> this.shortages.explain(caller.tenant(), wanted, refused))));
	}

	private Mono<Outcome> hold(Caller caller, ReservationRequest request, List<Wanted> wanted,
			Command.@Nullable Key key) {
		List<Reservation.Line> lines = new ArrayList<>();
		for (Wanted line : wanted) {
			if (line.productId() == null || line.warehouseId() == null) {
				return recall(caller, wanted.stream().map(Wanted::hold).toList(), key,
						Problem.NOT_FOUND.because("There is no product " + line.sku() + "."));
			}
			lines.add(new Reservation.Line(line.productId(), line.warehouseId(), line.quantity(), null));
		}
		return post(caller, new Transition(Ids.next(), null, Reservation.Status.HELD, request.reference(), lines,
				request.ttl(), false), key);
	}

	/**
	 * Commits a reservation, whole or in part.
	 */
	Mono<Outcome> commit(Caller caller, UUID id, IfMatch seen, ReservationRequest.Commit request,
			Command.@Nullable Key key) {
		List<Wanted> lines = request.lines();
		if (lines == null) {
			return change(caller, id, seen, key, (reservation) -> reservation.commit(null));
		}
		return names(caller.tenant(), lines, (line) -> line.sku() != null).map((names) -> names.parts(lines))
			.flatMap((parts) -> change(caller, id, seen, key, (reservation) -> reservation.commit(parts)));
	}

	/**
	 * Brings a reservation to its next state. What can be refused without the ledger is
	 * refused only if the request is not a repetition of one that was accepted.
	 */
	Mono<Outcome> change(Caller caller, UUID id, IfMatch seen, Command.@Nullable Key key,
			Function<Reservation, Transition> next) {
		return seen
			.attempt(find(caller.tenant(), id).doOnNext(seen::check)
				.map(next)
				.flatMap((transition) -> post(caller, transition, key)))
			.onErrorResume(Refusal.class, (refusal) -> refusal.problem().status().is4xxClientError()
					? recall(caller, List.of(), key, refusal) : Mono.error(refusal));
	}

	/**
	 * Sets free what a reservation held too long.
	 * @return whether this call did it
	 */
	Mono<Boolean> expire(TenantId tenant, Reservation reservation) {
		return this.ledger.post(tenant, reservation.expire().command("expiry", null, this.json))
			.map((outcome) -> outcome instanceof Outcome.Accepted);
	}

	/**
	 * The reservation as an accepted command left it.
	 */
	Reservation state(List<Entry> entries) {
		return this.json.treeToValue(Objects.requireNonNull(entries.getLast().subject()).state(), Reservation.class);
	}

	private Mono<Outcome> post(Caller caller, Transition transition, Command.@Nullable Key key) {
		return this.ledger.post(caller.tenant(), transition.command(caller.subject(), key, this.json))
			.flatMap((outcome) -> (outcome instanceof Outcome.Refused refused
					&& refused.refusal().problem() == Problem.STALE_VERSION) ? Mono.error(refused.refusal())
							: Mono.just(outcome));
	}

	private Mono<Outcome> recall(Caller caller, List<Command.Line> lines, Command.@Nullable Key key, Refusal refusal) {
		return this.ledger.recall(caller.tenant(), new Command(caller.subject(), lines, key))
			.switchIfEmpty(Mono.error(refusal));
	}

	/** Looks up what a client's words mean, if any of its lines leaves it open. */
	private Mono<Names> names(TenantId tenant, List<Wanted> lines, Predicate<Wanted> open) {
		if (lines.stream().noneMatch(open)) {
			return Mono.just(Names.NONE);
		}
		String[] skus = lines.stream().map(Wanted::sku).filter(Objects::nonNull).distinct().toArray(String[]::new);
		return this.reads.list(tenant, NAMES, (statement) -> statement.bind("$2", skus), Reservations::name)
			.map(Names::of);
	}

	private static Names.Found name(Readable row) {
		return new Names.Found(required(row, "default_warehouse_id", UUID.class), row.get("sku", String.class),
				row.get("id", UUID.class));
	}

	private Reservation reservation(Readable row) {
		return this.json.readValue(required(row, "state", String.class), Reservation.class);
	}

}
