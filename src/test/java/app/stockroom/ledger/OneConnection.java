package app.stockroom.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import app.stockroom.Invariants;
import app.stockroom.StockroomTest;
import app.stockroom.platform.Database;
import app.stockroom.platform.EventLoops;
import app.stockroom.platform.Traces;
import app.stockroom.tenancy.Tenants;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;

import static app.stockroom.ledger.Shop.command;
import static app.stockroom.ledger.Shop.out;

/**
 * An engine of its own that has one connection, so that a test says what waits while it
 * is away.
 */
@StockroomTest
abstract class OneConnection {

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
	Tenants tenants;

	@Autowired
	Environment environment;

	Ledger ledger;

	@BeforeEach
	void openLedger() {
		LedgerSettings settings = new LedgerSettings(1, Duration.ofMinutes(1), 4096, 1000, 16, Duration.ofSeconds(10),
				Duration.ofSeconds(20), Duration.ofDays(7));
		this.ledger = new Ledger(this.database, this.loops, this.redis, this.redisUri, this.entries, settings,
				this.json, this.meters, Traces.off());
	}

	Shop open() {
		return Shop.open(this.ledger, this.tenants);
	}

	/** Lets no call of this tenant get on until it is rolled back. */
	Connection hold(Shop shop) throws SQLException {
		Connection owner = Invariants.owner(this.environment);
		owner.setAutoCommit(false);
		try (Statement statement = owner.createStatement()) {
			statement.execute("select from ledger_head where tenant_id = '%s' for update".formatted(shop.tenant()));
		}
		return owner;
	}

	CompletableFuture<Outcome> sale(Shop shop, UUID product) {
		return this.ledger.post(shop.tenant(), command(out(product, 1))).toFuture();
	}

	void awaitCalls(double count) {
		Awaitility.await().until(() -> calls() == count);
	}

	double calls() {
		return this.meters.counter("stockroom.ledger.calls").count();
	}

}
