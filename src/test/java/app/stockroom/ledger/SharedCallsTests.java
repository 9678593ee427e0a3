package app.stockroom.ledger;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import app.stockroom.Invariants;
import app.stockroom.ledger.Command.Line;
import app.stockroom.ledger.Command.Note;
import app.stockroom.ledger.Command.ProductRef;
import app.stockroom.ledger.Outcome.Accepted;
import app.stockroom.ledger.Outcome.Refused;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import app.stockroom.tenancy.ForgetfulReads;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static app.stockroom.ledger.Shop.command;
import static app.stockroom.ledger.Shop.keyed;
import static app.stockroom.ledger.Shop.out;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What of several tenants goes together in one call, and that none of them notices.
 */
class SharedCallsTests extends OneConnection {

	private static final int TENANTS = 16;

	private static final int LINES = 128;

	private static final List<String> WRITTEN = List.of("ledger_head", "inventory", "movement", "idempotency_key",
			"product", "warehouse");

	private final List<Shop> shops = new ArrayList<>();

	@AfterEach
	void invariantsHold() throws Exception {
		for (Shop shop : this.shops) {
			Invariants.hold(this.environment, shop.tenant());
		}
	}

	@Test
	void asManyTenantsAsMayShareACall() throws SQLException {
		Together most = together(Stream.generate(() -> store().sells(1)).limit(TENANTS).toArray(Ask[]::new));
		assertThat(most.outcomes()).hasOnlyElementsOfType(Accepted.class);
		assertThat(most.calls()).isEqualTo(1);
		Together more = together(Stream.generate(() -> store().sells(1)).limit(TENANTS + 1).toArray(Ask[]::new));
		assertThat(more.outcomes()).hasOnlyElementsOfType(Accepted.class);
		assertThat(more.calls()).isEqualTo(2);
	}

	@Test
	void aSharedCallHasRoomForSoManyLines() throws SQLException {
		assertThat(together(store().sells(LINES - 1), store().sells(1)).calls()).isEqualTo(1);
		assertThat(together(store().sells(LINES - 1), store().sells(2)).calls()).isEqualTo(2);
		assertThat(together(store().sells(1), store().sells(LINES), store().sells(1)).calls())
			.as("who does not fit is passed over")
			.isEqualTo(2);
	}

	@Test
	void whatIsNotPlainGoesByItself() throws SQLException {
		Store store = store();
		Ask reserves = store
			.asks(new Line(ProductRef.of(store.product()), null, EntryType.RESERVE, 0, 1, Note.NONE, null));
		assertThat(together(store().sells(1), reserves, store().sells(1)).calls()).isEqualTo(2);
		assertThat(together(reserves, store().sells(1), store().sells(1)).calls()).isEqualTo(2);
	}

	@Test
	void eachTenantIsDecidedAsIfItCameAlone() throws SQLException {
		decidesEachAsIfItCameAlone();
	}

	@Test
	void policiesAloneKeepTenantsOfACallApart() throws SQLException {
		try (Connection owner = Invariants.owner(this.environment)) {
			List<String> functions = ForgetfulReads.forget(owner);
			try {
				decidesEachAsIfItCameAlone();
			}
			finally {
				ForgetfulReads.remember(owner, functions);
			}
		}
	}

	@Test
	void predicatesAloneKeepTenantsOfACallApart() throws SQLException {
		for (String table : WRITTEN) {
			execute("alter table " + table + " disable row level security");
		}
		try {
			decidesEachAsIfItCameAlone();
		}
		finally {
			for (String table : WRITTEN) {
				execute("alter table " + table + " enable row level security");
			}
		}
	}

	private void decidesEachAsIfItCameAlone() throws SQLException {
		Store first = store();
		Store second = store();
		Store third = store();
		Ask again = third.asks(keyed("key", 1, out(third.product(), 5)));
		Accepted before = (Accepted) this.ledger.post(third.shop().tenant(), again.command()).block();
		Together together = together(first.sells(2), second.asks(out(first.product(), 1)), again,
				second.asks(out(second.product(), 1001)), second.asks(keyed("key", 2, out(second.product(), 3))));
		assertThat(together.calls()).isEqualTo(1);
		assertThat(((Accepted) together.outcomes().getFirst()).entries()).extracting(Entry::quantityAfter)
			.containsExactly(999L, 998L);
		assertThat(problem(together.outcomes().get(1))).as("a stranger's product").isEqualTo(Problem.NOT_FOUND);
		assertThat(together.outcomes().get(2)).isEqualTo(new Accepted(before.entries(), true));
		assertThat(problem(together.outcomes().get(3))).isEqualTo(Problem.INSUFFICIENT_STOCK);
		assertThat(((Accepted) together.outcomes().get(4)).entries()).extracting(Entry::sequence, Entry::quantityAfter)
			.as("a key is its tenant's")
			.containsExactly(tuple(4L, 997L));
	}

	@Test
	void aTenantThatIsGoneIsToldSoAndNobodyElse() throws SQLException {
		Store gone = store();
		execute("update ledger_head set closed = true where tenant_id = '%s'".formatted(gone.shop().tenant()));
		Together together = together(store().sells(1), gone.sells(1), store().sells(1));
		assertThat(together.outcomes().get(1)).isEqualTo(Problem.FORBIDDEN);
		assertThat(List.of(together.outcomes().getFirst(), together.outcomes().getLast()))
			.hasOnlyElementsOfType(Accepted.class);
	}

