package app.stockroom.tenancy;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

import app.stockroom.Patience;
import app.stockroom.StockroomTest;
import app.stockroom.TcpProxy;
import app.stockroom.TestServers;
import app.stockroom.embedded.PostgresCluster;
import app.stockroom.platform.Database;
import app.stockroom.platform.EventLoops;
import app.stockroom.platform.Ids;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import app.stockroom.platform.TestDatabase;
import app.stockroom.platform.Traces;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import io.r2dbc.spi.Readable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcConnectionDetails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@StockroomTest
class ReadsTests {

	// No predicate: the policy alone decides what comes.
	private static final String VISIBLE = "select tenant_id from tenant where $1::uuid is not null";

	private static final String NUMBERS = "select n from generate_series(1, 100000) n where $1::uuid is not null";

	private static final int CONNECTIONS = 3;

	private static final MeterRegistry METERS = new SimpleMeterRegistry();

	private static final TenancySettings SETTINGS = new TenancySettings(CONNECTIONS, CONNECTIONS, CONNECTIONS, 1,
			Patience.LONG, Duration.ofMinutes(1), Duration.ofSeconds(5));

	private static final TenancySettings IMPATIENT = new TenancySettings(CONNECTIONS, CONNECTIONS, CONNECTIONS, 1,
			Duration.ofMillis(300), Duration.ofMinutes(1), Duration.ofSeconds(5));

	@Autowired
	private Database database;

	@Autowired
	private R2dbcConnectionDetails details;

	@Autowired
	private EventLoops loops;

	@Autowired
	private Tenants tenants;

	@Value("${spring.r2dbc.url}")
	private String url;

	private String name = "";

	private ConnectionPool reads;

	private ConnectionPool streams;

	private Reads subject;

	private TenantId tenant;

	@BeforeEach
	void open() {
		this.name = "t" + ThreadLocalRandom.current().nextInt(1_000_000_000);
		this.reads = this.database.pool(this.name + "r", CONNECTIONS);
		this.streams = this.database.pool(this.name + "s", CONNECTIONS);
		this.subject = new Reads(this.database, this.reads, this.streams, this.loops, SETTINGS, METERS, Traces.off());
		this.tenant = newTenant();
	}

	@AfterEach
	void close() {
		this.reads.dispose();
		this.streams.dispose();
	}

	@Test
	void concurrentReadsOfManyTenantsEachSeeTheirOwnRowsOnly() {
		List<TenantId> all = IntStream.range(0, 8).mapToObj((_) -> newTenant()).toList();
		Flux.range(0, 4000).flatMap((i) -> {
			TenantId one = all.get(i % all.size());
			return this.subject.list(one, VISIBLE, (statement) -> statement, ReadsTests::id)
				.doOnNext((ids) -> assertThat(ids).containsExactly(one.value()));
		}, 50).blockLast(Patience.LONG);
		assertPoolsAreWhole();
	}

	@Test
	void theTenantsNameDoesNotOutliveTheRead() {
		for (int i = 0; i < 3 * CONNECTIONS; i++) {
			this.subject.list(this.tenant, VISIBLE, (statement) -> statement, ReadsTests::id).block();
		}
		assertThat(settings(this.reads)).isNotEmpty().allMatch(String::isEmpty);
		this.subject.stream(this.tenant, NUMBERS, (statement) -> statement, ReadsTests::number).blockLast();
		assertThat(settings(this.streams)).isNotEmpty().allMatch(String::isEmpty);
	}

	@Test
	void aReadIsPlannedOnceUnlessTheServerHasToSeeTheTenant() {
		assertThat(plansForValues(true)).isZero();
		assertThat(plansForValues(false)).isPositive();
	}

	private int plansForValues(boolean planOnce) {
		Database planning = TestDatabase.open(this.details, planOnce);
		ConnectionPool one = oneConnection(TestServers.postgres().port());
		Reads planned = new Reads(planning, one, one, this.loops, SETTINGS, METERS, Traces.off());
		for (int i = 0; i < 3; i++) {
			planned.list(this.tenant, VISIBLE, (statement) -> statement, ReadsTests::id).block();
		}
		List<Integer> plans = planned.list(this.tenant, """
				select sum(custom_plans)::int from pg_prepared_statements where $1::uuid is not null
				""", (statement) -> statement, ReadsTests::number).block();
		one.dispose();
		planning.destroy();
		return plans.getFirst();
	}

