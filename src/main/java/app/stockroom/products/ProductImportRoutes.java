package app.stockroom.products;

import java.util.Set;

import app.stockroom.imports.ImportReport;
import app.stockroom.imports.Imports;
import app.stockroom.imports.Sheet;
import app.stockroom.platform.Bodies;
import app.stockroom.platform.Filters;
import app.stockroom.platform.Limits;
import app.stockroom.platform.Query;
import app.stockroom.tenancy.Api;
import app.stockroom.tenancy.Caller;
import app.stockroom.tenancy.RouteTable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

import static app.stockroom.tenancy.Scope.CATALOG_WRITE;

@Configuration(proxyBeanMethods = false)
class ProductImportRoutes {

	private final ProductImport imported;

	private final ImportReport report;

	private final Imports imports;

	private final Bodies bodies;

	ProductImportRoutes(ProductImport imported, ImportReport report, Imports imports, Bodies bodies) {
		this.imported = imported;
		this.report = report;
		this.imports = imports;
		this.bodies = bodies;
	}

	@Bean
	RouteTable productImportTable(Api api) {
		return api.routes().postMany("/api/products/import", CATALOG_WRITE, Query.of("dryRun"), this::post).build();
	}

	Mono<ServerResponse> post(Caller caller, ServerRequest request) {
		Filters query = new Filters(request);
		boolean dryRun = query.flag("dryRun");
		query.check();
		return this.imports.admit(caller.tenant().value(),
				() -> this.bodies.bytes(request, Limits.IMPORT_BYTES, Set.of(Sheet.MEDIA_TYPE))
					.publishOn(Schedulers.parallel())
					.map((body) -> Sheet.of(body, ProductImport.COLUMNS).require("sku"))
					.flatMap((sheet) -> this.report.answer(request, this.imported.run(caller, sheet, dryRun))));
	}

}
