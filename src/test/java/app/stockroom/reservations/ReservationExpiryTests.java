package app.stockroom.reservations;

import java.sql.Connection;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

import app.stockroom.Invariants;
import app.stockroom.Standstill;
import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.TenantClient.Reply;
import app.stockroom.tenancy.Tenants;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

@StockroomTest
class ReservationExpiryTests {

	private static final int RACES = 96;

	private static final String PATH = "/api/reservations";

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@Autowired
	ReservationExpiry expiry;

	@Autowired
	Environment environment;

	private TenantClient client;

	private String product;

	@BeforeEach
	void openTenant() {
		this.client = TenantClient.open(this.web, this.tenants);
		this.product = this.client.product("A");
		this.client.move(this.product, "IN", 1000).expect(201);
	}

	@AfterEach
	void invariantsHold() throws Exception {
		Invariants.hold(this.environment);
	}

	@Test
	void aReservationExpiresWithinASecondOfItsTime() {
		Reply made;
		Reply expired;
		try (Standstill machine = Standstill.watched()) {
			Reply reservation = reserve(5, 1);
			made = reservation;
			expired = Awaitility.await()
				.pollInterval(Duration.ofMillis(50))
				.until(() -> find(reservation), (found) -> found.text("status").equals("EXPIRED"));
			Duration late = Duration.between(Instant.parse(expired.text("expiresAt")),
					Instant.parse(expired.text("updatedAt")));
			assertThat(late).isBetween(Duration.ZERO, Duration.ofSeconds(1).plus(machine.total()));
		}
		assertThat(expired.text("expiresAt")).isEqualTo(made.text("expiresAt"));
		assertThat(reserved()).isZero();
		assertThat(this.client.stock(this.product).get("quantity").asLong()).isEqualTo(1000);
		for (String action : List.of("commit", "release", "extension")) {
			act(made, action).expectProblem(409, "reservation-expired");
		}
	}

	@Test
	void whatExpiredInAnInactiveWarehouseIsSetFreeToo() throws Exception {
		String north = this.client.warehouse("North");
		String line = "\"productId\": \"%s\", \"warehouseId\": \"%s\", \"quantity\": 3".formatted(this.product, north);
		this.client.post("/api/stock-movements", "{%s, \"type\": \"IN\"}".formatted(line)).expect(201);
		Reply made = this.client.post(PATH, "{\"lines\": [{%s}]}".formatted(line)).expect(201);
		this.client.put("/api/warehouses/" + north, "{\"status\": \"INACTIVE\"}").expect(200);
		overdue();
		this.expiry.expire().block();
		assertThat(find(made).text("status")).isEqualTo("EXPIRED");
	}

	@Test
	void aBacklogIsWorkedOffOnceHoweverManyTry() throws Exception {
		Flux.range(0, 800)
			.flatMap((i) -> Mono.fromCallable(() -> reserve(1, 3600)).subscribeOn(Schedulers.boundedElastic()), 32)
			.blockLast();
		assertThat(reserved()).isEqualTo(800);
		overdue();
		Flux.range(0, 4).flatMap((i) -> this.expiry.expire()).blockLast();
		Awaitility.await().until(() -> reserved() == 0);
		assertThat(count("select count(*) from movement where type = 8")).isEqualTo(800);
		assertThat(count("select count(*) from document where status = 'EXPIRED' and version = 2")).isEqualTo(800);
		assertThat(count("select count(*) from document where status = 'HELD'")).isZero();
	}

	@Test
	void theReservationsOfADeletedTenantAreNotDue() throws Exception {
		reserve(1, 60);
		execute("update ledger_head set closed = true where tenant_id = '%s'");
		overdue();
		assertThat(count("select count(*) from due_reservations_1(1000)")).isZero();
		assertThat(count("select count(*) from document where status = 'HELD'")).isEqualTo(1);
	}

	@Test
	void atTheMomentOfExpiryACommitAndTheExpiryCannotBothWin() throws Exception {
		List<Future<Race>> races = new ArrayList<>();
		// On a machine that stands still just then, one side wins them all: then once
		// more.
		while (races.stream().map((race) -> race.resultNow().won()).distinct().count() < 2) {
			assertThat(races.size()).as("races that all had the same winner").isLessThan(10 * RACES);
			race(races);
		}
		Awaitility.await().until(() -> count("select count(*) from document where status = 'HELD'") == 0);
		int sold = 0;
		for (Race race : races.stream().map(Future::resultNow).toList()) {
			boolean won = race.won();
			if (won) {
				assertThat(Instant.parse(race.commit().text("updatedAt")))
					.isBefore(Instant.parse(race.commit().text("expiresAt")));
			}
			else {
				race.commit().expectProblem(409, "reservation-expired");
			}
			sold += won ? 1 : 0;
			assertThat(find(race.made()).text("status")).isEqualTo(won ? "COMMITTED" : "EXPIRED");
		}
		assertThat(this.client.stock(this.product).get("quantity").asLong()).isEqualTo(1000 - sold);
		assertThat(reserved()).isZero();
		assertThat(count("select count(*) from movement where type = 9")).isEqualTo(sold);
		assertThat(count("select count(*) from movement where type = 8")).isEqualTo(races.size() - sold);
	}

	private void race(List<Future<Race>> races) {
		try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
			for (int i = 0; i < RACES; i++) {
				races.add(threads.submit(() -> {
					Reply made = reserve(1, 1);
					Instant when = Instant.parse(made.text("expiresAt"))
						.plusMillis(ThreadLocalRandom.current().nextInt(-300, 600));
					LockSupport.parkUntil(when.toEpochMilli());
					return new Race(made, act(made, "commit"));
				}));
			}
		}
	}

	private void overdue() throws Exception {
		execute("update document set expires_at = created_at where tenant_id = '%s' and status = 'HELD'");
	}

	private Reply reserve(long quantity, int ttlSeconds) {
		return this.client
			.post(PATH,
					"{\"lines\": [{\"productId\": \"%s\", \"quantity\": %d}], \"ttlSeconds\": %d}"
						.formatted(this.product, quantity, ttlSeconds))
			.expect(201);
	}

	private Reply act(Reply reservation, String action) {
		return this.client.send(HttpMethod.POST, PATH + "/" + reservation.text("id") + "/" + action,
				action.equals("extension") ? "{\"ttlSeconds\": 60}" : null);
	}

	private Reply find(Reply reservation) {
		return this.client.get(PATH + "/" + reservation.text("id")).expect(200);
	}

	private long reserved() {
		return this.client.stock(this.product).get("reserved").asLong();
	}

	private void execute(String sql) throws Exception {
		try (Connection owner = Invariants.owner(this.environment)) {
			owner.createStatement().executeUpdate(sql.formatted(this.client.tenant()));
		}
	}

	/** Counts rows of the test's tenant. */
	private long count(String sql) throws Exception {
		String where = sql.contains("where") ? " and " : " where ";
		try (Connection owner = Invariants.owner(this.environment);
				ResultSet rows = owner.createStatement()
					.executeQuery(sql + where + "tenant_id = '" + this.client.tenant() + "'")) {
			rows.next();
			return rows.getLong(1);
		}
	}

	/** A reservation and what a commit near the end of its time was answered. */
	private record Race(Reply made, Reply commit) {

		boolean won() {
			return this.commit.status() == 200;
		}

	}

}
