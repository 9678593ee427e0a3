package app.stockroom;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import app.stockroom.inventory.Inventory;
import app.stockroom.inventory.InventoryFilter;
import app.stockroom.ledger.Ledger;
import app.stockroom.ledger.Shop;
import app.stockroom.platform.PageJson;
import app.stockroom.platform.PageRequest;
import app.stockroom.tenancy.Tenants;
import com.sun.management.ThreadMXBean;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a request costs, counted and not timed, so that it holds on any machine however
 * busy it is.
 */
@StockroomTest
class CostTests {

	private static final int REQUESTS = 2000;

	private static final int WARM_UP = 1000;

	private static final int AT_ONCE = 200;

	/**
	 * Bytes that a movement may allocate in the whole process, from its request to its
	 * response, its entry and its announcement. 67 KB when this was written, by a JVM
	 * that is not yet warm; with the long way in it is more than the bound.
	 */
	private static final long MOVEMENT_BYTES = 88 * 1024;

	/** The same of a read of one record: 79 KB. */
	private static final long READ_BYTES = 100 * 1024;

	@Autowired
	private Ledger ledger;

	@Autowired
	private Tenants tenants;

	@Autowired
	private Inventory inventory;

	@Autowired
	private MeterRegistry meters;

	@Autowired
	private WebTestClient web;

	@LocalServerPort
	private int port;

	@Test
	void movementsThatArriveTogetherShareTheirDatabaseCalls() {
		Shop shop = Shop.open(this.ledger, this.tenants);
		UUID product = shop.product("A", 500);
		double before = count("stockroom.ledger.calls");
		Flux.range(0, REQUESTS)
			.flatMap((i) -> this.ledger.post(shop.tenant(),
					Shop.command((i % 2 == 0) ? Shop.out(product, 1) : Shop.in(product, 1))), AT_ONCE)
			.blockLast();
		assertThat(count("stockroom.ledger.calls") - before).as("calls for %d movements", REQUESTS)
			.isLessThan(REQUESTS / 10.0);
	}

	@Test
	void readsThatArriveTogetherShareTheirQueries() {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		UUID id = UUID.fromString(client.stock(client.product("A")).get("id").asString());
		double before = count("stockroom.reads");
		Flux.range(0, REQUESTS).flatMap((_) -> this.inventory.find(client.tenant(), id), AT_ONCE).blockLast();
		assertThat(count("stockroom.reads") - before).as("queries for %d reads", REQUESTS).isLessThan(REQUESTS / 10.0);
	}

	/** What they share is also the page's JSON, which is written once. */
	@Test
	void pagesThatAreAskedForTogetherShareTheirQueries() {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		client.product("A");
		InventoryFilter all = new InventoryFilter(null, null, null, Set.of(), null);
		PageRequest first = new PageRequest(1, 50, null, null, null, "/api/inventory{}");
		double before = count("stockroom.reads");
		List<PageJson> pages = Flux.range(0, REQUESTS)
			.flatMap((_) -> this.inventory.rows(client.tenant(), all).shownPage(first), AT_ONCE)
			.collectList()
			.block();
		double queries = count("stockroom.reads") - before;
		assertThat(queries).as("queries for %d pages", REQUESTS).isLessThan(REQUESTS / 10.0);
		assertThat(pages.stream().distinct().count()).isLessThanOrEqualTo((long) queries);
	}

	@Test
	void aRequestAloneIsOneRoundTripToTheDatabase() {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		String product = client.product("A");
		String record = client.stock(product).get("id").asString();
		double reads = count("stockroom.reads");
		double calls = count("stockroom.ledger.calls");
		for (int i = 0; i < 20; i++) {
			client.move(product, "IN", 1).expect(201);
			client.move(product, "OUT", 100).expect(409);
			client.get("/api/inventory/" + record).expect(200);
			client.get("/api/inventory?limit=50").expect(200);
			client.get("/api/stock-movements/1").expect(200);
		}
		assertThat(count("stockroom.ledger.calls") - calls).as("calls for 40 movements").isEqualTo(40);
		// Now and then somebody has to ask whether the tenant is still there.
		assertThat(count("stockroom.reads") - reads).as("queries for 40 movements and 60 reads").isBetween(60.0, 80.0);
	}

	@Test
	void aMovementAllocatesLittle() throws IOException {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		String body = "{\"productId\": \"%s\", \"type\": \"IN\", \"quantity\": 1}".formatted(client.product("A"));
		client
			.patch("/api/inventory/" + client.get("/api/inventory").body().get("items").get(0).get("id").asString(),
					"{\"maxStock\": 1000000}")
			.expect(200);
		assertThat(allocated(client, "POST /api/stock-movements", body)).as("bytes that a movement allocates")
			.isLessThan(MOVEMENT_BYTES);
	}

	@Test
	void aReadAllocatesLittle() throws IOException {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		String record = client.stock(client.product("A")).get("id").asString();
		assertThat(allocated(client, "GET /api/inventory/" + record, "")).as("bytes that a read allocates")
			.isLessThan(READ_BYTES);
	}

	private double count(String meter) {
		return this.meters.counter(meter).count();
	}

	/**
	 * Bytes that all threads allocate for each request, of which the client here
	 * allocates none.
	 */
	private long allocated(TenantClient client, String request, String body) throws IOException {
		byte[] bytes = ("%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n".formatted(request,
				client.token())
				+ (body.isEmpty() ? "\r\n" : "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
					.formatted(body.length(), body)))
			.getBytes(StandardCharsets.US_ASCII);
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		try (Socket socket = new Socket("localhost", this.port)) {
			byte[] answer = new byte[64 * 1024];
			exchange(socket, bytes, answer, WARM_UP);
			long before = threads.getTotalThreadAllocatedBytes();
			exchange(socket, bytes, answer, REQUESTS);
			return (threads.getTotalThreadAllocatedBytes() - before) / REQUESTS;
		}
	}

	/** An answer comes in one piece, because it fits one. */
	private static void exchange(Socket socket, byte[] request, byte[] answer, int times) throws IOException {
		OutputStream out = socket.getOutputStream();
		InputStream in = socket.getInputStream();
		for (int i = 0; i < times; i++) {
			out.write(request);
			out.flush();
			int read = in.read(answer);
			if (read < 0 || answer[9] != '2') {
				throw new IOException("Not answered well: " + new String(answer, StandardCharsets.US_ASCII).strip());
			}
		}
	}

}
