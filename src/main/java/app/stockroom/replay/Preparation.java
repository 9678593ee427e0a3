package app.stockroom.replay;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Makes the tenant ready for the first line: products, thresholds, opening stock. Each
 * step leaves alone what an earlier run has done, so it may be cut off anywhere and run
 * again.
 */
class Preparation {

	/**
	 * The tenant's changes are made in groups of what waits: more at a time is faster.
	 */
	static final int CONNECTIONS = 64;

	private static final int CONFLICT = 409;

	private final StockroomClient client;

	private final Posting posting;

	private final Stock stock;

	Preparation(StockroomClient client) {
		this.client = client;
		this.posting = new Posting(client, CONNECTIONS);
		this.stock = new Stock(client);
	}

	/**
	 * Completes when every product stands as its plan wants it before the first line.
	 */
	Mono<Void> prepare(List<Plan> plans, String fileHash) {
		return createProducts(plans).then(this.stock.read())
			.flatMap((records) -> setThresholds(plans, records))
			.thenMany(Flux.defer(() -> open(plans, fileHash)))
			.then();
	}

	private Mono<Void> createProducts(List<Plan> plans) {
		return this.stock.read()
			.flatMapMany((records) -> Flux.fromIterable(plans).filter((plan) -> !records.containsKey(plan.sku())))
			.flatMap(this::createProduct, CONNECTIONS)
			.then();
	}

	private Mono<Void> createProduct(Plan plan) {
		NewProduct product = new NewProduct(plan.sku(), plan.product().name(), plan.product().price());
		return this.client.post("/api/products", product).flatMap((answer) -> {
			// Taken by an earlier attempt whose answer was lost.
			if (answer.status() != CONFLICT) {
				this.client.accepted(answer);
			}
			return Mono.empty();
		});
	}

	private Mono<Void> setThresholds(List<Plan> plans, Map<String, Stock.StockRecord> records) {
		return Flux.fromIterable(plans).flatMap((plan) -> {
			Stock.StockRecord found = records.get(plan.sku());
			if (found == null) {
				return Mono.error(new ReplayFailure(plan.sku() + " has no record in the tenant's default warehouse"));
			}
			if (found.minStock() == plan.minStock() && found.maxStock() == plan.maxStock()) {
				return Mono.empty();
			}
			return this.client.put("/api/inventory/" + found.id(), new Thresholds(plan.minStock(), plan.maxStock()))
				.doOnNext(this.client::accepted);
		}, CONNECTIONS).then();
	}

	private Flux<Result> open(List<Plan> plans, String fileHash) {
		Flux<Movement> openings = Flux.fromIterable(plans)
			.filter((plan) -> plan.opening() > 0)
			.map((plan) -> Movement.opening(plan, fileHash));
		return this.posting.post(openings, Options.Mode.NDJSON).doOnNext(Preparation::check);
	}

	/**
	 * An opening that did not start from nothing shows that others use the tenant, whose
	 * stock the model knows nothing about.
	 */
	private static void check(Result opening) {
		Movement posted = opening.movement();
		if (opening.problem() != null || !Objects.equals(opening.quantityAfter(), posted.quantity())) {
			String found = (opening.problem() != null) ? opening.problem() : "it had stock before";
			throw new ReplayFailure("%s: %s; replay into a tenant of its own".formatted(posted.origin(), found));
		}
	}

	@JsonInclude(JsonInclude.Include.NON_NULL)
	record NewProduct(String sku, String name, @Nullable BigDecimal price) {
	}

	record Thresholds(long minStock, long maxStock) {
	}

}
