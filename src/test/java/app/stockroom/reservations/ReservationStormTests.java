package app.stockroom.reservations;

import java.sql.Connection;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

import app.stockroom.Invariants;
import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.TenantClient.Reply;
import app.stockroom.tenancy.Tenants;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Sixty-four clients reserve, commit, release, extend and forget stock of five hot
 * products, each in an order of its own, and repeat requests as if answers had been lost.
 * {@code -Dstockroom.storm.reservations=} lets it blow for longer.
 */
@StockroomTest
class ReservationStormTests {

	private static final String PATH = "/api/reservations";

	private static final int CLIENTS = 64;

	private static final int RESERVATIONS_PER_CLIENT = Integer.getInteger("stockroom.storm.reservations", 12);

	private static final int PRODUCTS = 5;

	private static final long STOCK = Math.min(1000, 12L * RESERVATIONS_PER_CLIENT);

	private static final String HELD = "select count(*) from document where tenant_id = '%s' and status = 'HELD'";

	/**
	 * The records whose reserved is not what held reservations hold, also where none
	 * does.
	 */
	private static final String DIFFERENT = """
			select count(*) from inventory i where i.tenant_id = '%s' and i.reserved <> (
			  select coalesce(sum(h.quantity), 0) from hold h where h.tenant_id = i.tenant_id and h.inventory_id = i.id)
			""";

	private static final String DEADLOCKS = "select deadlocks from pg_stat_database where datname = current_database()";

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@Autowired
	Environment environment;

	private final Map<String, Integer> answers = new ConcurrentHashMap<>();

	@Test
	void everyPieceIsHeldSoldOrFreeWhateverHappensAtOnce() throws Exception {
		long seed = System.nanoTime();
		TenantClient client = TenantClient.open(this.web, this.tenants);
		List<String> products = new ArrayList<>();
		for (int i = 0; i < PRODUCTS; i++) {
			products.add(client.product("P" + i));
			client.move(products.get(i), "IN", STOCK).expect(201);
		}
		long deadlocks = count(DEADLOCKS, client);
		CountDownLatch start = new CountDownLatch(1);
		List<Future<Map<String, Long>>> sales = new ArrayList<>();
		try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
			for (int i = 0; i < CLIENTS; i++) {
				Random random = new Random(seed + i);
				sales.add(threads.submit(() -> {
					start.await();
					return shop(client, products, random);
				}));
			}
			start.countDown();
		}
		assertThat(count(DIFFERENT, client)).isZero();
		Awaitility.await().until(() -> count(HELD, client) == 0);
		System.out.println("seed " + seed + ": " + this.answers);
		Invariants.hold(this.environment);
		assertThat(count(DIFFERENT, client)).isZero();
		assertThat(count(DEADLOCKS, client)).as("deadlocks that the database has counted").isEqualTo(deadlocks);
		Map<String, Long> sold = sales.stream()
			.flatMap((sale) -> sale.resultNow().entrySet().stream())
			.collect(Collectors.groupingBy(Map.Entry::getKey, Collectors.summingLong(Map.Entry::getValue)));
		for (String product : products) {
			JsonNode stock = client.stock(product);
			assertThat(stock.get("reserved").asLong()).isZero();
			assertThat(stock.get("quantity").asLong()).isEqualTo(STOCK - sold.getOrDefault(product, 0L));
		}
		assertThat(this.answers.keySet()).contains("reserve 201", "reserve 409", "commit 200", "release 200",
				"extension 200");
	}

	/** What one client does; answers the pieces that it was told are sold. */
	private Map<String, Long> shop(TenantClient client, List<String> products, Random random) {
		Map<String, Long> sold = new ConcurrentHashMap<>();
		for (int i = 0; i < RESERVATIONS_PER_CLIENT; i++) {
			Reply made = post(client, "reserve", PATH, order(products, random), random);
			if (made.status() != 201) {
				continue;
			}
			String place = PATH + "/" + made.text("id");
			if (random.nextInt(4) == 0) {
				post(client, "extension", place + "/extension", "{\"ttlSeconds\": 1}", random);
			}
			switch (random.nextInt(4)) {
				case 0 -> post(client, "release", place + "/release", "{}", random);
				case 1 -> {
					// Forgotten: it expires.
				}
				default -> post(client, "commit", place + "/commit", part(made, random), random).body()
					.path("lines")
					.valueStream()
					.forEach((line) -> sold.merge(line.get("productId").asString(), line.get("committed").asLong(),
							Long::sum));
			}
		}
		return sold;
	}

	private Reply post(TenantClient client, String what, String path, String body, Random random) {
		String key = Long.toHexString(random.nextLong());
		Reply reply = client.post(path, body, "Idempotency-Key", key);
		assertThat(reply.status()).as(String.valueOf(reply.body())).isIn(200, 201, 409);
		this.answers.merge(what + " " + reply.status(), 1, Integer::sum);
		if (random.nextInt(5) == 0) {
			Reply again = client.post(path, body, "Idempotency-Key", key);
			assertThat(again.status()).isEqualTo(reply.status());
			if (reply.status() != 409) {
				assertThat(again.body()).isEqualTo(reply.body());
			}
		}
		return reply;
	}

	/** One to four lines in any order, some of them of one product. */
	private static String order(List<String> products, Random random) {
		return random.ints(1 + random.nextInt(4), 0, PRODUCTS)
			.mapToObj((product) -> "{\"productId\": \"%s\", \"quantity\": %d}".formatted(products.get(product),
					1 + random.nextInt(5)))
			.collect(Collectors.joining(",", "{\"lines\": [",
					"], \"ttlSeconds\": %d}".formatted(1 + random.nextInt(3))));
	}

	/** Everything, or a piece of the first line. */
	private static String part(Reply made, Random random) {
		return random.nextBoolean() ? "{}" : "{\"lines\": [{\"productId\": \"%s\", \"quantity\": 1}]}"
			.formatted(made.body().at("/lines/0/productId").asString());
	}

	private long count(String sql, TenantClient client) throws Exception {
		try (Connection owner = Invariants.owner(this.environment);
				ResultSet rows = owner.createStatement().executeQuery(sql.formatted(client.tenant()))) {
			rows.next();
			return rows.getLong(1);
		}
	}

}
