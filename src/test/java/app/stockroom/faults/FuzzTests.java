package app.stockroom.faults;

import app.stockroom.Invariants;
import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.env.Environment;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A few hundred requests made up from openapi.yaml; {@code FuzzFaults} sends 20,000.
 */
@StockroomTest
class FuzzTests {

	/** The same in every build, which shall not fail for a change that is not its own. */
	private static final long SEED = Long.getLong("stockroom.faults.seed", 6);

	private static final int REQUESTS = Integer.getInteger("stockroom.fuzz.requests", 500);

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@Autowired
	Environment environment;

	@LocalServerPort
	int port;

	@Test
	void noRequestMakesTheServiceFailOrAnswerOtherwiseThanDescribed() {
		TenantClient client = TenantClient.open(this.web, this.tenants);
		Shop shop = Shop.stock("http://localhost:" + this.port, client.tenant().value(), client.token(), 3, 100);
		Fuzzer fuzzer = new Fuzzer(shop, client.token());
		fuzzer.send(new Fuzz(shop.known()), SEED, REQUESTS);
		assertThat(fuzzer.surprises()).as("-Dstockroom.faults.seed=%d, answers %s", SEED, fuzzer.statuses()).isEmpty();
		assertThat(fuzzer.statuses().keySet()).as("requests that are accepted, and such as are not")
			.contains(200, 201, 400, 404, 409);
		Invariants.hold(this.environment, client.tenant());
	}

}
