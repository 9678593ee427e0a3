package app.stockroom.inventory;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.TenantClient.Reply;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a dry run says is what the batch says when it is run.
 */
@StockroomTest
class DryRunTests {

	private static final String PATH = "/api/stock-movements/batch";

	private static final int ROUNDS = 12;

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	private TenantClient client;

	private String north;

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3 })
	void aRandomBatchEndsAsItsDryRunSaid(long seed) {
		Random random = new Random(seed);
		this.client = TenantClient.open(this.web, this.tenants);
		this.north = this.client.warehouse("North");
		for (String sku : List.of("A", "B", "C")) {
			String row = this.client.stock(this.client.product(sku)).get("id").asString();
			this.client.put("/api/inventory/" + row, "{\"maxStock\": 40}").expect(200);
		}
		int accepted = 0;
		int refused = 0;
		for (int round = 0; round < ROUNDS; round++) {
			String batch = batch(random, (round % 3 == 0) ? 4 : 40);
			String query = (round % 3 == 0) ? "?atomic=true&" : "?";
			Reply said = this.client.post(PATH + query + "dryRun=true", batch);
			Reply done = this.client.post(PATH + query, batch);
			assertThat(done.status()).as("seed %d, round %d: %s", seed, round, batch).isEqualTo(said.status());
			assertThat(comparable(done)).as("seed %d, round %d: %s", seed, round, batch).isEqualTo(comparable(said));
			for (JsonNode result : done.body()) {
				accepted += result.has("movement") ? 1 : 0;
				refused += result.has("problem") ? 1 : 0;
			}
		}
		assertThat(accepted).isGreaterThan(ROUNDS);
		assertThat(refused).isGreaterThan(ROUNDS);
	}

	private String batch(Random random, int size) {
		List<String> movements = new ArrayList<>();
		for (int i = 0; i < size; i++) {
			String sku = List.of("A", "A", "A", "B", "B", "C", "X").get(random.nextInt(7));
			String type = List.of("IN", "IN", "OUT", "ADJUSTMENT").get(random.nextInt(4));
			int quantity = random.nextInt(31) - (type.equals("ADJUSTMENT") ? 15 : 0);
			String warehouse = (random.nextInt(4) == 0) ? ", \"warehouseId\": \"" + this.north + "\"" : "";
			movements.add("{\"sku\": \"%s\", \"type\": \"%s\", \"quantity\": %d%s}".formatted(sku, type, quantity,
					warehouse));
		}
		return movements.toString();
	}

	/**
	 * Without what no dry run can know: the place in the ledger, the time, and a new
	 * record's id.
	 */
	private static JsonNode comparable(Reply reply) {
		for (JsonNode result : reply.body()) {
			if (result.get("movement") instanceof ObjectNode movement) {
				movement.remove(List.of("sequence", "createdAt", "inventoryId"));
			}
		}
		return reply.body();
	}

}
