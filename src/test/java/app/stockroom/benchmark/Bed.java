package app.stockroom.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;

import app.stockroom.PrivatePostgres;
import app.stockroom.PrivateRedis;
import app.stockroom.TestServers;
import app.stockroom.embedded.PostgresCluster;
import com.sun.management.OperatingSystemMXBean;
import org.flywaydb.core.Flyway;

import org.springframework.core.env.Environment;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the benchmark lies on: a durable PostgreSQL with the data of ten tenants of ten
 * thousand records each and one with a long ledger, the same once more for the floor, and
 * a Redis.
 */
final class Bed implements AutoCloseable {

	static final int TENANTS = 10;

	static final int RECORDS = 10_000;

	/** The tenant with the long ledger stands behind the others. */
	static final int ARCHIVE = TENANTS;

	static final int ARCHIVED_RECORDS = 1000;

	/** Of 16 MB each. */
	private static final int LOG_FILES = 400;

	/** The record of tenant 0 that is sold out; record 0 is the hot one. */
	static final int SOLD_OUT = 1;

	private final PrivatePostgres postgres;

	private final PrivateRedis redis;

	private final String database;

	private final Map<String, Object> properties = new HashMap<>();

	private Bed(PrivatePostgres postgres, PrivateRedis redis, String database) {
		this.postgres = postgres;
		this.redis = redis;
		this.database = database;
		this.properties.putAll(properties(postgres, redis, database));
	}

	/** The settings of a service on one of the databases. */
	static Map<String, Object> properties(PrivatePostgres postgres, PrivateRedis redis, String database) {
		Map<String, Object> properties = new HashMap<>();
		properties.putAll(TestServers.properties(postgres.cluster(), database));
		properties.putAll(TestServers.properties(redis.address()));
		properties.put("stockroom.demo.enabled", false);
		properties.put("stockroom.security.dev-token.enabled", true);
		properties.put("stockroom.security.secret", "a secret of the benchmark and of nobody else");
		return properties;
	}

	static PrivatePostgres durablePostgres() {
		return durablePostgres("16GB");
	}

	/**
	 * With a quarter of the machine's memory for its buffers, as its manual has it, and
	 * checkpoints as rare as a busy server has them. A checkpoint and buffers that are
	 * written to make room last longer than a scenario and would fall upon whichever is
	 * running.
	 */
	static PrivatePostgres durablePostgres(String log) {
		return TestServers.privatePostgres(Map.of("max_connections", "300", "shared_buffers", buffers(), "max_wal_size",
				log, "min_wal_size", log, "checkpoint_timeout", "30min"));
	}

	private static String buffers() {
		OperatingSystemMXBean machine = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
		return machine.getTotalMemorySize() / 4 / (1 << 20) + "MB";
	}

	/**
	 * Starts the servers and loads the data.
	 * @param archived entries of the long ledger
	 */
	static Bed make(int archived) throws SQLException {
		PrivatePostgres postgres = durablePostgres();
		Bed bed = new Bed(postgres, TestServers.privateRedis(), TestServers.newDatabase(postgres.cluster()));
		bed.load(archived);
		assertDurable(postgres.cluster(), bed.database);
		return bed;
	}

	private void load(int archived) throws SQLException {
		migrate(this.postgres.cluster(), this.database);
		try (Connection connection = superuser(this.database); Statement statement = connection.createStatement()) {
			for (int i = 0; i < TENANTS; i++) {
				open(statement, i, RECORDS, 1_000_000_000L, 1);
				archive(statement, i, RECORDS, RECORDS, 1_000_000_000L);
			}
			statement.execute("update inventory set quantity = 0 where id = '%s'".formatted(record(0, SOLD_OUT)));
			statement.execute("update movement set delta = 0, quantity_after = 0 where inventory_id = '%s'"
				.formatted(record(0, SOLD_OUT)));
			open(statement, ARCHIVE, ARCHIVED_RECORDS, archived / ARCHIVED_RECORDS - 1, archived / ARCHIVED_RECORDS);
			archive(statement, ARCHIVE, ARCHIVED_RECORDS, archived, 0);
			statement.execute("vacuum analyze");
		}
		try (Connection connection = superuser("postgres"); Statement statement = connection.createStatement()) {
			statement.execute("create database floor template " + this.database);
		}
		try (Connection connection = superuser("floor"); Statement statement = connection.createStatement()) {
			statement.execute("create sequence floor_sequence start 100000000 cache 32");
			makeLogFiles(statement);
		}
		checkpoint();
	}

	/**
	 * Makes files of the log free to be used again, some six gigabytes, which is more
	 * than a round writes: so no checkpoint falls into one. The whole pages that are
	 * logged after it are mostly logged in the scenarios' warm-ups.
	 */
	void checkpoint() throws SQLException {
		try (Connection connection = superuser("postgres"); Statement statement = connection.createStatement()) {
			statement.execute("checkpoint");
		}
	}