	@Test
	void nobodyWaitsForATenantThatIsHeld() throws SQLException {
		Store held = store();
		Store other = store();
		List<CompletableFuture<Outcome>> sales = new ArrayList<>();
		double calls;
		try (Connection holds = hold(held.shop())) {
			try (Away away = away()) {
				sales.add(post(other.sells(1)));
				sales.add(post(held.sells(1)));
				sales.add(post(other.sells(1)));
				calls = away.calls();
			}
			assertThat(sales.getFirst().join()).isInstanceOf(Accepted.class);
			assertThat(sales.getLast().join()).isInstanceOf(Accepted.class);
			awaitCalls(calls + 2);
			assertThat(sales.get(1)).isNotDone();
			holds.rollback();
		}
		assertThat(sales.get(1).join()).isInstanceOf(Accepted.class);
		assertThat(together(other.sells(1), held.sells(1)).calls()).as("who was held goes alone for a while")
			.isEqualTo(2);
	}

	@Test
	void whatTheDatabaseDoesNotTakeFailsAlone() throws SQLException {
		Store culprit = store();
		execute("alter table movement add constraint no_thirteen check (tenant_id <> '%s' or delta <> -13)"
			.formatted(culprit.shop().tenant()));
		try {
			Together together = together(store().sells(1), culprit.asks(out(culprit.product(), 13)), store().sells(1));
			assertThat(together.outcomes().get(1)).isEqualTo("failed");
			assertThat(List.of(together.outcomes().getFirst(), together.outcomes().getLast()))
				.hasOnlyElementsOfType(Accepted.class);
			assertThat(together.calls()).as("together, then each by itself").isEqualTo(1 + 3);
		}
		finally {
			execute("alter table movement drop constraint no_thirteen");
		}
	}

	@Test
	void ofASharedCallWhoseConnectionDiesEachTenantIsToldWhatIsKnown() throws SQLException {
		Store keyed = store();
		Store keyless = store();
		List<CompletableFuture<?>> sales = new ArrayList<>();
		try (Connection owner = Invariants.owner(this.environment); Statement statement = owner.createStatement()) {
			owner.setAutoCommit(false);
			statement.execute("select from inventory where product_id = '%s' for update".formatted(keyless.product()));
			try (Away _ = away()) {
				sales.add(post(keyed.asks(keyed("key", 1, out(keyed.product(), 1)))));
				sales.add(outcome(post(keyless.sells(1))));
			}
			Awaitility.await().until(this::terminated);
			owner.rollback();
		}
		assertThat(sales.getFirst().join()).isInstanceOf(Accepted.class);
		assertThat(sales.getLast().join()).isEqualTo(Problem.OUTCOME_UNKNOWN);
		Entry next = keyed.shop().accepted(command(out(keyed.product(), 1))).getFirst();
		assertThat(next.quantityAfter()).as("once and not twice").isEqualTo(998);
	}

	/** Ends the connection whose call waits for a row, once there is one. */
	private boolean terminated() throws SQLException {
		try (Connection application = DriverManager.getConnection(
				this.environment.getRequiredProperty("spring.flyway.url"),
				this.environment.getRequiredProperty("spring.r2dbc.username"),
				this.environment.getRequiredProperty("spring.r2dbc.password"));
				Statement statement = application.createStatement();
				ResultSet rows = statement.executeQuery("""
						select pg_terminate_backend(pid) from pg_stat_activity
						where application_name = 'stockroom-writes' and datname = current_database()
						  and wait_event_type = 'Lock'
						""")) {
			return rows.next();
		}
	}

	private Store store() {
		Shop shop = open();
		this.shops.add(shop);
		return new Store(shop, shop.product("A", 1000));
	}

	private CompletableFuture<Outcome> post(Ask ask) {
		return this.ledger.post(ask.shop().tenant(), ask.command()).toFuture();
	}

	/** What becomes of commands that all wait for the connection. */
	private Together together(Ask... asks) throws SQLException {
		List<CompletableFuture<Object>> outcomes = new ArrayList<>();
		double before;
		try (Away away = away()) {
			for (Ask ask : asks) {
				outcomes.add(outcome(post(ask)));
			}
			before = away.calls();
		}
		return new Together(outcomes.stream().map(CompletableFuture::join).toList(), calls() - before);
	}

	/** The outcome, or the problem that was told, or that something went wrong. */
	private static CompletableFuture<Object> outcome(CompletableFuture<Outcome> sale) {
		return sale.handle((outcome, failure) -> (outcome != null) ? outcome
				: (failure instanceof Refusal refusal) ? refusal.problem() : "failed");
	}

	private static Problem problem(Object outcome) {
		return ((Refused) outcome).refusal().problem();
	}

	private void execute(String sql) throws SQLException {
		try (Connection owner = Invariants.owner(this.environment); Statement statement = owner.createStatement()) {
			statement.execute(sql);
		}
	}

	/** Has somebody use the connection until it is closed. */
	private Away away() throws SQLException {
		Shop busy = open();
		UUID product = busy.product("A", 100);
		double before = calls();
		Connection held = hold(busy);
		CompletableFuture<Outcome> sale = sale(busy, product);
		awaitCalls(before + 1);
		return new Away(held, sale, before + 1);
	}

	private record Store(Shop shop, UUID product) {

		Ask sells(int lines) {
			return asks(IntStream.range(0, lines).mapToObj((_) -> out(this.product, 1)).toArray(Line[]::new));
		}

		Ask asks(Line... lines) {
			return asks(command(lines));
		}

		Ask asks(Command command) {
			return new Ask(this.shop, command);
		}

	}

	private record Ask(Shop shop, Command command) {
	}

	/**
	 * What became of commands, in their order, and how many calls carried them.
	 */
	private record Together(List<Object> outcomes, double calls) {
	}

	private record Away(Connection held, CompletableFuture<Outcome> sale, double calls) implements AutoCloseable {

		@Override
		public void close() throws SQLException {
			this.held.rollback();
			this.held.close();
			assertThat(this.sale.join()).isInstanceOf(Accepted.class);
		}

	}

}
