package app.stockroom.ledger;

import java.sql.Connection;
import java.sql.ResultSet;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

import app.stockroom.Invariants;
import app.stockroom.StockroomTest;
import app.stockroom.ledger.Command.Line;
import app.stockroom.ledger.Command.Note;
import app.stockroom.ledger.Command.ProductRef;
import app.stockroom.ledger.Command.Terms;
import app.stockroom.platform.Ids;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import app.stockroom.tenancy.TenantId;
import app.stockroom.tenancy.Tenants;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;

import static app.stockroom.ledger.Shop.command;
import static app.stockroom.ledger.Shop.in;
import static app.stockroom.ledger.Shop.keyed;
import static app.stockroom.ledger.Shop.out;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

@StockroomTest
class LedgerTests {

	@Autowired
	Ledger ledger;

	@Autowired
	Entries entries;

	@Autowired
	Alerts alerts;

	@Autowired
	Tenants tenants;

	@Autowired
	MeterRegistry meters;

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
	}

	@Test
	void aProductComesWithItsRecordInTheDefaultWarehouse() {
		UUID product = this.shop.product("A", 0);
		assertThat(ledgerOf(this.shop))
			.extracting(Entry::sequence, Entry::type, Entry::productId, Entry::quantityAfter, Entry::minStock,
					Entry::maxStock, Entry::version)
			.containsExactly(tuple(1L, EntryType.CATALOG, null, null, null, null, null),
					tuple(2L, EntryType.OPENING, product, 0L, 10L, 1000L, 1L));
	}

	@Test
	void aMovementCarriesTheRecordsStateAfterIt() {
		UUID product = this.shop.product("A", 100);
		Note note = new Note("sold", "order-1", Instant.parse("2026-01-01T00:00:00Z"));
		Line sale = new Line(new ProductRef(null, "A"), null, EntryType.OUT, -30, 0, note, null);
		Entry entry = this.shop.accepted(command(sale)).getFirst();
		assertThat(entry).extracting(Entry::sequence, Entry::type, Entry::productId, Entry::delta, Entry::quantityAfter,
				Entry::reservedAfter, Entry::version, Entry::reason, Entry::reference, Entry::actor, Entry::occurredAt)
			.containsExactly(4L, EntryType.OUT, product, -30L, 70L, 0L, 3L, "sold", "order-1", "test",
					note.occurredAt());
		assertThat(this.entries.find(this.shop.tenant(), 4).block()).isEqualTo(entry);
	}

	@Test
	void changesOfTheCatalogueGoTogetherAndEachForItself() {
		double callsBefore = this.meters.counter("stockroom.ledger.calls").count();
		List<Object> outcomes = Flux.range(0, 300)
			.map((i) -> creation((i == 100) ? "x".repeat(300) : (i == 200) ? "P1" : "P" + i))
			.flatMapSequential((change) -> this.ledger.change(this.shop.tenant(), change)
				.cast(Object.class)
				.onErrorResume(Mono::just), 300)
			.collectList()
			.block();
		assertThat(outcomes).filteredOn(Entry.class::isInstance).hasSize(298);
		assertThat(outcomes.get(100)).isInstanceOf(WriteFailure.class);
		assertThat(outcomes.get(200)).asInstanceOf(type(Refusal.class))
			.extracting(Refusal::problem)
			.isEqualTo(Problem.SKU_TAKEN);
		assertThat(ledgerOf(this.shop)).hasSize(2 * 298);
		assertThat(this.meters.counter("stockroom.ledger.calls").count() - callsBefore)
			.as("calls for 300 changes, of which one has to be found by halving")
			.isLessThan(60);
	}

	@Test
	void aRehearsedChangeOfTheCatalogueIsJudgedAndTakenBack() {
		this.shop.product("A", 0);
		assertThat(this.ledger.rehearse(this.shop.tenant(), creation("B")).block()).isNotNull();
		StepVerifier.create(this.ledger.rehearse(this.shop.tenant(), creation("A")))
			.verifyErrorMatches((error) -> error instanceof Refusal refusal && refusal.problem() == Problem.SKU_TAKEN);
		assertThat(ledgerOf(this.shop)).hasSize(2);
		this.shop.product("B", 0);
	}

	private static CatalogChange creation(String sku) {
		return new CatalogChange(Entry.SubjectKind.PRODUCT, Ids.next(), CatalogChange.Action.CREATE, null,
				"{\"sku\":\"%s\",\"name\":\"x\",\"barcodes\":[],\"status\":\"ACTIVE\"}".formatted(sku), "test");
	}

	@Test
	void stockBeyondWhatIsThereIsRefusedWithTheNumbersAndHarmsNoNeighbour() {
		UUID product = this.shop.product("A", 5);
		List<Outcome> outcomes = Flux.just(command(out(product, 3)), command(out(product, 3)), command(out(product, 2)))
			.flatMapSequential(each -> this.ledger.post(this.shop.tenant(), each))
			.collectList()
			.block();
		assertThat(outcomes).map(Outcome::getClass)
			.containsExactly(Outcome.Accepted.class, Outcome.Refused.class, Outcome.Accepted.class);
		Refusal refusal = ((Outcome.Refused) outcomes.get(1)).refusal();
		assertThat(refusal.problem()).isEqualTo(Problem.INSUFFICIENT_STOCK);
		assertThat(refusal.members()).containsEntry("requested", 3L).containsEntry("available", 2L);
	}

	@Test
	void stockBeyondTheMaximumIsRefusedButTakingAwayNeverIs() {
		UUID product = this.shop.product("A", 1000);
		Refusal refusal = this.shop.refused(command(in(product, 1))).refusal();
		assertThat(refusal.problem()).isEqualTo(Problem.CAPACITY_EXCEEDED);
		assertThat(refusal.members()).containsEntry("requested", 1L)
			.containsEntry("quantity", 1000L)
			.containsEntry("capacity", 1000L);
		Line counted = new Line(ProductRef.of(product), null, EntryType.ADJUSTMENT, 500, 0, Note.NONE,
				new Terms(null, null, null, true));
		assertThat(this.shop.accepted(command(counted)).getFirst().quantityAfter()).isEqualTo(1500);
		assertThat(this.shop.accepted(command(out(product, 1))).getFirst().quantityAfter()).isEqualTo(1499);
	}

	@Test
	void whatIsReservedCannotBeSold() {
		UUID product = this.shop.product("A", 10);
		Line hold = new Line(ProductRef.of(product), null, EntryType.RESERVE, 0, 8, Note.NONE, null);
		this.shop.accepted(command(hold));
		assertThat(this.shop.refused(command(out(product, 3))).refusal().members()).containsEntry("available", 2L);
		this.shop.accepted(command(out(product, 2)));
	}

	@Test
	void aCommandOfManyLinesIsAllOrNothing() {
		UUID first = this.shop.product("A", 10);
		UUID second = this.shop.product("B", 10);
		Outcome.Refused refused = this.shop
			.refused(command(out(first, 4), out(second, 4), out(first, 4), out(second, 7)));
		assertThat(refused.line()).isEqualTo(3);
		assertThat(refused.refusal().members()).containsEntry("available", 6L);
		assertThat(this.shop.accepted(command(out(first, 10), out(second, 10)))).extracting(Entry::quantityAfter)
			.containsExactly(0L, 0L);
	}

	@Test
	void anArrivalOpensTheRecordThatIsMissingAndARefusedCommandDoesNot() {
		UUID product = this.shop.product("A", 0);
		UUID warehouse = this.shop.warehouse("North");
		Line tooMuch = new Line(ProductRef.of(product), warehouse, EntryType.IN, 1001, 0, Note.NONE, null);
		this.shop.refused(command(tooMuch));
		Line sale = new Line(ProductRef.of(product), warehouse, EntryType.OUT, -1, 0, Note.NONE, null);
		assertThat(this.shop.refused(command(sale)).refusal().problem()).isEqualTo(Problem.NOT_FOUND);
		Line arrival = new Line(ProductRef.of(product), warehouse, EntryType.IN, 7, 0, Note.NONE, null);
		assertThat(this.shop.accepted(command(arrival))).extracting(Entry::type, Entry::quantityAfter, Entry::version)
			.containsExactly(tuple(EntryType.OPENING, 0L, 1L), tuple(EntryType.IN, 7L, 2L));
	}

	@Test
	void whatIsUnknownIsNotFound() {
		UUID product = this.shop.product("A", 5);
		assertThat(this.shop.refused(command(out(Ids.next(), 1))).refusal().problem()).isEqualTo(Problem.NOT_FOUND);
		Line elsewhere = new Line(ProductRef.of(product), Ids.next(), EntryType.OUT, -1, 0, Note.NONE, null);
		assertThat(this.shop.refused(command(elsewhere)).refusal().problem()).isEqualTo(Problem.NOT_FOUND);
		StepVerifier.create(this.ledger.post(new TenantId(Ids.next()), command(out(product, 1))))
			.expectErrorSatisfies(failure -> assertThat(((Refusal) failure).problem()).isEqualTo(Problem.FORBIDDEN))
			.verify();
	}

	@Test
	void aStaleVersionIsRefusedAndKeepsItsKeyForTheNextAttempt() {
		UUID product = this.shop.product("A", 5);
		Line stale = new Line(ProductRef.of(product), null, EntryType.OUT, -1, 0, Note.NONE,
				new Terms(1L, null, null, false));
		Line fresh = new Line(ProductRef.of(product), null, EntryType.OUT, -1, 0, Note.NONE,
				new Terms(2L, null, null, false));
		assertThat(this.shop.refused(keyed("k", 1, stale)).refusal().problem()).isEqualTo(Problem.STALE_VERSION);
		assertThat(this.shop.post(keyed("k", 1, fresh))).isInstanceOf(Outcome.Accepted.class);
	}

	@Test
	void aRepeatedKeyReplaysTheFirstOutcomeWhateverItWas() {
		UUID product = this.shop.product("A", 5);
		Outcome first = this.shop.post(keyed("sale", 1, out(product, 5)));
		Outcome refused = this.shop.post(keyed("late", 2, out(product, 1)));
		this.shop.accepted(command(in(product, 500)));
		assertThat(this.shop.post(keyed("sale", 1, out(product, 5))))
			.isEqualTo(new Outcome.Accepted(((Outcome.Accepted) first).entries(), true));
		Outcome.Refused again = this.shop.refused(keyed("late", 2, out(product, 1)));
		assertThat(again.replayed()).isTrue();
		assertThat(again.refusal().members()).isEqualTo(((Outcome.Refused) refused).refusal().members());
	}

	@Test
	void aKeyWithAnotherBodyIsRefusedAndChangesNothing() {
		UUID product = this.shop.product("A", 5);
		this.shop.accepted(keyed("k", 1, out(product, 1)));
		assertThat(this.shop.refused(keyed("k", 2, out(product, 2))).refusal().problem())
			.isEqualTo(Problem.IDEMPOTENCY_KEY_REUSED);
		assertThat(this.shop.accepted(command(out(product, 1))).getFirst().quantityAfter()).isEqualTo(3);
	}

	@Test
	void oneKeyManyTimesAtOnceIsAppliedOnce() {
		UUID product = this.shop.product("A", 100);
		List<Outcome> outcomes = Flux.range(0, 200)
			.flatMap(each -> this.ledger.post(this.shop.tenant(), keyed("k", 1, out(product, 1))), 200)
			.collectList()
			.block();
		assertThat(outcomes).hasSize(200).filteredOn(outcome -> !outcome.replayed()).hasSize(1);
		assertThat(outcomes).map(outcome -> ((Outcome.Accepted) outcome).entries().getFirst().sequence())
			.containsOnly(4L);
	}

	@Test
	void aKeyIsKeptWhereThereIsNothingToDo() {
		UUID product = this.shop.product("A", 5);
		assertThat(this.shop.accepted(keyed("k", 1))).isEmpty();
		assertThat(this.shop.post(keyed("k", 1, out(product, 1)))).isEqualTo(new Outcome.Accepted(List.of(), true));
		this.shop.refused(keyed("late", 2, out(product, 6)));
		assertThat(this.shop.refused(keyed("late", 2)).refusal().problem()).isEqualTo(Problem.INSUFFICIENT_STOCK);
		assertThat(this.shop.accepted(command())).isEmpty();
	}

	@Test
	void fiveHundredSalesOfAHundredSellAHundredAndTellTwice() {
		UUID product = this.shop.product("A", 100);
		double callsBefore = this.meters.counter("stockroom.ledger.calls").count();
		List<Outcome> outcomes = Flux.range(0, 500)
			.flatMap(each -> this.ledger.post(this.shop.tenant(), command(out(product, 1))), 500)
			.collectList()
			.block();
		assertThat(outcomes).filteredOn(Outcome.Accepted.class::isInstance).hasSize(100);
		assertThat(outcomes).filteredOn(Outcome.Refused.class::isInstance).hasSize(400);
		assertThat(this.meters.counter("stockroom.ledger.calls").count() - callsBefore)
			.as("group commit: calls for 500 commands")
			.isLessThan(100);
		assertThat(this.alerts.changes(this.shop.tenant(), 3, Long.MAX_VALUE).block())
			.extracting(Alert::kind, Alert::state, Alert::sequence)
			.containsExactly(tuple(Alert.Kind.LOW_STOCK, Alert.State.OPEN, 3L + 91),
					tuple(Alert.Kind.LOW_STOCK, Alert.State.RESOLVED, 3L + 100),
					tuple(Alert.Kind.OUT_OF_STOCK, Alert.State.OPEN, 3L + 100));
	}

	@Test
	void anAlertFollowsThresholdsAcknowledgementAndRecovery() {
		UUID product = this.shop.product("A", 20);
		Line raise = new Line(ProductRef.of(product), null, EntryType.SETTINGS, 0, 0, Note.NONE,
				new Terms(null, 50L, 100L, false));
		long crossing = this.shop.accepted(command(raise)).getFirst().sequence();
		Alert open = this.alerts.open(this.shop.tenant()).block().getFirst();
		assertThat(open).extracting(Alert::kind, Alert::state, Alert::openedSequence)
			.containsExactly(Alert.Kind.LOW_STOCK, Alert.State.OPEN, crossing);
		Alert acknowledged = this.ledger.acknowledge(this.shop.tenant(), open.id(), "ann").block();
		assertThat(acknowledged).extracting(Alert::state, Alert::acknowledgedBy, Alert::sequence)
			.containsExactly(Alert.State.ACKNOWLEDGED, "ann", crossing + 1);
		assertThat(this.ledger.acknowledge(this.shop.tenant(), open.id(), "bob").block()).isEqualTo(acknowledged);
		this.shop.accepted(command(in(product, 30)));
		assertThat(this.alerts.changes(this.shop.tenant(), crossing - 1, Long.MAX_VALUE).block())
			.extracting(Alert::state)
			.containsExactly(Alert.State.OPEN, Alert.State.ACKNOWLEDGED, Alert.State.RESOLVED);
		StepVerifier.create(this.ledger.acknowledge(this.shop.tenant(), open.id(), "ann"))
			.expectErrorSatisfies(
					failure -> assertThat(((Refusal) failure).problem()).isEqualTo(Problem.ALERT_RESOLVED))
			.verify();
	}

	@Test
	void aReservationHoldsStockUntilItsDocumentSaysOtherwise() throws Exception {
		UUID product = this.shop.product("A", 10);
		Entry.Subject reservation = new Entry.Subject(Entry.SubjectKind.RESERVATION, Ids.next(), null);
		Line hold = new Line(ProductRef.of(product), null, EntryType.RESERVE, 0, 6, Note.NONE, Terms.of(reservation));
		List<Entry> made = this.shop.accepted(command(hold, Command.document(reservation, held(null, "a", 60))));
		assertThat(made).extracting(Entry::type).containsExactly(EntryType.RESERVE, EntryType.CATALOG);
		assertThat(made.getLast().subject().state().get("status").asString()).isEqualTo("HELD");
		assertThat(this.entries.find(this.shop.tenant(), made.getLast().sequence()).block()).isEqualTo(made.getLast());
		assertThat(holds()).isEqualTo(6);
		Line sale = new Line(ProductRef.of(product), null, EntryType.COMMIT, -6, -6, Note.NONE, Terms.of(reservation));
		Command.DocumentChange done = new Command.DocumentChange(1L, "COMMITTED", null, body("a"), null, true);
		this.shop.accepted(command(sale, Command.document(reservation, done)));
		assertThat(holds()).isZero();
		assertThat(this.shop.refused(command(sale, Command.document(reservation, done))).refusal().problem())
			.isEqualTo(Problem.STALE_VERSION);
		assertThat(this.shop.refused(command(Command.document(reservation, done))).refusal().members())
			.containsEntry("version", 2L);
		assertThat(this.shop.accepted(command(out(product, 4))).getFirst().quantityAfter()).isZero();
	}

	@Test
	void aKeyIsRecalledWithoutChangingAnything() {
		UUID product = this.shop.product("A", 5);
		Command first = keyed("k", 1, out(product, 1), out(product, 1));
		assertThat(this.ledger.recall(this.shop.tenant(), first).blockOptional()).isEmpty();
		Outcome.Accepted accepted = (Outcome.Accepted) this.shop.post(first);
		assertThat(this.ledger.recall(this.shop.tenant(), new Command("test", List.of(), first.key())).block())
			.isEqualTo(new Outcome.Accepted(accepted.entries(), true));
		this.shop.refused(keyed("late", 2, out(product, 1), out(product, 9)));
		assertThat(this.ledger.recall(this.shop.tenant(), keyed("late", 2)).block()).isInstanceOf(Outcome.Refused.class)
			.matches(Outcome::replayed);
		assertThat(
				((Outcome.Refused) this.ledger.recall(this.shop.tenant(), keyed("k", 3)).block()).refusal().problem())
			.isEqualTo(Problem.IDEMPOTENCY_KEY_REUSED);
	}

	@Test
	void anExpiredReservationCannotBeCommitted() throws Exception {
		UUID product = this.shop.product("A", 10);
		Entry.Subject reservation = new Entry.Subject(Entry.SubjectKind.RESERVATION, Ids.next(), null);
		Line hold = new Line(ProductRef.of(product), null, EntryType.RESERVE, 0, 6, Note.NONE, Terms.of(reservation));
		this.shop.accepted(command(hold, Command.document(reservation, held(null, "a", 0))));
		Line sale = new Line(ProductRef.of(product), null, EntryType.COMMIT, -6, -6, Note.NONE, Terms.of(reservation));
		Command.DocumentChange commit = new Command.DocumentChange(1L, "COMMITTED", null, body("a"), null, true);
		assertThat(this.shop.refused(command(sale, Command.document(reservation, commit))).refusal().problem())
			.isEqualTo(Problem.RESERVATION_EXPIRED);
		assertThat(holds()).isEqualTo(6);
		Line back = new Line(ProductRef.of(product), null, EntryType.RELEASE, 0, -6, Note.NONE, Terms.of(reservation));
		Command.DocumentChange over = new Command.DocumentChange(1L, "EXPIRED", null, body("a"), null, false);
		this.shop.accepted(command(back, Command.document(reservation, over)));
		assertThat(holds()).isZero();
	}

	@Test
	void aMovementIsReversedOnceAlsoWhenTwoTryAtOnce() {
		UUID product = this.shop.product("A", 10);
		long sold = this.shop.accepted(command(out(product, 4))).getFirst().sequence();
		Line back = new Line(ProductRef.of(product), null, EntryType.REVERSAL, 4, 0, Note.NONE, Terms.reversing(sold));
		List<Outcome> outcomes = Flux.range(0, 20)
			.flatMap(i -> this.ledger.post(this.shop.tenant(), command(back)), 20)
			.collectList()
			.block();
		assertThat(outcomes).filteredOn(Outcome.Accepted.class::isInstance).hasSize(1);
		assertThat(this.shop.refused(command(back)).refusal().problem()).isEqualTo(Problem.ALREADY_REVERSED);
	}

	@Test
	void aCountBelowWhatIsReservedIsRefusedAsSuch() {
		UUID product = this.shop.product("A", 10);
		this.shop.accepted(command(new Line(ProductRef.of(product), null, EntryType.RESERVE, 0, 6, Note.NONE, null)));
		Line counted = new Line(ProductRef.of(product), null, EntryType.ADJUSTMENT, -5, 0, Note.NONE,
				new Terms(null, null, null, true));
		assertThat(this.shop.refused(command(counted)).refusal().problem()).isEqualTo(Problem.BELOW_RESERVED);
	}

	private Command.DocumentChange held(Long expected, String reference, int ttlSeconds) {
		return new Command.DocumentChange(expected, "HELD", reference, body(reference), ttlSeconds, false);
	}

	private static JsonNode body(String text) {
		return new JsonMapper().createObjectNode().put("text", text);
	}

	private long holds() throws Exception {
		try (Connection connection = Invariants.owner(this.environment);
				ResultSet rows = connection.createStatement()
					.executeQuery("select coalesce(sum(quantity), 0) from hold where tenant_id = '" + this.shop.tenant()
							+ "'")) {
			rows.next();
			return rows.getLong(1);
		}
	}

	@Test
	void aRehearsalTellsTheOutcomeAndWritesNothing() {
		UUID product = this.shop.product("A", 5);
		Outcome outcome = this.ledger.rehearse(this.shop.tenant(), List.of(keyed("k", 1, out(product, 2))))
			.block()
			.getFirst();
		assertThat(((Outcome.Accepted) outcome).entries().getFirst().quantityAfter()).isEqualTo(3);
		assertThat(this.entries.position(this.shop.tenant()).block().sequence()).isEqualTo(3);
		assertThat(this.shop.post(keyed("k", 1, out(product, 5))).replayed()).isFalse();
	}

	@Test
	void poisonFailsAlone() {
		UUID product = this.shop.product("A", 100);
		Line poison = new Line(ProductRef.of(product), null, EntryType.OUT, -1, 0, new Note("\0", null, null), null);
		List<String> outcomes = Flux.range(0, 50)
			.flatMapSequential(i -> this.ledger.post(this.shop.tenant(), command((i == 17) ? poison : out(product, 1)))
				.map(outcome -> "accepted")
				.onErrorReturn(WriteFailure.class, "failed"), 50)
			.collectList()
			.block();
		assertThat(outcomes).filteredOn("failed"::equals).hasSize(1);
		assertThat(outcomes.get(17)).isEqualTo("failed");
		assertThat(this.shop.accepted(command(out(product, 1))).getFirst().quantityAfter()).isEqualTo(50);
	}

	@Test
	void javaAndSqlAgreeOnTheStatus() throws Exception {
		try (Connection connection = Invariants.owner(this.environment);
				ResultSet rows = connection.createStatement()
					.executeQuery(
							"""
									select q, lo, hi, stock_status(q, lo, hi) from generate_series(0, 6) q, generate_series(0, 6) lo, generate_series(lo, 6) hi
									""")) {
			while (rows.next()) {
				assertThat(StockStatus.of(rows.getLong(1), rows.getLong(2), rows.getLong(3)))
					.hasToString(rows.getString(4));
			}
		}
	}

	private List<Entry> ledgerOf(Shop shop) {
		return this.entries.between(shop.tenant(), 0, Long.MAX_VALUE, Integer.MAX_VALUE).block();
	}

}
