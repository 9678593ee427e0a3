package app.stockroom.faults;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

import app.stockroom.TcpProxy.Line;
import app.stockroom.embedded.PostgresCluster;
import app.stockroom.ledger.FlushStatement;
import org.junit.jupiter.api.Test;

/**
 * The database, or the way to it, fails.
 */
class DatabaseFaults {

	private static final String TERMINATE = """
			select count(pg_terminate_backend(pid)) from pg_stat_activity
			where usename = 'stockroom_app' and random() < 0.4
			""";

	private static final String TERMINATE_WRITES = """
			select count(pg_terminate_backend(pid)) from pg_stat_activity
			where application_name = 'stockroom-writes' and state = 'active'
			""";

	private static final Duration LONGER_THAN_A_STATEMENT = Duration.ofSeconds(11);

	private final Plant plant = Plant.shared();

	@Test
	void killedDatabase() throws Exception {
		Trial.of(this.plant, "3 kill -9 PostgreSQL and restart").play(this::kill);
	}

	/** As fast as clients get answers: what waits is as much as there can be. */
	@Test
	void killedDatabaseInAHurry() throws Exception {
		hurried("3 the same with clients that do not pause").play(this::kill);
	}

	/** With clients that do not pause, and one reader of each feed. */
	private Trial hurried(String name) {
		return Trial.of(this.plant, name).habits(Client.Habits.HURRIED).readersPerFeed(1);
	}

	private void kill(Trial trial) throws InterruptedException {
		for (int i = 0; i < 2; i++) {
			this.plant.postgres().kill();
			trial.injected("kill -9 of every PostgreSQL process");
			trial.pause(500, 3000);
			this.plant.postgres().start();
			trial.pause(1000, 4000);
		}
	}

	@Test
	void terminatedBackends() throws Exception {
		Trial.of(this.plant, "4 pg_terminate_backend at random").play((trial) -> {
			for (int i = 0; i < 30; i++) {
				trial.injected("pg_terminate_backend of %d".formatted(this.plant.number(TERMINATE)));
				trial.pause(100, 500);
			}
		});
	}

	@Test
	void blackHole() throws Exception {
		Trial.of(this.plant, "5 database black hole and heal").play((trial) -> {
			swallow(trial);
			// Not while new ones are opened: one that is forgotten amid that the driver
			// holds until the server ends it, see docs/guarantees.md
			trial.pause(3000, 4000);
			forget(trial);
		});
	}

	@Test
	void blackHoleInAHurry() throws Exception {
		hurried("5 the same with clients that do not pause").play(this::swallow);
	}

	/** Clients as fast as can be have many connections opened, and all are bad. */
	@Test
	void connectionsThatLeadNowhereInAHurry() throws Exception {
		hurried("5 connections that lead nowhere, with clients that do not pause").play(this::forget);
	}

	private void forget(Trial trial) {
		this.plant.databaseLine().forget();
		trial.injected("open connections lead nowhere for ever, new ones are good");
	}

	private void swallow(Trial trial) throws InterruptedException {
		for (int seconds : new int[] { 2, 14 }) {
			this.plant.databaseLine().become(Line.SILENT);
			trial.injected("black hole for %d s".formatted(seconds));
			Thread.sleep(Duration.ofSeconds(seconds));
			this.plant.databaseLine().heal();
			trial.pause(1000, 2000);
		}
	}

	@Test
	void poorNetwork() throws Exception {
		Trial.of(this.plant, "6 slow and lossy network to the database")
			.clientsPerTenant(12)
			.habits(Client.Habits.withoutKeys(0.6))
			.play((trial) -> {
				this.plant.databaseLine()
					.become(Line.poor(Duration.ofMillis(5), Duration.ofMillis(25), 0.05, 1_000_000));
				trial.injected("delay 5-30 ms, 5 % lost, 1 MB/s");
				for (int i = 0; i < 40; i++) {
					trial.pause(100, 400);
					this.plant.databaseLine().resetSome(0.5);
					trial.injected("reset of some connections");
				}
				this.plant.databaseLine().heal();
			});
	}

	/**
	 * More tenants are locked than there are connections for writes, and more calls fail
	 * than a pool has connections, with known outcomes and with unknown ones: if they
	 * kept theirs, none would be left.
	 */
	@Test
	void poolExhaustion() throws Exception {
		Trial.of(this.plant, "9 pool exhaustion").tenants(15).clientsPerTenant(3).readersPerFeed(1).play((trial) -> {
			for (int i = 0; i < 2; i++) {
				try (Connection lock = lock(trial.shops().subList(0, 12))) {
					trial.injected("12 tenants locked, 8 connections for writes");
					Thread.sleep(LONGER_THAN_A_STATEMENT);
					for (int j = 0; j < 3; j++) {
						trial.injected("pg_terminate_backend of %d that wait for the lock"
							.formatted(this.plant.number(TERMINATE_WRITES)));
						trial.pause(800, 1200);
					}
					lock.rollback();
				}
				trial.pause(1000, 2000);
			}
		});
	}

	private Connection lock(List<Shop> shops) throws SQLException {
		Connection owner = this.plant.owner();
		owner.setAutoCommit(false);
		try (Statement statement = owner.createStatement()) {
			statement.execute("select from ledger_head where tenant_id in (%s) for update"
				.formatted(shops.stream().map((shop) -> "'" + shop.tenant() + "'").collect(Collectors.joining(","))));
		}
		return owner;
	}

	@Test
	void commitInversion() throws Exception {
		Trial.of(this.plant, "11 commit inversion").play((trial) -> {
			for (int i = 0; i < 8; i++) {
				Shop shop = trial.shops().get(trial.random().nextInt(3));
				try (Connection connection = this.plant.connect(PostgresCluster.APPLICATION)) {
					connection.setAutoCommit(false);
					new FlushStatement(connection).out(shop.tenant(), 1, () -> shop.products().getFirst());
					trial.injected("a transaction held open with an entry in it");
					trial.pause(300, 1500);
					if (trial.random().nextBoolean()) {
						connection.commit();
						shop.foreign().incrementAndGet();
					}
					else {
						connection.rollback();
					}
				}
				trial.pause(100, 500);
			}
		});
	}

	@Test
	void readOnlyDatabase() throws Exception {
		Trial.of(this.plant, "18 read-only database").play((trial) -> {
			for (int i = 0; i < 2; i++) {
				this.plant.sql("alter system set default_transaction_read_only = on");
				this.plant.sql("select pg_reload_conf()");
				trial.injected("default_transaction_read_only = on");
				trial.pause(2000, 6000);
				this.plant.sql("alter system reset default_transaction_read_only");
				this.plant.sql("select pg_reload_conf()");
				trial.pause(1000, 2000);
			}
		});
	}

}
