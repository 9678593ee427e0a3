package app.stockroom.faults;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import app.stockroom.Issuer;
import app.stockroom.PrivatePostgres;
import app.stockroom.PrivateRedis;
import app.stockroom.ServiceProcess;
import app.stockroom.TcpProxy;
import app.stockroom.TestServers;
import app.stockroom.embedded.PostgresCluster;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import org.jspecify.annotations.Nullable;

/**
 * What faults are injected into: processes of the service behind a load balancer, a
 * durable PostgreSQL and a Redis behind networks that can fail.
 */
final class Plant implements AutoCloseable {

	private final PrivatePostgres postgres;

	private final PrivateRedis redis = TestServers.privateRedis();

	private final String database;

	private final TcpProxy databaseLine;

	private final TcpProxy redisLine;

	private final TcpProxy front;

	private final List<ServiceProcess> services;

	private final List<TcpProxy> doors;

	private final @Nullable Issuer issuer;

	private Plant(PrivatePostgres postgres, int services, Map<String, Object> settings, @Nullable Issuer issuer) {
		this.postgres = postgres;
		this.database = TestServers.newDatabase(postgres.cluster());
		this.issuer = issuer;
		PostgresCluster cluster = this.postgres.cluster();
		this.databaseLine = TcpProxy.to(cluster.host(), cluster.port());
		this.redisLine = TcpProxy.to(this.redis.address().host(), this.redis.address().port());
		Map<String, Object> properties = new HashMap<>(TestServers.properties(cluster, this.database));
		properties.put("spring.r2dbc.url",
				new PostgresCluster("127.0.0.1", this.databaseLine.port(), (_) -> "").r2dbcUrl(this.database));
		properties.putAll(TestServers.properties(
				new TestServers.RedisAddress("127.0.0.1", this.redisLine.port(), this.redis.address().password())));
		// So that what a test leaves behind is seen soon
		properties.put("stockroom.live.linger-ms", 1000);
		properties.put("management.server.port", 0);
		properties.putAll(settings);
		ServiceProcess first = ServiceProcess.start(properties);
		List<CompletableFuture<ServiceProcess>> others = Stream
			.generate(() -> CompletableFuture.supplyAsync(first::beside))
			.limit(services - 1L)
			.toList();
		this.services = Stream.concat(Stream.of(first), others.stream().map(CompletableFuture::join)).toList();
		this.doors = this.services.stream().map((service) -> TcpProxy.to("127.0.0.1", service.port())).toList();
		this.front = TcpProxy.before(this.services.stream().map(ServiceProcess::port).toList());
	}

	/**
	 * Starts everything.
	 * @param services processes of the service
	 * @param settings what differs from the service's defaults
	 */
	static Plant start(int services, Map<String, Object> settings) {
		return new Plant(durablePostgres(), services, settings, null);
	}

	/** The same on a PostgreSQL of the caller's choice, which it closes. */
	static Plant start(int services, PrivatePostgres postgres) {
		return new Plant(postgres, services, Map.of(), null);
	}

	private static PrivatePostgres durablePostgres() {
		return TestServers.privatePostgres(Map.of("max_connections", "300", "archive_mode", "on"));
	}

	/** The same with an issuer of tokens. */
	static Plant start(int services, Issuer issuer) {
		return new Plant(
				durablePostgres(), services, Map.of("stockroom.security.secret", "",
						"stockroom.security.dev-token.enabled", false, "stockroom.security.jwks-url", issuer.url()),
				issuer);
	}

	/** A token of a tenant, or for the administration of all. */
	String token(String tenant) {
		return (this.issuer != null) ? this.issuer.token(tenant) : Shop.token(url(), tenant);
	}

	/** The one that most fault tests share, of three processes; it ends with the JVM. */
	static Plant shared() {
		return Shared.PLANT;
	}

	/** Mends whatever a test that failed has left broken. */
	void mend() {
		List.of(this.front, this.databaseLine, this.redisLine).forEach(TcpProxy::heal);
		this.services.stream().filter((service) -> !service.isAlive()).forEach(ServiceProcess::startAgain);
	}

	/** Where clients connect: the load balancer. */
	String url() {
		return "http://127.0.0.1:" + this.front.port();
	}

	/** Where clients reach each process past the load balancer. */
	List<String> doors() {
		return this.doors.stream().map((door) -> "http://127.0.0.1:" + door.port()).toList();
	}

	/** All clients are gone. */
	void hangUp() {
		this.front.reset();
		this.doors.forEach(TcpProxy::reset);
	}

	TcpProxy front() {
		return this.front;
	}

	TcpProxy databaseLine() {
		return this.databaseLine;
	}

	TcpProxy redisLine() {
		return this.redisLine;
	}

	String database() {
		return this.database;
	}

	PrivatePostgres postgres() {
		return this.postgres;
	}

	PrivateRedis redis() {
		return this.redis;
	}

	List<ServiceProcess> services() {
		return this.services;
	}

	/** A connection past the network, as the owner who sees all tenants. */
	Connection owner() throws SQLException {
		return this.postgres.cluster().connect(this.database, PostgresCluster.OWNER);
	}

	/** A connection past the network, as one of the roles. */
	Connection connect(String role) throws SQLException {
		return this.postgres.cluster().connect(this.database, role);
	}

	/** A connection past the network, as a superuser. */
	Connection superuser() throws SQLException {
		return this.postgres.cluster().connect(this.database, PostgresCluster.SUPERUSER);
	}

	/** Runs a statement as superuser. */
	void sql(String statement) throws SQLException {
		try (Connection connection = superuser(); Statement execution = connection.createStatement()) {
			execution.execute(statement);
		}
	}

	/** The number that a query answers. */
	long number(String query) throws SQLException {
		try (Connection connection = superuser();
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery(query)) {
			row.next();
			return row.getLong(1);
		}
	}

	/** Redis channels that somebody is subscribed to. */
	List<String> channels() {
		RedisURI uri = RedisURI.builder()
			.withHost(this.redis.address().host())
			.withPort(this.redis.address().port())
			.withPassword(this.redis.address().password().toCharArray())
			.build();
		try (RedisClient client = RedisClient.create(uri)) {
			return client.connect().sync().pubsubChannels("stockroom:*");
		}
	}

	@Override
	public void close() {
		this.front.close();
		this.doors.forEach(TcpProxy::close);
		this.services.forEach(ServiceProcess::close);
		this.databaseLine.close();
		this.redisLine.close();
		this.redis.close();
		this.postgres.close();
	}

	private static final class Shared {

		static final Plant PLANT = start();

		private static Plant start() {
			Plant plant = Plant.start(3, Map.of());
			Runtime.getRuntime().addShutdownHook(new Thread(plant::close));
			return plant;
		}

	}

}
