package app.stockroom.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import app.stockroom.Invariants;
import app.stockroom.StockroomTest;
import app.stockroom.platform.Database;
import app.stockroom.platform.EventLoops;
import app.stockroom.platform.Ids;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import app.stockroom.platform.Traces;
import app.stockroom.tenancy.TenantId;
import app.stockroom.tenancy.Tenants;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;

import static app.stockroom.ledger.Shop.command;
import static app.stockroom.ledger.Shop.out;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What goes together in one call, with an engine of its own that has one connection.
 */
@StockroomTest
class LaneTests {

	private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

	@Autowired
	private Database database;

	@Autowired
	private EventLoops loops;

	@Autowired
	private RedisClient redis;

	@Autowired
	private RedisURI redisUri;

	@Autowired
	private Entries entries;

	@Autowired
	private JsonMapper json;

	@Autowired
	private Tenants tenants;

	@Autowired
	private Environment environment;

	private Ledger ledger;

	@BeforeEach
	void openLedger() {
		LedgerSettings settings = new LedgerSettings(1, Duration.ofMinutes(1), 4096, 1000, Duration.ofSeconds(10),
				Duration.ofSeconds(20), Duration.ofDays(7));
		this.ledger = new Ledger(this.database, this.loops, this.redis, this.redisUri, this.entries, settings,
				this.json, this.meters, Traces.off());
	}

	@Test
	void whatArrivesWhileACallIsInFlightGoesInTheNext() throws SQLException {
		Shop shop = Shop.open(this.ledger, this.tenants);
		UUID product = shop.product("A", 100);
		double before = calls();
		List<CompletableFuture<Outcome>> sales = new ArrayList<>();
		try (Connection held = hold(shop)) {
			sales.add(sale(shop, product));
			awaitCalls(before + 1);
			IntStream.range(0, 50).forEach((_) -> sales.add(sale(shop, product)));
			held.rollback();
		}
		assertThat(sales).allSatisfy((sale) -> assertThat(sale.join()).isInstanceOf(Outcome.Accepted.class));
		assertThat(calls() - before).isEqualTo(2);
	}

	@Test
	void whatArrivesWhileOtherTenantsHaveAllConnectionsGoesTogether() throws SQLException {
		Shop busy = Shop.open(this.ledger, this.tenants);
		Shop waiting = Shop.open(this.ledger, this.tenants);
		UUID first = busy.product("A", 100);
		UUID second = waiting.product("A", 100);
		double before = calls();
		List<CompletableFuture<Outcome>> sales = new ArrayList<>();
		try (Connection held = hold(busy)) {
			sales.add(sale(busy, first));
			awaitCalls(before + 1);
			IntStream.range(0, 50).forEach((_) -> sales.add(sale(waiting, second)));
			held.rollback();
		}
		assertThat(sales).allSatisfy((sale) -> assertThat(sale.join()).isInstanceOf(Outcome.Accepted.class));
		assertThat(calls() - before).isEqualTo(2);
	}

	@Test
	void manyTenantsAtOnceWaitForAConnectionAndNoneIsTurnedAway() throws Exception {
		CompletableFuture<List<Problem>> answers;
		try (Connection owner = Invariants.owner(this.environment)) {
			owner.setAutoCommit(false);
			owner.createStatement().execute("lock table ledger_head in access exclusive mode");
			answers = Flux.range(0, 1000)
				.flatMap(i -> this.ledger.post(new TenantId(Ids.next()), command(out(Ids.next(), 1)))
					.<Problem>flatMap(outcome -> Mono.empty())
					.onErrorResume(Refusal.class, refusal -> Mono.just(refusal.problem())), 1000)
				.collectList()
				.toFuture();
			owner.rollback();
		}
		assertThat(answers.join()).hasSize(1000).containsOnly(Problem.FORBIDDEN);
	}

	/** Lets no call of this tenant get on until it is rolled back. */
	private Connection hold(Shop shop) throws SQLException {
		Connection owner = Invariants.owner(this.environment);
		owner.setAutoCommit(false);
		try (Statement statement = owner.createStatement()) {
			statement.execute("select from ledger_head where tenant_id = '%s' for update".formatted(shop.tenant()));
		}
		return owner;
	}

	private CompletableFuture<Outcome> sale(Shop shop, UUID product) {
		return this.ledger.post(shop.tenant(), command(out(product, 1))).toFuture();
	}

	private void awaitCalls(double count) {
		Awaitility.await().until(() -> calls() == count);
	}

	private double calls() {
		return this.meters.counter("stockroom.ledger.calls").count();
	}

}
