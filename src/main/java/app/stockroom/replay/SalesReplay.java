package app.stockroom.replay;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import app.stockroom.sales.SalesFile;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One replay from the first check of the file to the last comparison.
 */
class SalesReplay {

	private static final int NAME_DIGITS = 12;

	private final SalesFile file;

	private final Options options;

	private final Terminal terminal;

	SalesReplay(SalesFile file, Options options, Terminal terminal) {
		this.file = file;
		this.options = options;
		this.terminal = terminal;
	}

	/**
	 * Replays the file.
	 * @throws app.stockroom.sales.MalformedSalesFile before anything is posted
	 * @throws ReplayFailure if the replay cannot go on
	 */
	Report run() {
		List<Plan> plans = Plan.of(this.file.products());
		if (plans.size() > Page.MAX_ITEMS) {
			throw new ReplayFailure("more than %d products cannot be compared".formatted(Page.MAX_ITEMS));
		}
		long skipped = this.file.lines().filter((line) -> line.quantity() == 0).count();
		long moving = this.file.lines().filter((line) -> line.quantity() != 0).count();
		this.terminal.say("%s: %,d lines of %,d products; %,d lines of no pieces are left out"
			.formatted(this.options.file(), moving, plans.size(), skipped));
		StockroomClient anonymous = StockroomClient.of(this.options.url(),
				Math.max(this.options.connections(), Preparation.CONNECTIONS), this.terminal::notice);
		return Objects.requireNonNull(new Admission(anonymous).admit(this.options, tenantName())
			.doOnNext((client) -> this.terminal.say("preparing products, thresholds and opening stock"))
			.flatMap((client) -> replay(client, plans, moving))
			.block());
	}

	/**
	 * The two modes have a tenant each: a key that was used in a batch is refused on a
	 * request of its own.
	 */
	private String tenantName() {
		return "replay " + this.file.hash().substring(0, NAME_DIGITS) + " " + this.options.mode().word();
	}

	private Mono<Report> replay(StockroomClient client, List<Plan> plans, long lines) {
		Tally tally = new Tally();
		return new Preparation(client).prepare(plans, this.file.hash())
			.then(Mono.defer(() -> post(client, lines, tally)))
			.flatMap((took) -> new Stock(client).read()
				.map((records) -> new Report(tally, took, plans.size(), deviations(plans, records))));
	}

	private Mono<Duration> post(StockroomClient client, long lines, Tally tally) {
		this.terminal
			.say("posting %s over %d connections".formatted(this.options.mode().word(), this.options.connections()));
		this.terminal.begin(lines);
		String hash = this.file.hash();
		Flux<Movement> movements = Flux.fromStream(this.file::lines)
			.filter((line) -> line.quantity() != 0)
			.map((line) -> Movement.of(line, hash));
		return new Posting(client, this.options.connections()).post(movements, this.options.mode())
			.doOnNext(tally::add)
			.doOnNext((result) -> this.terminal.step())
			.then(Mono.fromSupplier(this.terminal::elapsed));
	}

	private static List<String> deviations(List<Plan> plans, Map<String, Stock.StockRecord> records) {
		return plans.stream().map((plan) -> plan.deviation(records.get(plan.sku()))).filter(Objects::nonNull).toList();
	}

}