	/**
	 * Has the system write to the disk what it only keeps in its memory: by itself it
	 * does so some 30 s later, hundreds of megabytes at once, and every commit of
	 * whichever scenario is running then waits behind what another has left.
	 */
	static void settle() {
		try {
			Process sync = new ProcessBuilder("sync").inheritIO().start();
			assertThat(sync.onExit().join().exitValue()).isZero();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Files of the log to be used again, as a server has that has run for a while: to
	 * make one takes longer than all but the slowest answers, and everybody waits for it.
	 */
	private static void makeLogFiles(Statement statement) throws SQLException {
		for (int i = 0; i < LOG_FILES; i++) {
			statement.execute("select pg_logical_emit_message(false, 'benchmark', 'filled')");
			statement.execute("select pg_switch_wal()");
		}
	}

	static void migrate(PostgresCluster cluster, String database) {
		Flyway.configure()
			.dataSource(cluster.jdbcUrl(database), PostgresCluster.OWNER, cluster.password(PostgresCluster.OWNER))
			.placeholders(Map.of("applicationRole", PostgresCluster.APPLICATION))
			.load()
			.migrate();
	}

	static void open(Statement statement, int tenant, int records, long quantity, long version) throws SQLException {
		statement.execute("select open_tenant_1('%s', 'Benchmark %d', 10, 9007199254740991, '%s')"
			.formatted(tenant(tenant), tenant, warehouse(tenant)));
		statement.execute("""
				insert into product (tenant_id, id, sku, name, status, version, created_at, updated_at)
				select '%1$s', %2$s, 'SKU-' || n, 'Product ' || n, 'ACTIVE', 1, now(), now()
				from generate_series(0, %3$d - 1) n
				""".formatted(tenant(tenant), id(tenant, 'b'), records));
		statement.execute(
				"""
						insert into inventory (tenant_id, id, product_id, warehouse_id, quantity, reserved, min_stock, max_stock, version,
						  created_at, updated_at)
						select '%1$s', %2$s, %3$s, '%4$s', %5$d, 0, 10, 9007199254740991, %7$d,
						  now(), now()
						from generate_series(0, %6$d - 1) n
						"""
					.formatted(tenant(tenant), id(tenant, 'a'), id(tenant, 'b'), warehouse(tenant), quantity, records,
							version));
	}

	/**
	 * A ledger of one OPENING for each record, then one IN of a piece after the other.
	 */
	static void archive(Statement statement, int tenant, int records, int entries, long opening) throws SQLException {
		statement.execute(
				"""
						insert into movement (tenant_id, sequence, created_at, inventory_id, product_id, warehouse_id, delta, reserved_delta,
						  quantity_after, reserved_after, min_stock, max_stock, version, type, actor)
						select '%1$s', s + 1, now(), %2$s, %3$s, '%4$s', case when s < %5$d then %7$d else 1 end, 0, %7$d + s / %5$d, 0, 10,
						  9007199254740991, s / %5$d + 1, case when s < %5$d then 1 else 2 end, 'benchmark'
						from (select s, s %% %5$d as n from generate_series(0, %6$d - 1) s) x order by s
						"""
					.formatted(tenant(tenant), id(tenant, 'a'), id(tenant, 'b'), warehouse(tenant), records, entries,
							opening));
		statement
			.execute("update ledger_head set sequence = %d where tenant_id = '%s'".formatted(entries, tenant(tenant)));
	}

	private static String id(int tenant, char kind) {
		return "('%c0000000-0000-7000-8000-' || lpad(to_hex(%d + n), 12, '0'))::uuid".formatted(kind,
				tenant * 1_000_000L);
	}

	static UUID tenant(int tenant) {
		return id(0xc, tenant);
	}

	static UUID warehouse(int tenant) {
		return id(0xd, tenant);
	}

	static UUID record(int tenant, int number) {
		return id(0xa, tenant * 1_000_000L + number);
	}

	static UUID product(int tenant, int number) {
		return id(0xb, tenant * 1_000_000L + number);
	}

	/** No text is parsed for each request that is sent. */
	private static UUID id(long kind, long number) {
		return new UUID(kind << 60 | 0x7000, 0x8000_0000_0000_0000L | number);
	}

	PostgresCluster cluster() {
		return this.postgres.cluster();
	}

	Connection superuser(String database) throws SQLException {
		return this.postgres.cluster().connect(database, PostgresCluster.SUPERUSER);
	}

	/** A connection to the service's database as the role that it runs under. */
	Connection application() throws SQLException {
		return this.postgres.cluster().connect(this.database, PostgresCluster.APPLICATION);
	}

	Map<String, Object> properties() {
		return this.properties;
	}

	Environment environment() {
		MockEnvironment environment = new MockEnvironment();
		this.properties.forEach((name, value) -> environment.setProperty(name, value.toString()));
		return environment;
	}

	/** Fails unless the server makes durable what the service's login commits. */
	static void assertDurable(PostgresCluster cluster, String database) throws SQLException {
		try (Connection connection = cluster.connect(database, PostgresCluster.APPLICATION);
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("""
						select string_agg(name || '=' || setting, ' ' order by name) from pg_settings
						where name in ('fsync', 'synchronous_commit', 'full_page_writes')
						""")) {
			row.next();
			assertThat(row.getString(1)).isEqualTo("fsync=on full_page_writes=on synchronous_commit=on");
		}
	}

	/** CPU seconds that PostgreSQL has used, all its processes together. */
	double postgresCpuSeconds() {
		return cpuSeconds(this.postgres);
	}

	static double cpuSeconds(PrivatePostgres postgres) {
		ProcessHandle server = ProcessHandle.of(postgres.pid()).orElseThrow();
		return LongStream.concat(LongStream.of(ticks(server)), server.descendants().mapToLong(Bed::ticks)).sum()
				/ 100.0;
	}

	/**
	 * User and system time of a process and of its ended children, in hundredths of a
	 * second; 0 where there is no /proc.
	 */
	private static long ticks(ProcessHandle process) {
		try {
			String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
			String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
			return Long.parseLong(fields[11]) + Long.parseLong(fields[12]) + Long.parseLong(fields[13])
					+ Long.parseLong(fields[14]);
		}
		catch (IOException ex) {
			return 0; // it has just ended, or this is no Linux
		}
	}

	@Override
	public void close() {
		this.redis.close();
		this.postgres.close();
	}

}
