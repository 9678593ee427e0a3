package app.stockroom.counts;

import java.lang.reflect.Array;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

import app.stockroom.ledger.Command;
import app.stockroom.ledger.Ledger;
import app.stockroom.ledger.Outcome;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import app.stockroom.tenancy.Caller;
import app.stockroom.tenancy.Reads;
import app.stockroom.tenancy.TenantId;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Statement;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Repository;

import static app.stockroom.platform.Columns.required;

/**
 * Compares counts with the ledger and adjusts it.
 */
@Repository
class StockCounts {

	/** The most reservations that a refusal names. */
	private static final int HOLDERS = 20;

	private static final String BOOKS = """
			select p.id as product_id, w.id as warehouse_id, i.quantity, i.version, h.sequence as head,
			  (select m.quantity_after from movement m
			    where m.tenant_id = $1 and m.inventory_id = i.id and m.sequence <= l.at_sequence
			    order by m.sequence desc limit 1) as quantity_then
			from ledger_head h
			cross join unnest($2, $3, $4) with ordinality l(product_id, sku, at_sequence, n)
			left join warehouse w
			  on w.tenant_id = $1 and w.id = coalesce($5, h.default_warehouse_id) and w.deleted_at is null
			left join product p on p.tenant_id = $1 and p.deleted_at is null
			  and p.id = coalesce(l.product_id, product_named_1($1, l.sku))
			left join inventory i on i.tenant_id = $1 and i.product_id = p.id and i.warehouse_id = w.id
			where h.tenant_id = $1
			order by l.n
			""";

	private static final String HOLDING = """
			select d.id, d.reference, d.expires_at, o.quantity
			from inventory i
			join hold o on o.tenant_id = $1 and o.inventory_id = i.id
			join document d on d.tenant_id = $1 and d.id = o.document_id
			where i.tenant_id = $1 and i.product_id = $2
			  and i.warehouse_id = coalesce($3, (select b.default_warehouse_id from ledger_head b where b.tenant_id = $1))
			order by o.quantity desc, d.id
			limit $4
			""";

	private final Reads reads;

	private final Ledger ledger;

	StockCounts(Reads reads, Ledger ledger) {
		this.reads = reads;
		this.ledger = ledger;
	}

	/**
	 * Adjusts what differs from a count, all of it or nothing. A line that was counted
	 * now is compared again while its record changes in between; one that was counted at
	 * a sequence is adjusted by its difference then, whatever has moved since.
	 */
	Mono<Outcome> post(Caller caller, StockCount count, Command.@Nullable Key key) {
		Mono<Command> compiled = books(caller.tenant(), count)
			.map((books) -> new Command(caller.subject(), books.adjustments(count), key));
		return this.ledger.post(caller.tenant(), compiled)
			.onErrorResume(Refusal.class, (refusal) -> earlier(caller, key, refusal))
			.flatMap((outcome) -> this.ledger.told(caller.tenant(), key, outcome,
					(refused) -> explained(caller.tenant(), count.warehouseId(), refused)));
	}

	/** A request that cannot be compiled may repeat one that was done: its key knows. */
	private Mono<Outcome> earlier(Caller caller, Command.@Nullable Key key, Refusal refusal) {
		return refusal.problem().status().is4xxClientError()
				? this.ledger.recall(caller.tenant(), new Command(caller.subject(), List.of(), key))
					.switchIfEmpty(Mono.error(refusal))
				: Mono.error(refusal);
	}

	/** A refusal for what is reserved names the reservations. */
	private Mono<Outcome.Refused> explained(TenantId tenant, @Nullable UUID warehouse, Outcome.Refused refused) {
		Refusal refusal = refused.refusal();
		return switch (refusal.problem()) {
			case STALE_VERSION -> Mono.error(Problem.STALE_VERSION.because(
					"The stock moves faster than it can be compared; say at which sequence it was counted (atSequence)."));
			case BELOW_RESERVED -> holders(tenant, warehouse, refusal)
				.map((holders) -> new Outcome.Refused(refusal.with("reservations", holders), refused.line(),
						refused.replayed()));
			default -> Mono.just(refused);
		};
	}

	private Mono<List<Holder>> holders(TenantId tenant, @Nullable UUID warehouse, Refusal refusal) {
		return (refusal.members().get("productId") instanceof UUID product) ? this.reads.list(tenant, HOLDING,
				(statement) -> bind(statement.bind("$2", product), "$3", warehouse).bind("$4", HOLDERS),
				StockCounts::holder) : Mono.just(List.of());
	}

	private Mono<BookStock> books(TenantId tenant, StockCount count) {
		return this.reads
			.list(tenant, BOOKS,
					(statement) -> bind(
							statement.bind("$2", column(count, UUID.class, StockCount.Line::productId))
								.bind("$3", column(count, String.class, StockCount.Line::sku))
								.bind("$4", column(count, Long.class, StockCount.Line::atSequence)),
							"$5", count.warehouseId()),
					StockCounts::row)
			.map(BookStock::new);
	}

	private static Statement bind(Statement statement, String name, @Nullable UUID id) {
		return (id != null) ? statement.bind(name, id) : statement.bindNull(name, UUID.class);
	}

	private static @Nullable Object[] column(StockCount count, Class<?> type, Cell cell) {
		@Nullable Object[] values = (Object[]) Array.newInstance(type, count.lines().size());
		for (int i = 0; i < values.length; i++) {
			values[i] = cell.of(count.lines().get(i));
		}
		return values;
	}

	private static BookStock.Row row(Readable row) {
		return new BookStock.Row(row.get("product_id", UUID.class), row.get("warehouse_id", UUID.class),
				row.get("quantity", Long.class), row.get("quantity_then", Long.class), row.get("version", Long.class),
				required(row, "head", Long.class));
	}

	private static Holder holder(Readable row) {
		return new Holder(required(row, "id", UUID.class), row.get("reference", String.class),
				required(row, "quantity", Long.class), row.get("expires_at", Instant.class));
	}

	/** Takes one element of an array from a line. */
	private interface Cell {

		@Nullable Object of(StockCount.Line line);

	}

	/**
	 * A reservation in the way of a count.
	 *
	 * @param id the reservation's id
	 * @param reference the client's own document
	 * @param quantity pieces it holds of the product
	 * @param expiresAt when it ends by itself
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	record Holder(UUID id, @Nullable String reference, long quantity, @Nullable Instant expiresAt) {
	}

}
