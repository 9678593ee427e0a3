package app.stockroom.reservations;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import app.stockroom.ledger.Outcome;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import app.stockroom.tenancy.Reads;
import app.stockroom.tenancy.TenantId;
import io.r2dbc.spi.Readable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Repository;

import static app.stockroom.platform.Columns.required;

/**
 * Tells a client whose reservation was refused everything that was short, and what it
 * could do instead. Read after the refusal, so the numbers may have moved on since.
 */
@Repository
class Shortages {

	private static final Logger logger = LoggerFactory.getLogger(Shortages.class);

	/** Most other warehouses that are told for one product. */
	private static final int ELSEWHERE = 10;

	private static final String STOCK = """
			select * from (
			  select i.product_id, i.warehouse_id, p.sku, w.name as warehouse, i.quantity - i.reserved as available,
			    case when i.warehouse_id = any($3) then (
			      select d.expires_at from document d
			      where d.tenant_id = $1 and d.status = 'HELD' and exists (
			        select from hold h where h.tenant_id = $1 and h.document_id = d.id and h.inventory_id = i.id)
			      order by d.expires_at limit 1) end as next_expires_at,
			    row_number() over (partition by i.product_id order by i.quantity - i.reserved desc, i.warehouse_id) as place
			  from inventory i
			  left join product p on p.tenant_id = i.tenant_id and p.id = i.product_id
			  join warehouse w on w.tenant_id = i.tenant_id and w.id = i.warehouse_id
			  where i.tenant_id = $1 and i.product_id = any($2) and w.status = 'ACTIVE' and w.deleted_at is null) s
			where s.place <= $4 or s.warehouse_id = any($3)
			order by s.product_id, s.place
			""";

	private final Reads reads;

	Shortages(Reads reads) {
		this.reads = reads;
	}

	/**
	 * The refusal with all that was short, if that is what it is for.
	 */
	Mono<Outcome.Refused> explain(TenantId tenant, List<Wanted> wanted, Outcome.Refused refused) {
		if (refused.refusal().problem() != Problem.INSUFFICIENT_STOCK) {
			return Mono.just(refused);
		}
		return stock(tenant, wanted).map((stock) -> {
			refused.refusal().with("shortages", shortages(wanted, stock, refused));
			return refused;
		}).onErrorResume((failure) -> {
			// The refusal is final, and it stands without the help that goes with it.
			logger.warn("What was short could not be read: {}", failure.getMessage());
			return Mono.just(refused);
		});
	}

	private Mono<List<Stock>> stock(TenantId tenant, List<Wanted> wanted) {
		return this.reads.list(tenant, STOCK,
				(statement) -> statement.bind("$2", ids(wanted.stream().map(Wanted::productId)))
					.bind("$3", ids(wanted.stream().map(Wanted::warehouseId)))
					.bind("$4", ELSEWHERE),
				Shortages::stock);
	}

	private static UUID[] ids(Stream<@Nullable UUID> ids) {
		return ids.distinct().toArray(UUID[]::new);
	}

	private static List<Shortage> shortages(List<Wanted> wanted, List<Stock> stock, Outcome.Refused refused) {
		List<Shortage> shortages = new ArrayList<>();
		for (int i = 0; i < wanted.size(); i++) {
			Wanted line = wanted.get(i);
			Stock here = stock.stream().filter((row) -> row.holds(line)).findFirst().orElse(null);
			boolean blamed = i == refused.line();
			if (here != null && (blamed || here.available() < line.quantity())) {
				shortages.add(shortage(line, here, blamed ? available(refused.refusal()) : here.available(), stock));
			}
		}
		return shortages;
	}

	private static Shortage shortage(Wanted line, Stock here, long available, List<Stock> stock) {
		List<Shortage.Elsewhere> elsewhere = stock.stream()
			.filter((row) -> row.productId().equals(here.productId()) && !row.warehouseId().equals(here.warehouseId()))
			.filter((row) -> row.available() > 0)
			.map((row) -> new Shortage.Elsewhere(row.warehouseId(), row.warehouse(), row.available()))
			.toList();
		return new Shortage(here.productId(), here.sku(), here.warehouseId(), line.quantity(), available,
				here.nextExpiresAt(), elsewhere);
	}

	/** What the refused line itself met. */
	private static long available(Refusal refusal) {
		return (refusal.members().get("available") instanceof Number number) ? number.longValue() : 0;
	}

	private static Stock stock(Readable row) {
		return new Stock(required(row, "product_id", UUID.class), required(row, "sku", String.class),
				required(row, "warehouse_id", UUID.class), required(row, "warehouse", String.class),
				required(row, "available", Long.class), row.get("next_expires_at", Instant.class));
	}

	/** One record of a wanted product. */
	private record Stock(UUID productId, String sku, UUID warehouseId, String warehouse, long available,
			@Nullable Instant nextExpiresAt) {

		boolean holds(Wanted line) {
			return this.productId.equals(line.productId()) && this.warehouseId.equals(line.warehouseId());
		}

	}

}
