package app.stockroom.inventory;

import java.util.Set;

import app.stockroom.imports.ImportReport;
import app.stockroom.imports.Imports;
import app.stockroom.imports.Sheet;
import app.stockroom.ledger.Command;
import app.stockroom.ledger.Idempotency;
import app.stockroom.ledger.Ledger;
import app.stockroom.platform.Bodies;
import app.stockroom.platform.Filters;
import app.stockroom.platform.Limits;
import app.stockroom.platform.Query;
import app.stockroom.tenancy.Api;
import app.stockroom.tenancy.Caller;
import app.stockroom.tenancy.RouteTable;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

import static app.stockroom.tenancy.Scope.INVENTORY_WRITE;

@Configuration(proxyBeanMethods = false)
class OpeningImportRoutes {

	private static final String PATH = "/api/inventory/import";

	private final OpeningImport imported;

	private final ImportReport report;

	private final Imports imports;

	private final Ledger ledger;

	private final Bodies bodies;

	private final Idempotency idempotency;

	OpeningImportRoutes(OpeningImport imported, ImportReport report, Imports imports, Ledger ledger, Bodies bodies,
			Idempotency idempotency) {
		this.imported = imported;
		this.report = report;
		this.imports = imports;
		this.ledger = ledger;
		this.bodies = bodies;
		this.idempotency = idempotency;
	}

	@Bean
	RouteTable openingImportTable(Api api) {
		return api.routes().postMany(PATH, INVENTORY_WRITE, Query.of("dryRun"), this::post).build();
	}

	Mono<ServerResponse> post(Caller caller, ServerRequest request) {
		Filters query = new Filters(request);
		boolean dryRun = query.flag("dryRun");
		query.check();
		return this.imports.admit(caller.tenant().value(),
				() -> this.bodies.bytes(request, Limits.IMPORT_BYTES, Set.of(Sheet.MEDIA_TYPE))
					.publishOn(Schedulers.parallel())
					.flatMap((body) -> run(caller, request, body, dryRun)));
	}

	private Mono<ServerResponse> run(Caller caller, ServerRequest request, byte[] body, boolean dryRun) {
		Sheet sheet = Sheet.of(body, OpeningRow.COLUMNS).require("sku", "productId", "barcode").require("quantity");
		Command.Key key = dryRun ? null : this.idempotency.of(request, "POST " + PATH, body);
		return claimed(caller, request, key)
			.then(Mono.defer(() -> this.report.answer(request, this.imported.run(caller, sheet, dryRun, key))));
	}

	/** Completes when the first row may be done. */
	private Mono<?> claimed(Caller caller, ServerRequest request, Command.@Nullable Key key) {
		return (key == null) ? Mono.empty() : this.ledger.claim(caller.tenant(), caller.subject(), key)
			.flatMap((outcome) -> Idempotency.settle(request, outcome));
	}

}