	@Test
	void aReadCannotWrite() {
		StepVerifier
			.create(this.subject.list(this.tenant,
					"update tenant set name = 'x' where tenant_id = $1 returning tenant_id", (statement) -> statement,
					ReadsTests::id))
			.expectErrorSatisfies((error) -> assertThat(((R2dbcException) error).getSqlState()).isEqualTo("25006"))
			.verify();
		assertPoolsAreWhole();
	}

	@Test
	void anErrorLeavesThePoolWhole() {
		for (int i = 0; i < 5 * CONNECTIONS; i++) {
			assertThatExceptionOfType(RuntimeException.class).isThrownBy(
					() -> this.subject
						.list(this.tenant, "select 1 / (case when $1::uuid is null then 1 else 0 end)",
								(statement) -> statement, ReadsTests::number)
						.block());
			assertThatExceptionOfType(IllegalStateException.class)
				.isThrownBy(() -> this.subject.list(this.tenant, NUMBERS, (statement) -> statement, ReadsTests::refuse)
					.block());
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(
					() -> this.subject.stream(this.tenant, NUMBERS, (statement) -> statement, ReadsTests::refuse)
						.blockLast());
		}
		assertPoolsAreWhole();
	}

	@Test
	void aReadThatTakesTooLongLeavesThePoolWhole() {
		Reads impatient = new Reads(this.database, this.reads, this.streams, this.loops, IMPATIENT, METERS,
				Traces.off());
		Flux.range(0, 2 * CONNECTIONS)
			.flatMap((_) -> impatient
				.list(this.tenant, "select pg_sleep(8) from tenant where tenant_id = $1", (statement) -> statement,
						(_) -> 1)
				.materialize())
			.doOnNext((signal) -> assertThat(signal.getThrowable()).isInstanceOf(TimeoutException.class))
			.blockLast(Patience.LONG);
		assertPoolsAreWhole();
	}

	@Test
	void aClientThatHangsUpLeavesThePoolWhole() throws InterruptedException {
		for (int i = 0; i < 100; i++) {
			Disposable read = this.subject.list(this.tenant, NUMBERS, (statement) -> statement, ReadsTests::number)
				.subscribe();
			Disposable stream = this.subject.stream(this.tenant, NUMBERS, (statement) -> statement, ReadsTests::number)
				.subscribe();
			Thread.sleep(Duration.ofNanos(ThreadLocalRandom.current().nextLong(10_000_000)));
			read.dispose();
			stream.dispose();
		}
		assertPoolsAreWhole();
	}

	@Test
	void aStreamGivesEveryRowOnceAndNoMoreThanAskedFor() {
		StepVerifier.create(this.subject.stream(this.tenant, NUMBERS, (statement) -> statement, ReadsTests::number), 0)
			.thenRequest(5)
			.expectNext(1, 2, 3, 4, 5)
			.expectNoEvent(Duration.ofMillis(100))
			.thenRequest(Long.MAX_VALUE)
			.expectNextCount(99_995)
			.verifyComplete();
		assertPoolsAreWhole();
	}

	/** The server's own time-out does not run while it waits to be asked for more. */
	@Test
	void aStreamThatLastsTooLongIsEnded() {
		TenancySettings settings = new TenancySettings(CONNECTIONS, CONNECTIONS, CONNECTIONS, 1, Patience.LONG,
				Duration.ofMillis(500), Duration.ofSeconds(5));
		Reads brief = new Reads(this.database, this.reads, this.streams, this.loops, settings, METERS, Traces.off());
		StepVerifier.create(brief.stream(this.tenant, NUMBERS, (statement) -> statement, ReadsTests::number), 1)
			// The first, unless the machine stood still before it was there.
			.thenConsumeWhile((_) -> true)
			.expectErrorMatches((error) -> error instanceof Refusal refusal && refusal.problem() == Problem.UNAVAILABLE)
			.verify(Patience.LONG);
		assertPoolsAreWhole();
	}

	@Test
	void aReadWaitsForOneRoundTripOnly() {
		Duration delay = Duration.ofMillis(100);
		PostgresCluster postgres = TestServers.postgres();
		try (TcpProxy proxy = TcpProxy.to(postgres.host(), postgres.port())) {
			proxy.become(TcpProxy.Line.late(delay));
			ConnectionPool far = oneConnection(proxy.port());
			Reads distant = new Reads(this.database, far, far, this.loops, SETTINGS, METERS, Traces.off());
			Mono<List<UUID>> read = distant.list(this.tenant, VISIBLE, (statement) -> statement, ReadsTests::id);
			read.block(); // connects and prepares
			// A slow machine makes a read later; a second round trip makes every read so.
			Awaitility.await().untilAsserted(() -> {
				assertThat(far.getMetrics().orElseThrow().acquiredSize()).isZero();
				long start = System.nanoTime();
				read.block();
				assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(delay.multipliedBy(2),
						delay.multipliedBy(4).minusMillis(1));
			});
			far.dispose();
		}
	}

