package app.stockroom.products;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import app.stockroom.imports.Cell;
import app.stockroom.imports.RowResult;
import app.stockroom.imports.RowResult.Status;
import app.stockroom.imports.Settlement;
import app.stockroom.imports.Sheet;
import app.stockroom.imports.SheetRow;
import app.stockroom.ledger.CatalogChange;
import app.stockroom.ledger.Ledger;
import app.stockroom.platform.Bodies;
import app.stockroom.platform.Limits;
import app.stockroom.platform.Patch;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import app.stockroom.platform.Text;
import app.stockroom.tenancy.Caller;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;

/**
 * Products from a file: a SKU that is not there is created, one that is there takes what
 * the columns say. An absent column leaves its field as it is; an empty cell takes a
 * description, a price or barcodes away and says nothing about the status.
 */
@Component
class ProductImport {

	/** The columns of the file: those of our own export, of which some are ignored. */
	static final Map<String, Cell> COLUMNS = Map.ofEntries(Map.entry("sku", Cell.NAME), Map.entry("name", Cell.NAME),
			Map.entry("description", Cell.TEXT), Map.entry("price", Cell.NUMBER), Map.entry("barcodes", Cell.LIST),
			Map.entry("status", Cell.WORD), Map.entry("id", Cell.READ_ONLY), Map.entry("version", Cell.READ_ONLY),
			Map.entry("createdAt", Cell.READ_ONLY), Map.entry("updatedAt", Cell.READ_ONLY),
			Map.entry("deletedAt", Cell.READ_ONLY));

	/** Others may change a product while it is imported, but not this often in a row. */
	private static final int ATTEMPTS = 5;

	private final Products products;

	private final Ledger ledger;

	private final Bodies bodies;

	ProductImport(Products products, Ledger ledger, Bodies bodies) {
		this.products = products;
		this.ledger = ledger;
		this.bodies = bodies;
	}

	Flux<List<RowResult>> run(Caller caller, Sheet sheet, boolean dryRun) {
		return Flux.defer(() -> {
			Map<String, Long> lines = new HashMap<>();
			return Settlement.of(sheet, (chunk) -> this.products.bySku(caller.tenant(), skus(chunk)), (row, known) -> {
				String sku = row.text("sku");
				Long line = lines.putIfAbsent(sku, row.line());
				return (line == null || line == row.line()) ? settle(caller, row, known.get(sku), dryRun, ATTEMPTS)
						: Mono.error(repeated(line));
			});
		});
	}

	/** What could not be a SKU is refused later, with all that is wrong about its row. */
	private static Set<String> skus(List<SheetRow> chunk) {
		return chunk.stream()
			.map((row) -> row.text("sku"))
			.filter((sku) -> !sku.isEmpty() && sku.length() <= Limits.TEXT_LENGTH && Text.isClean(sku))
			.collect(Collectors.toSet());
	}

	private Mono<RowResult> settle(Caller caller, SheetRow row, @Nullable Product known, boolean dryRun, int attempts) {
		if (!row.text("deletedAt").isEmpty()) {
			throw refused("deletedAt", "read-only", "this product was deleted; leave the row out or the cell empty");
		}
		Mono<RowResult> written = (known != null) ? update(caller, row, known, dryRun) : create(caller, row, dryRun);
		return written.onErrorResume((error) -> attempts > 1 && raced(error),
				(raced) -> again(caller, row, dryRun, attempts));
	}

	/** Somebody else was faster: what is there now decides. */
	private Mono<RowResult> again(Caller caller, SheetRow row, boolean dryRun, int attempts) {
		String sku = row.text("sku");
		return this.products.bySku(caller.tenant(), Set.of(sku))
			.flatMap((found) -> settle(caller, row, found.get(sku), dryRun, attempts - 1));
	}

	private static boolean raced(Throwable error) {
		return error instanceof Refusal refusal
				&& Set.of(Problem.SKU_TAKEN, Problem.STALE_VERSION, Problem.NOT_FOUND).contains(refusal.problem());
	}

	private Mono<RowResult> create(Caller caller, SheetRow row, boolean dryRun) {
		Product.Details details = this.bodies.parse(row.json(), Product.Details.class);
		CatalogChange creation = this.products.creation(caller, details);
		return change(caller, creation, dryRun)
			.thenReturn(RowResult.of(row, Status.CREATED, dryRun ? null : creation.id(), null, false));
	}

	private Mono<RowResult> update(Caller caller, SheetRow row, Product known, boolean dryRun) {
		Product.Change change = this.bodies.parse(row.json(), Product.Change.class);
		Set<String> cleared = Product.Change.OPTIONAL.stream().filter(row::isEmpty).collect(Collectors.toSet());
		Product.Details details = Product.Change.on(known, new Patch<>(change, cleared));
		if (details.equals(known.details())) {
			return Mono.just(RowResult.of(row, Status.UNCHANGED, known.id(), null, false));
		}
		return change(caller, this.products.update(caller, known, details), dryRun)
			.thenReturn(RowResult.of(row, Status.UPDATED, known.id(), null, false));
	}

	private Mono<?> change(Caller caller, CatalogChange change, boolean dryRun) {
		return dryRun ? this.ledger.rehearse(caller.tenant(), change) : this.ledger.change(caller.tenant(), change);
	}

	private static Refusal repeated(long line) {
		return refused("sku", "repeated", "line " + line + " has this SKU already");
	}

	private static Refusal refused(String column, String code, String detail) {
		return Problem.INVALID_REQUEST.because("The row is not valid.")
			.with(new Refusal.FieldError(column, code, detail));
	}

}
