package app.stockroom.ledger;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import app.stockroom.Invariants;
import app.stockroom.Patience;
import app.stockroom.StockroomTest;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;

import static app.stockroom.ledger.Shop.command;
import static app.stockroom.ledger.Shop.in;
import static app.stockroom.ledger.Shop.keyed;
import static app.stockroom.ledger.Shop.out;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What is acknowledged is in the ledger exactly once, whatever breaks meanwhile.
 */
@StockroomTest
class LedgerFaultTests {

	private static final String TERMINATE = """
			select pg_terminate_backend(pid) from pg_stat_activity
			where application_name = 'stockroom-writes' and datname = current_database()
			""";

	private static final String OPEN_TRANSACTIONS = """
			select count(*) from pg_stat_activity
			where datname = current_database() and state like 'idle in transaction%'
			""";

	@Autowired
	Ledger ledger;

	@Autowired
	Entries entries;

	@Autowired
	Tenants tenants;

	@Autowired
	Environment environment;

	Shop shop;

	@BeforeEach
	void openShop() {
		this.shop = Shop.open(this.ledger, this.tenants);
	}

	@AfterEach
	void invariantsHold() throws Exception {
		Invariants.hold(this.environment);
		try (Connection owner = Invariants.owner(this.environment);
				PreparedStatement statement = owner.prepareStatement(OPEN_TRANSACTIONS);
				ResultSet rows = statement.executeQuery()) {
			rows.next();
			assertThat(rows.getInt(1)).as("I11 connections idle in transaction").isZero();
		}
	}

	@Test
	void keyedSalesSurviveTerminatedConnectionsExactlyOnce() throws Exception {
		UUID product = this.shop.product("A", 1000);
		AtomicInteger terminations = new AtomicInteger();
		List<Outcome> outcomes;
		try (Connection application = application(); // may end its own role's sessions
														// only
				PreparedStatement terminate = application.prepareStatement(TERMINATE)) {
			Disposable faults = Flux.interval(Duration.ofMillis(150), Schedulers.newSingle("faults"))
				.doOnNext(tick -> terminations.addAndGet(terminate(terminate)))
				.subscribe();
			outcomes = Flux.range(0, 3000)
				.delayUntil(i -> (i % 10 == 0) ? Mono.delay(Duration.ofMillis(4)) : Mono.empty())
				.flatMap(i -> this.ledger.post(this.shop.tenant(), keyed("sale-" + i, i, out(product, 1)))
					.retryWhen(Retry.fixedDelay(100, Duration.ofMillis(50)).filter(LedgerFaultTests::worthRetrying)),
						64)
				.collectList()
				.block(Patience.LONG);
			faults.dispose();
		}
		assertThat(terminations.get()).as("faults injected").isPositive();
		assertThat(outcomes).hasSize(3000);
		assertThat(outcomes).filteredOn(Outcome.Accepted.class::isInstance).hasSize(1000);
		assertThat(outcomes).filteredOn(Outcome.Accepted.class::isInstance)
			.map(outcome -> ((Outcome.Accepted) outcome).entries().getFirst().sequence())
			.doesNotHaveDuplicates();
		assertThat(this.entries.position(this.shop.tenant()).block().sequence()).isEqualTo(1003);
	}

	@Test
	void aChangeWhoseEntryCannotBeWrittenDoesNotHappen() throws Exception {
		UUID product = this.shop.product("A", 20);
		try (Connection owner = Invariants.owner(this.environment); Statement statement = owner.createStatement()) {
			statement
				.execute("alter table movement add constraint no_thirteen check (tenant_id <> '%s' or delta <> -13)"
					.formatted(this.shop.tenant()));
			try {
				assertThatThrownBy(() -> this.shop.post(command(out(product, 13)))).isNotInstanceOf(Refusal.class);
			}
			finally {
				statement.execute("alter table movement drop constraint no_thirteen");
			}
		}
		assertThat(this.shop.accepted(command(out(product, 1))).getFirst().quantityAfter()).isEqualTo(19);
	}

	@Test
	void aClientThatHangsUpLeavesNothingHalfDone() {
		UUID product = this.shop.product("A", 1000);
		Flux.range(0, 500)
			.flatMap(i -> this.ledger.post(this.shop.tenant(), command(out(product, 1)))
				.timeout(Duration.ofMillis(ThreadLocalRandom.current().nextInt(20)))
				.onErrorComplete(TimeoutException.class), 64)
			.blockLast(Patience.LONG);
		long sequence = this.shop.accepted(command(out(product, 1))).getFirst().sequence();
		long quantity = this.shop.accepted(command(out(product, 1))).getFirst().quantityAfter();
		assertThat(quantity).isEqualTo(1000 - (sequence - 3) - 1);
	}

	@Test
	void aLaneThatIsFullAnswersAtOnce() throws Exception {
		UUID product = this.shop.product("A", 500);
		try (Connection owner = Invariants.owner(this.environment)) {
			owner.setAutoCommit(false);
			lockHead(owner);
			// 4,096 may wait, and the call that does not return has taken up to a
			// thousand.
			Mono<List<Throwable>> refused = Flux.range(0, 7000)
				.flatMap(i -> this.ledger
					.post(this.shop.tenant(), command((i % 2 == 0) ? out(product, 1) : in(product, 1)))
					.<Throwable>flatMap(outcome -> Mono.empty())
					.onErrorResume(Mono::just), 7000)
				.take(1000)
				.collectList();
			List<Throwable> failures = refused.block(Patience.LONG);
			assertThat(failures).hasSize(1000)
				.allSatisfy(failure -> assertThat(((Refusal) failure).problem()).isEqualTo(Problem.QUEUE_FULL));
			owner.rollback();
		}
		Mono<Outcome> afterwards = this.ledger.post(this.shop.tenant(), command(out(product, 1)))
			.retryWhen(Retry.fixedDelay(100, Duration.ofMillis(50)));
		assertThat(afterwards.block()).isInstanceOf(Outcome.Accepted.class);
	}

	private Connection application() throws SQLException {
		return DriverManager.getConnection(this.environment.getRequiredProperty("spring.flyway.url"),
				this.environment.getRequiredProperty("spring.r2dbc.username"),
				this.environment.getRequiredProperty("spring.r2dbc.password"));
	}

	private void lockHead(Connection owner) throws Exception {
		try (PreparedStatement lock = owner
			.prepareStatement("select 1 from ledger_head where tenant_id = ? for update")) {
			lock.setObject(1, this.shop.tenant().value());
			lock.execute();
		}
	}

	private static boolean worthRetrying(Throwable failure) {
		return failure instanceof Refusal refusal
				&& (refusal.problem() == Problem.UNAVAILABLE || refusal.problem() == Problem.OUTCOME_UNKNOWN);
	}

	private static int terminate(PreparedStatement terminate) {
		try (ResultSet rows = terminate.executeQuery()) {
			int count = 0;
			while (rows.next()) {
				count++;
			}
			return count;
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