	/** BEGIN and query fail both, for one reason: a failure of a kind that is known. */
	@Test
	void aReadWhoseConnectionBreaksIsAnOutage() {
		PostgresCluster postgres = TestServers.postgres();
		try (TcpProxy proxy = TcpProxy.to(postgres.host(), postgres.port())) {
			ConnectionPool far = oneConnection(proxy.port());
			Reads distant = new Reads(this.database, far, far, this.loops, SETTINGS, METERS, Traces.off());
			Mono<List<UUID>> read = distant.list(this.tenant, VISIBLE, (statement) -> statement, ReadsTests::id);
			read.block(); // connects and prepares
			Awaitility.await().until(() -> far.getMetrics().orElseThrow().acquiredSize() == 0);
			proxy.become(TcpProxy.Line.SILENT);
			StepVerifier.create(read)
				.then(() -> Awaitility.await().until(() -> far.getMetrics().orElseThrow().acquiredSize() == 1))
				.then(proxy::reset)
				.expectError(R2dbcNonTransientResourceException.class)
				.verify(Patience.LONG);
			far.dispose();
		}
	}

	private ConnectionPool oneConnection(int port) {
		return new ConnectionPool(ConnectionPoolConfiguration
			.builder(new PostgresqlConnectionFactory(PostgresqlConnectionConfiguration.builder()
				.host("127.0.0.1")
				.port(port)
				.database(databaseName())
				.username(PostgresCluster.APPLICATION)
				.password(TestServers.postgres().password(PostgresCluster.APPLICATION))
				.build()))
			.maxSize(1)
			.build());
	}

	/** Nothing borrowed, nothing left open on the server, and all connections answer. */
	private void assertPoolsAreWhole() {
		awaitEnd(this.reads);
		awaitEnd(this.streams);
		Awaitility.await().untilAsserted(() -> assertThat(openTransactions()).isZero());
		for (ConnectionPool pool : List.of(this.reads, this.streams)) {
			Reads again = new Reads(this.database, pool, pool, this.loops, SETTINGS, METERS, Traces.off());
			Flux.range(0, 10 * CONNECTIONS)
				.flatMap((_) -> again.list(this.tenant, VISIBLE, (statement) -> statement, ReadsTests::id), CONNECTIONS)
				.doOnNext((ids) -> assertThat(ids).containsExactly(this.tenant.value()))
				.blockLast(Patience.LONG);
		}
	}

	/** An answer does not wait for its connection to be given back. */
	private static void awaitEnd(ConnectionPool pool) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(pool.getMetrics().orElseThrow().acquiredSize()).as("under way").isZero());
	}

	private long openTransactions() throws SQLException {
		try (java.sql.Connection connection = TestServers.postgres().connect(databaseName(), PostgresCluster.SUPERUSER);
				Statement statement = connection.createStatement();
				ResultSet count = statement
					.executeQuery("select count(*) from pg_stat_activity where xact_start is not null"
							+ " and state <> 'active' and application_name like 'stockroom-" + this.name + "%'")) {
			count.next();
			return count.getLong(1);
		}
	}

	/** What each connection of a pool says about the tenant, outside of any read. */
	private static List<String> settings(ConnectionPool pool) {
		awaitEnd(pool);
		int idle = pool.getMetrics().orElseThrow().idleSize();
		List<Connection> connections = Flux.range(0, idle).concatMap((_) -> pool.create()).collectList().block();
		return Flux.fromIterable(connections)
			.concatMap((connection) -> Flux
				.from(connection.createStatement("select coalesce(current_setting('app.tenant_id', true), '')")
					.execute())
				.concatMap((result) -> result.map((row) -> row.get(0, String.class)))
				.concatWith(Mono.from(connection.close()).then(Mono.empty())))
			.collectList()
			.block();
	}

	private String databaseName() {
		return this.url.substring(this.url.lastIndexOf('/') + 1);
	}

	private TenantId newTenant() {
		TenantId id = new TenantId(Ids.next());
		this.tenants.open(id, "Reads", 10, 1000).block();
		return id;
	}

	private static UUID id(Readable row) {
		return row.get(0, UUID.class);
	}

	private static Integer number(Readable row) {
		return row.get(0, Integer.class);
	}

	private static Integer refuse(Readable row) {
		throw new IllegalStateException("A mapper's mistake");
	}

}
