package app.stockroom.model;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import app.stockroom.Invariants;
import app.stockroom.TenantClient;
import app.stockroom.model.Documents.Reservation;
import app.stockroom.reservations.Expiries;
import app.stockroom.tenancy.TenantId;
import app.stockroom.tenancy.Tenants;
import tools.jackson.databind.JsonNode;

import org.springframework.context.ApplicationContext;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A sequence of steps in a new tenant, and what must be true behind it.
 */
final class Sequence {

	private static final String OVERDUE = """
			update document set expires_at = created_at - interval '1 second' where tenant_id = ? and id = ?
			""";

	private final TenantClient client;

	private final ApplicationContext context;

	private final Consumer<String> counter;

	private final Model model = new Model();

	private final Told told = new Told();

	private final Requests requests;

	private final Stockkeeper stockkeeper;

	private final Cataloguer cataloguer;

	private final Documents documents;

	Sequence(WebTestClient web, Tenants tenants, ApplicationContext context, Consumer<String> counter) {
		UUID tenant = UUID.randomUUID();
		tenants.open(new TenantId(tenant), "Model", Model.MIN, Model.MAX).block();
		this.client = TenantClient.of(web, tenant);
		this.context = context;
		this.counter = counter;
		this.requests = new Requests(this.client, counter);
		this.stockkeeper = new Stockkeeper(this.client, this.model, this.told, this.requests);
		this.documents = new Documents(this.model, this.told, this.requests);
		this.cataloguer = new Cataloguer(this.client, this.model, this.told, this.requests, this.documents);
	}

	void play(List<Step> steps) {
		this.stockkeeper.setUp();
		steps.forEach(this::play);
		compare();
	}

	private void play(Step step) {
		switch (step) {
			case Step.Move move -> this.stockkeeper.move(move);
			case Step.Batch batch -> this.stockkeeper.batch(batch);
			case Step.Reverse reverse -> this.stockkeeper.reverse(reverse);
			case Step.Put put -> this.stockkeeper.put(put);
			case Step.Open open -> this.stockkeeper.open(open);
			case Step.Count count -> this.stockkeeper.count(count);
			case Step.Reserve reserve -> this.documents.reserve(reserve);
			case Step.Commit commit -> this.documents.commit(commit);
			case Step.Release release -> this.documents.release(release);
			case Step.Extend extend -> this.documents.extend(extend);
			case Step.Expire expire -> expire(expire.reservation());
			case Step.Ship ship -> this.documents.ship(ship);
			case Step.Receive receive -> this.documents.receive(receive);
			case Step.DeleteProduct delete -> this.cataloguer.deleteProduct(delete.product());
			case Step.RestoreProduct restore -> this.cataloguer.restoreProduct(restore.product());
			case Step.DeleteWarehouse delete -> this.cataloguer.deleteWarehouse(delete.warehouse());
			case Step.RestoreWarehouse restore -> this.cataloguer.restoreWarehouse(restore.warehouse());
			case Step.Activate activate -> this.cataloguer.activate(activate);
			case Step.Acknowledge acknowledge -> this.cataloguer.acknowledge(acknowledge.alert());
			case Step.Repeat repeat -> repeat(repeat);
		}
	}

	private void repeat(Step.Repeat repeat) {
		Requests.Request earlier = this.requests.earlier(repeat.request());
		if (earlier != null) {
			this.requests.perform(repeat.another() ? this.stockkeeper.another(earlier).with(earlier.key()) : earlier);
		}
	}

	/** Lets time pass for one reservation, and the service notice it. */
	private void expire(int number) {
		Reservation reservation = this.documents.reservation(number);
		if (reservation == null || !reservation.status.equals("HELD")) {
			return;
		}
		try (Connection owner = Invariants.owner(this.context.getEnvironment());
				PreparedStatement overdue = owner.prepareStatement(OVERDUE)) {
			overdue.setObject(1, this.client.tenant().value());
			overdue.setObject(2, UUID.fromString(reservation.id));
			assertThat(overdue.executeUpdate()).isOne();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
		this.documents.commitOverdue(reservation);
		Expiries.expire(this.context);
		this.documents.expired(reservation);
		this.counter.accept("expire 200");
	}

	private void compare() {
		List<String> ledger = IntStream.range(0, this.model.ledger.size())
			.mapToObj((i) -> "#" + (i + 1) + " " + this.model.ledger.get(i))
			.toList();
		assertThat(items("/api/stock-movements?order=asc&limit=200", this.told::movement)).isEqualTo(ledger);
		assertThat(stock("")).isEqualTo(this.model.at(ledger.size()));
		Stream.of(ledger.size() / 3, ledger.size() / 2, ledger.size() - 1, ledger.size())
			.forEach((sequence) -> assertThat(stock("asOf=" + sequence)).as("as of %d", sequence)
				.isEqualTo(this.model.at(sequence)));
		assertThat(items("/api/alerts?limit=200&order=asc", this.told::alert))
			.containsExactlyInAnyOrderElementsOf(this.model.alerts.stream().map(String::valueOf).toList());
		assertThat(items("/api/reservations?limit=200&order=asc", this.told::reservation))
			.isEqualTo(this.documents.reservations.stream().map(String::valueOf).toList());
		assertThat(items("/api/transfers?limit=200&order=asc", this.told::transfer))
			.isEqualTo(this.documents.transfers.stream().map(String::valueOf).toList());
		JsonNode verification = this.client.get("/api/verification").expect(200).body();
		assertThat(verification.get("sequence").asInt()).isEqualTo(ledger.size());
		assertThat(verification.get("holds").asBoolean()).as(verification.toString()).isTrue();
		Invariants.hold(this.context.getEnvironment(), this.client.tenant());
	}

	private List<String> stock(String asOf) {
		return items("/api/inventory?limit=200&" + asOf, this.told::stock).stream().sorted().toList();
	}

	private List<String> items(String path, Function<JsonNode, String> words) {
		return this.client.get(path).expect(200).body().get("items").valueStream().map(words).toList();
	}

}
